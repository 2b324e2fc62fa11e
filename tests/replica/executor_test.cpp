#include "node/replica/executor.h"

#include "chain/keys.h"
#include "ledger/state_keys.h"
#include "node/replica/limits.h"
#include "tests/replica/bench.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using datadeed::replica::testing::Bench;
using datadeed::replica::testing::hour_ms;

namespace {

TimeMs after(TimeMs time, std::uint64_t ms) {
    return TimeMs{time.value + ms};
}

// Its process begins again, with a record of its state damaged that must be there.
void open_damaged(Bench& bench) {
    bench.executor.reset();
    bench.committer.reset();
    const Bytes key = chain::keys::of(chain::keys::value, ledger::state_keys::totals());
    bench.state_disk.content().at(key).back() ^= 1U;
    bench.open();
}

}  // namespace

TEST_CASE("a record that is always there and can't be read is an error of the store, not of the program") {
    Bench bench;
    open_damaged(bench);
    bench.add("a", bench.genesis());
    (void)bench.executor->build(bench.pool, bench.genesis());
    REQUIRE(bench.committer->state().error());
    CHECK(bench.committer->state().error()->fault == chain::Fault::state_damaged);
}

TEST_CASE("a certified block that the store lets nobody execute is the store's fault, not another state") {
    Bench bench;
    bench.add("a", bench.genesis());
    const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE((built.has_value() && built->block != nullptr));
    open_damaged(bench);
    const Result<void, Halt> committed = bench.executor->commit(built->block->block, {}, 0);
    REQUIRE_FALSE(committed.has_value());
    CHECK(committed.error().code == "state.damaged");
}

TEST_CASE("what was executed isn't executed again: so many proposals are held, those made or judged last") {
    Bench maker;
    Bench voter;
    maker.add("a", maker.genesis());
    std::vector<Digest> made;
    const auto make = [&](std::uint64_t ms) {
        const Result<Executor::Built, chain::Error> built =
            maker.executor->build(maker.pool, after(maker.genesis(), ms));
        REQUIRE((built.has_value() && built->block != nullptr));
        made.push_back(built->block->block->hash);
        CHECK(voter.executor->judge(built->block->block, built->block->payload, std::nullopt));
    };
    for (std::uint64_t ms = 1; ms <= consensus::payloads_max; ++ms) make(ms);
    make(1);  // again: the one before it is the oldest now
    REQUIRE(made.back() == made.front());
    make(100);
    make(200);
    for (const Bench* bench : {&maker, &voter}) {
        const Executor& executor = *bench->executor;
        CHECK(executor.find(made[1]) == nullptr);
        CHECK(executor.find(made.back()) != nullptr);
        CHECK(executor.find(made[3]) != nullptr);
    }
    CHECK(maker.executor->find(made[0]) != nullptr);
    CHECK(maker.executor->find(made[2]) == nullptr);
    // To be judged again makes none younger.
    CHECK(voter.executor->find(made[0]) == nullptr);
    CHECK(voter.executor->find(made[2]) != nullptr);

    const auto known = voter.executor->find(made.back());
    const Bytes other(known->payload.size(), 0);
    const Result<void, Executor::Objection> refused = voter.executor->judge(known->block, other, std::nullopt);
    REQUIRE_FALSE(refused.has_value());
    CHECK_FALSE(refused.error().subjective);
    CHECK(refused.error().reason == "the payload is not what its hash binds");
}

TEST_CASE("a fresh block is refused by the clock when it is too far behind, even one just after its parent") {
    Bench bench;
    bench.add("a", bench.genesis());
    const TimeMs time = after(bench.genesis(), 1);
    const Result<void, Executor::Objection> late = bench.judge(bench.genesis(), after(time, block_behind_max_ms + 1));
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().subjective);
    CHECK_FALSE(bench.judge(bench.genesis(), after(time, hour_ms)).has_value());
    CHECK(bench.judge(bench.genesis(), after(time, block_behind_max_ms)).has_value());
}

TEST_CASE("a fresh block is refused by the clock when it is too far ahead, but not one just after its parent") {
    Bench bench;
    bench.add("a", bench.genesis());
    const TimeMs wall = after(bench.genesis(), 10'000);
    CHECK(bench.judge(after(wall, block_ahead_max_ms), wall).has_value());
    const Result<void, Executor::Objection> early = bench.judge(after(wall, block_ahead_max_ms + 1), wall);
    REQUIRE_FALSE(early.has_value());
    CHECK(early.error().subjective);
    // All clocks were set back by an hour: the chain goes on, in steps of a millisecond.
    const TimeMs set_back{bench.genesis().value - hour_ms};
    CHECK(bench.judge(set_back, set_back).has_value());
}

}  // namespace datadeed::replica
