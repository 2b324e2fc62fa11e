#include "tests/sim/collusion.h"

#include <algorithm>
#include <array>
#include <memory>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/overloaded.h"
#include "chain/chain_view.h"
#include "tests/sim/invariant.h"
#include "tests/sim/network.h"
#include "tests/sim/node.h"
#include "tests/sim/rng.h"

namespace datadeed::sim {
namespace {

constexpr std::uint64_t hop_ms = 1;
constexpr std::uint64_t tick_ms = 20;
// From when on the halves hear each other, and how long they may take to notice: a tip, a question, the second before
// the end, and once more where an answer was lost.
constexpr std::uint64_t apart_min_ms = 4'000;
constexpr std::uint64_t apart_max_ms = 10'000;
constexpr std::uint64_t notice_ms = 12'000;

class Collusion {
public:
    Collusion(const World& world, std::uint64_t seed, const Trace& trace)
        : world_{&world}, trace_{&trace}, rng_{seed ^ 0xC0117DEU} {
        draw_sides();
        for (std::size_t i = 0; i < collusion_instances; ++i) {
            nodes_.push_back(std::make_unique<Node>(world, validator_name(who_[i])));
        }
        meet_ms_ = rng_.between(apart_min_ms, apart_max_ms);
        for (std::uint64_t& every : submit_every_ms_) every = rng_.between(50, 1'000);
        all_meet_ = rng_.chance(500);
    }

    CollusionOutcome run() {
        for (std::size_t i = 0; i < collusion_instances; ++i) start(i);
        while (now_ms_ < meet_ms_ + notice_ms && !outcome_.violation && !(has_stopped(0) && has_stopped(1))) turn();
        judge();
        return outcome_;
    }

private:
    // Instances 0 and 1 are honest, one in each half; 2 and 3 are the colluders in the half of 0, 4 and 5 in that of 1.
    void draw_sides() {
        std::array<std::size_t, 4> all{0, 1, 2, 3};
        for (std::size_t i = 3; i > 0; --i) std::swap(all[i], all[rng_.below(i + 1)]);
        who_ = {all[0], all[1], all[2], all[3], all[2], all[3]};
    }
    [[nodiscard]] static bool is_honest(std::size_t instance) { return instance < 2; }
    [[nodiscard]] static std::size_t half_of(std::size_t instance) {
        return is_honest(instance) ? instance : instance / 4;
    }
    [[nodiscard]] bool hear_each_other(std::size_t a, std::size_t b) const {
        if (half_of(a) == half_of(b)) return true;
        if (now_ms_ < meet_ms_ || (!is_honest(a) && !is_honest(b))) return false;
        return all_meet_ || (is_honest(a) && is_honest(b));
    }
    [[nodiscard]] bool has_stopped(std::size_t instance) const { return !codes_[instance].empty(); }

    void note(std::size_t instance, const std::string& text) {
        if (!*trace_) return;
        const std::string label = nodes_[instance]->name().value + (instance > 3 ? "-again" : "");
        (*trace_)({.at_us = now_ms_ * 1000, .node = label, .from = {}, .text = text});
    }

    void start(std::size_t instance) {
        DATADEED_ASSERT(nodes_[instance]->start().has_value());
        tick(instance);
        for (std::size_t other = 0; other < 4; ++other) {
            if (other != who_[instance]) step(instance, replica::PeerUp{.peer = validator_name(other)});
        }
    }

    void tick(std::size_t instance) {
        step(instance,
             replica::Tick{.now = replica::MonotonicMs{now_ms_}, .wall = nodes_[instance]->clock(epoch_ms + now_ms_)});
    }

    void turn() {
        ++now_ms_;
        while (!parcels_.empty() && parcels_.front().at <= now_ms_) {
            const DueParcel parcel = std::move(parcels_.front());
            parcels_.pop();
            deliver(parcel);
        }
        for (std::size_t half = 0; half < 2; ++half) {
            // Colluders hand it in, too: their views must change with the others'.
            if (now_ms_ % submit_every_ms_[half] != 0) continue;
            for (std::size_t i = 0; i < collusion_instances; ++i) {
                if (half_of(i) == half) hand_in(i);
            }
        }
        if (now_ms_ % tick_ms != 0) return;
        for (std::size_t i = 0; i < collusion_instances; ++i) tick(i);
    }

    void hand_in(std::size_t instance) {
        const std::string name = "d" + std::to_string(instance) + "-" + std::to_string(now_ms_);
        const Bytes raw = sign_order(
            *world_, {.owner = instance,
                      .nonce_us = (epoch_ms + now_ms_) * 1000,
                      .expires_ms = epoch_ms + 600'000,
                      .operations = {ledger::RegisterData{
                          .data = ledger::DatasetId{name}, .title = "Forked", .type = "table", .commitment = {}}}});
        step(instance, replica::SubmitTransaction{.transaction = checked(*world_, raw),
                                                  .token = replica::RequestToken{++tokens_}});
    }

    void deliver(const Parcel& parcel) {
        Result<replica::PeerEvent, replica::WireError> event =
            replica::decode_and_verify(*parcel.bytes, *world_->context);
        if (!event) return violate(Invariant::running, "a message doesn't verify");
        step(parcel.to, replica::PeerMessage{.peer = nodes_[parcel.from]->name(), .message = std::move(*event)});
    }

    void step(std::size_t instance, replica::Event event) {
        if (has_stopped(instance)) return;
        for (replica::Action& action : nodes_[instance]->replica().step(std::move(event))) perform(instance, action);
    }

    void perform(std::size_t instance, replica::Action& action) {
        std::visit(Overloaded{[&](const replica::SendTo& known) { send(instance, known); },
                              [&](const replica::BlockCommitted& known) {
                                  note(instance, "commits block " + std::to_string(known.height.value) + " " +
                                                     to_hex(known.hash).substr(0, 8));
                                  if (is_honest(instance)) chains_[instance].push_back(known.hash);
                              },
                              [&](const replica::LogEvent& known) {
                                  std::string text = known.name;
                                  for (const auto& [name, value] : known.fields) text += " " + name + "=" + value;
                                  note(instance, text);
                              },
                              [&](const replica::EvidenceFound& known) {
                                  if (is_honest(instance)) accused_.insert(known.accused.value);
                              },
                              [&](const replica::Halt& known) {
                                  note(instance, "halts: " + known.code);
                                  codes_[instance] = known.code;
                              },
                              [](const auto&) {}},
                   action);
    }

    void send(std::size_t from, const replica::SendTo& send) {
        for (std::size_t to = 0; to < collusion_instances; ++to) {
            if (std::ranges::find(send.peers, nodes_[to]->name()) == send.peers.end()) continue;
            if (hear_each_other(from, to)) {
                parcels_.push({{.from = from, .to = to, .bytes = send.bytes}, now_ms_ + hop_ms});
            }
        }
    }

    void violate(Invariant invariant, const std::string& what) {
        if (!outcome_.violation) outcome_.violation = std::string{name(invariant)} + ": " + what;
    }

    void judge() {
        const std::set<std::string> colluders{validator_name(who_[2]).value, validator_name(who_[3]).value};
        outcome_.accused = accused_.size();
        const auto [first, second] = std::ranges::mismatch(chains_[0], chains_[1]);
        const auto shared = static_cast<std::uint64_t>(first - chains_[0].begin());
        const std::uint64_t last = std::min(chains_[0].size(), chains_[1].size());
        outcome_.blocks = chains_[0].size() + chains_[1].size() - 2 * shared;
        if (shared == last) return violate(Invariant::progress, "the chain doesn't fork");
        for (std::size_t i = 0; i < 2; ++i) {
            if (codes_[i] == "consensus.two_certificates" || codes_[i] == "consensus.two_prepared") continue;
            violate(Invariant::agreement, nodes_[i]->name().value + " doesn't notice the fork" +
                                              (codes_[i].empty() ? "" : " and halts: " + codes_[i]));
        }
        for (const std::string& name : accused_) {
            if (!colluders.contains(name)) violate(Invariant::evidence, name + ", who is honest, is accused");
        }
        // Certificates of two views prove that somebody lied, not who.
        if (accused_.size() < 2 && is_of_one_view(Height{shared + 1}, Height{last}))
            violate(Invariant::evidence, "of two colluders not all are convicted");
    }

    // Whether all certificates of both halves are, from the first that differ to the last that both have.
    [[nodiscard]] bool is_of_one_view(Height first, Height last) const {
        std::set<consensus::View> views;
        for (std::size_t i = 0; i < 2; ++i) {
            const chain::ChainView chain{nodes_[i]->chain_store()};
            for (const Height height : {first, last}) views.insert(chain.header(height).value()->certificate.view);
        }
        return views.size() == 1;
    }

    const World* world_;
    const Trace* trace_;
    Rng rng_;
    std::array<std::size_t, collusion_instances> who_{};  // the validator that each instance is
    std::vector<std::unique_ptr<Node>> nodes_;
    std::queue<DueParcel> parcels_;
    std::uint64_t now_ms_{0};
    std::uint64_t meet_ms_{0};
    std::array<std::uint64_t, 2> submit_every_ms_{};
    bool all_meet_{false};
    std::uint64_t tokens_{0};
    std::array<std::string, collusion_instances> codes_{};
    std::array<std::vector<Digest>, 2> chains_{};
    std::set<std::string> accused_;
    CollusionOutcome outcome_{};
};

}  // namespace

CollusionOutcome run_collusion(const World& world, std::uint64_t seed, const Trace& trace) {
    return Collusion{world, seed, trace}.run();
}

}  // namespace datadeed::sim
