#include "node/replica/proposer_clock.h"

#include <deque>

#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
namespace {

constexpr std::uint64_t hour_ms = 3'600'000;

// Four validators on a network that loses nothing; the clock of the last is an hour ahead.
class Four {
public:
    Four() {
        for (std::size_t i = 0; i < 4; ++i) {
            nodes_.push_back(std::make_unique<sim::Node>(
                world_, sim::validator_name(i), sim::Node::Clock{.off_ms = i == 3 ? std::int64_t{hour_ms} : 0}));
            DATADEED_ASSERT(nodes_.back()->start().has_value());
        }
        for (std::size_t to = 0; to < 4; ++to) {
            for (std::size_t i = 0; i < 4; ++i) {
                if (i != to) step(to, PeerUp{.peer = nodes_[i]->name()});
            }
        }
    }
    void run(std::uint64_t ms) {
        for (const std::uint64_t end = now_ms_ + ms; now_ms_ < end; now_ms_ += 20) {
            for (std::size_t i = 0; i < 4; ++i) {
                step(i, Tick{.now = MonotonicMs{now_ms_}, .wall = nodes_[i]->clock(sim::epoch_ms + now_ms_)});
            }
            for (; !wires_.empty(); wires_.pop_front()) deliver(wires_.front());
        }
    }
    void submit(std::size_t node, const std::string& name) {
        const ledger::RegisterData operation{
            .data = ledger::DatasetId{name}, .title = "T", .type = "table", .commitment = {}};
        const Bytes raw = sim::sign_order(world_, {.owner = 0,
                                                   .nonce_us = (sim::epoch_ms + now_ms_) * 1000 + ++last_,
                                                   .expires_ms = sim::epoch_ms + now_ms_ + 600'000,
                                                   .operations = {operation}});
        step(node, SubmitTransaction{.transaction = sim::checked(world_, raw), .token = RequestToken{last_}});
    }
    [[nodiscard]] Status status(std::size_t node) { return nodes_[node]->replica().status(); }
    [[nodiscard]] std::uint64_t true_ms() const { return sim::epoch_ms + now_ms_; }

private:
    struct Wire {
        std::size_t from{};
        std::size_t to{};
        std::shared_ptr<const Bytes> bytes{};
    };
    void step(std::size_t node, Event event) {
        for (const Action& action : nodes_[node]->replica().step(std::move(event))) {
            const auto* send = std::get_if<SendTo>(&action);
            for (std::size_t to = 0; send != nullptr && to < 4; ++to) {
                if (std::ranges::count(send->peers, nodes_[to]->name()) > 0) wires_.push_back({node, to, send->bytes});
            }
        }
    }
    void deliver(const Wire& wire) {
        auto message = decode_and_verify(*wire.bytes, *world_.context);
        REQUIRE(message);
        step(wire.to, PeerMessage{.peer = nodes_[wire.from]->name(), .message = std::move(*message)});
    }

    sim::World world_{sim::make_world(4, 0, 3)};
    std::vector<std::unique_ptr<sim::Node>> nodes_;
    std::deque<Wire> wires_;
    std::uint64_t now_ms_{1'000};
    std::uint64_t last_{0};
};

}  // namespace

TEST_CASE("fresh proposals of others say what time it is, moved on while the chain is idle") {
    ProposerClock clock;
    CHECK_FALSE(clock.now(5'000));
    clock.heard(TimeMs{1'000'000}, TimeMs{1'000'200}, 5'000);
    CHECK(clock.now(5'000) == TimeMs{1'000'000});
    CHECK(clock.now(65'000) == TimeMs{1'060'000});
}

TEST_CASE("a proposal that comes late says nothing new, and one from too far ahead is no evidence") {
    ProposerClock clock;
    clock.heard(TimeMs{1'000'000}, TimeMs{1'000'200}, 5'000);
    clock.heard(TimeMs{1'001'000}, TimeMs{1'060'000}, 65'000);  // a minute in a queue
    CHECK(clock.now(65'000) == TimeMs{1'060'000});
    clock.heard(TimeMs{1'060'000 + block_ahead_max_ms + 1}, TimeMs{1'060'000}, 65'000);
    CHECK(clock.now(65'000) == TimeMs{1'060'000});
    clock.heard(TimeMs{1'060'900}, TimeMs{1'061'000}, 65'500);
    CHECK(clock.now(65'500) == TimeMs{1'060'900});
}

TEST_CASE("the latest time that a voter accepts is evidence, and one before this machine began is none") {
    ProposerClock clock;
    clock.heard(TimeMs{4'999}, TimeMs{5'000}, 5'000);
    CHECK_FALSE(clock.now(5'000));
    clock.heard(TimeMs{5'000}, TimeMs{5'000}, 5'000);
    CHECK(clock.now(5'000) == TimeMs{5'000});
    clock.heard(TimeMs{5'000 + block_ahead_max_ms}, TimeMs{5'000}, 5'000);
    CHECK(clock.now(5'000) == TimeMs{5'000 + block_ahead_max_ms});
}

TEST_CASE("a node whose clock is an hour ahead knows it from what the others propose, and they see nothing odd") {
    Four four;
    four.run(200);
    CHECK_FALSE(four.status(3).proposers_time);
    four.submit(1, "a");
    four.run(400);
    REQUIRE(four.status(3).height == Height{1});
    CHECK_FALSE(four.status(0).proposers_time);  // it proposed itself
    for (const std::size_t node : {std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
        const std::optional<TimeMs> time = four.status(node).proposers_time;
        REQUIRE(time);
        CHECK(time->value <= four.true_ms());
        CHECK(time->value + 500 >= four.true_ms());
    }
    four.run(10'000);  // idle
    CHECK(four.status(3).proposers_time->value + 500 >= four.true_ms());
}

}  // namespace datadeed::replica
