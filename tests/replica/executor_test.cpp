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

}  // namespace

TEST_CASE("a record that is always there and can't be read is an error of the store, not of the program") {
    Bench bench;
    bench.executor.reset();
    bench.committer.reset();
    const Bytes key = chain::keys::of(chain::keys::value, ledger::state_keys::totals());
    bench.state_disk.content().at(key).back() ^= 1U;
    auto opened =
        chain::Committer::open({.chain = *bench.chain_store, .state = *bench.state_store}, bench.world.genesis, {});
    REQUIRE(opened.has_value());
    Executor executor{**opened, bench.world.genesis.parameters, bench.primary};
    bench.add("a", bench.genesis());
    (void)executor.build(bench.pool, bench.genesis());
    REQUIRE((*opened)->state().error());
    CHECK((*opened)->state().error()->fault == chain::Fault::state_damaged);
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
