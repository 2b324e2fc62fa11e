#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/assert.h"
#include "tests/consensus/sim_monitor.h"
#include "tests/fuzz/tape.h"

// A tape of bytes drives four validators, one of which the tape may make lie: whatever is delivered, lost, repeated,
// crashed or forged in whatever order, no correct one breaks a rule of safety.

namespace datadeed::consensus::testing {
namespace {

using fuzz::Tape;

class World {
public:
    explicit World(bool liar) : monitor_{quick_set(4)} {
        if (liar) monitor_.trust_not(ValidatorIndex{0});
        const Node::Observer observer{
            .on_action = [this](const Node& node, const Action& action) { monitor_.on_action(node, action); },
            .on_leave = [this](const Node& node, const Packet& packet) { monitor_.on_leave(node, packet); }};
        for (std::uint32_t i = 0; i < 4; ++i) {
            nodes_.push_back(std::make_unique<Node>(quick_set(4), ValidatorIndex{i}, Timing{}, observer));
            nodes_.back()->start(now_);
            collect(*nodes_.back());
        }
        has_liar_ = liar;
    }

    void step(Tape& tape) {
        const std::uint8_t what = tape.next();
        const std::uint8_t detail = tape.next();
        Node& node = *nodes_[detail % 4];
        switch (what % 10) {
            case 0:
            case 1:
            case 2:
            case 3:
                deliver(detail, true);
                break;
            case 4:
                deliver(detail, false);
                break;  // and it comes again
            case 5:
                pass_time(detail);
                break;
            case 6:
                node.submit(std::string{"tx "} + static_cast<char>('a' + detail / 4 % 26));
                break;
            case 7:
                crash_or_restart(node, detail);
                break;
            case 8:
                node.set_auto_sync(detail % 8 < 4);
                if (detail % 16 < 8 && node.up()) node.sync();
                break;
            case 9:
                forge(tape, detail);
                break;
            default:
                break;
        }
        for (const auto& each : nodes_) collect(*each);
        DATADEED_ASSERT(!monitor_.violation());
    }

private:
    void collect(Node& node) {
        for (Packet& packet : node.take_packets()) {
            if (queue_.size() < 4'000) queue_.push_back(std::move(packet));
        }
    }

    void deliver(std::uint8_t which, bool remove) {
        if (queue_.empty()) return;
        const std::size_t at = which % queue_.size();
        const Packet packet = queue_[at];
        if (remove) queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(at));
        nodes_[packet.to.value]->deliver(packet);
    }

    void pass_time(std::uint8_t amount) {
        now_ += std::uint64_t{10} * amount;
        for (const auto& node : nodes_) node->tick(now_);
    }

    void crash_or_restart(Node& node, std::uint8_t detail) {
        if (!node.up()) {
            node.start(now_);
        } else if (detail % 8 < 4) {
            node.crash();
        } else {
            node.crash_at_action(detail / 8);
        }
    }

    template <class M>
    void send(const M& message, std::uint32_t to) {
        queue_.push_back({.from = ValidatorIndex{0},
                          .to = ValidatorIndex{to},
                          .wire = sign(test_chain(), message, ValidatorIndex{0}, QuickSigner{quick_key(0)})});
    }

    // The liar says something about one of two stories at the height that its victim is at.
    void forge(Tape& tape, std::uint8_t detail) {
        const std::uint32_t to = 1 + detail % 3;
        const Node& victim = *nodes_[to];
        if (!has_liar_ || !victim.up()) return;
        const std::uint8_t more = tape.next();
        const View view{more / 16U};
        const Proposal block =
            make_proposal(victim.core().height().next(), victim.core().tip(), more % 2 == 0 ? "story" : "other story");
        switch (detail / 4 % 4) {
            case 0:
                send(PrePrepare{.view = view, .height = block.height, .hash = block.hash, .payload = block.payload},
                     to);
                break;
            case 1:
                send(Prepare{.view = view, .height = block.height, .hash = block.hash}, to);
                break;
            case 2:
                send(Commit{.view = view, .height = block.height, .hash = block.hash}, to);
                break;
            case 3:
                send(ViewChange{.new_view = view, .committed = {}, .certificate = {}, .prepared = {}}, to);
                break;
            default:
                break;
        }
    }

    Monitor monitor_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<Packet> queue_;
    std::uint64_t now_{0};
    bool has_liar_{false};
};

}  // namespace

int fuzz_one(ByteView bytes) {
    if (bytes.size() > 4'096) return 0;
    Tape tape{bytes};
    World world{tape.next() % 2 == 1};
    while (!tape.ended()) world.step(tape);
    return 0;
}

}  // namespace datadeed::consensus::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return datadeed::consensus::testing::fuzz_one({data, size});
}
