#include "node/replica/executor.h"

#include "base/assert.h"
#include "chain/memory_store.h"
#include "node/replica/limits.h"
#include "tests/sim/world.h"
#include "tests/support/catch.h"

namespace datadeed::replica {

namespace {

constexpr std::uint64_t hour_ms = 3'600'000;

// An executor on a chain of its own, at genesis, with one transaction to be ordered.
struct Bench {
    Bench() : world{sim::make_world(1, 0, 1)} {
        chain_store = chain::open_memory_store(chain_disk);
        state_store = chain::open_memory_store(state_disk);
        auto opened = chain::Committer::open({.chain = *chain_store, .state = *state_store}, world.genesis, {});
        DATADEED_ASSERT(opened.has_value());
        committer = std::move(*opened);
        executor = std::make_unique<Executor>(*committer, world.genesis.parameters, primary);
    }
    void add(const std::string& name, TimeMs time) {
        const Bytes raw = sim::sign_order(
            world, {.owner = 0,
                    .nonce_us = time.value * 1000,
                    .expires_ms = time.value + hour_ms,
                    .operations = {ledger::RegisterData{
                        .data = ledger::DatasetId{name}, .title = "T", .type = "table", .commitment = {}}}});
        const Result<TransactionPtr, ledger::Refusal> checked = check_transaction(raw, *world.context);
        DATADEED_ASSERT(checked.has_value());
        DATADEED_ASSERT(pool.add({.tx = *checked, .member = sim::owner_name(0), .sound = true}).has_value());
    }
    // The judgement of a voter whose clock says `now` on a fresh block that was made at `wall`.
    Result<void, Executor::Objection> judge(TimeMs wall, TimeMs now) {
        const Executor::Built built = executor->build(pool, wall);
        DATADEED_ASSERT(built.block != nullptr);
        return executor->judge(built.block->block, built.block->payload,
                               Executor::Fresh{.now = now, .primary = primary});
    }
    [[nodiscard]] TimeMs genesis() const { return world.genesis.time; }

    const ledger::MemberId primary = sim::validator_name(0);
    sim::World world;
    chain::MemoryDisk chain_disk{};
    chain::MemoryDisk state_disk{};
    std::unique_ptr<chain::KvStore> chain_store;
    std::unique_ptr<chain::KvStore> state_store;
    std::unique_ptr<chain::Committer> committer;
    std::unique_ptr<Executor> executor;
    Mempool pool;
};

TimeMs after(TimeMs time, std::uint64_t ms) {
    return TimeMs{time.value + ms};
}

}  // namespace

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
