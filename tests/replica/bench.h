#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "chain/memory_store.h"
#include "node/replica/executor.h"
#include "node/replica/limits.h"
#include "tests/sim/world.h"

namespace datadeed::replica::testing {

inline constexpr std::uint64_t hour_ms = 3'600'000;

// How many answers a peer gets that hasn't asked for a while, when each counts as the least.
inline constexpr std::size_t answers_at_once = serve_bytes_per_second * serve_saved_ms / 1'000 / serve_bytes_min;

// An executor on a chain of its own, at genesis, with one transaction to be ordered.
struct Bench {
    explicit Bench(std::size_t validators = 1, std::size_t observers = 0, std::size_t owners = 2)
        : world{sim::make_world(validators, observers, owners)} {
        chain_store = chain::open_memory_store(chain_disk);
        state_store = chain::open_memory_store(state_disk);
        open();
    }
    void open() {
        auto opened = chain::Committer::open({.chain = *chain_store, .state = *state_store}, world.genesis, {});
        DATADEED_ASSERT(opened.has_value());
        committer = std::move(*opened);
        executor = std::make_unique<Executor>(*committer, world.genesis.parameters, primary);
    }
    // Its process begins again.
    void reopen() {
        executor.reset();
        committer.reset();
        open();
    }
    TransactionPtr make(std::size_t owner, const ledger::Operation& operation, TimeMs time) {
        return make(owner, std::vector<ledger::Operation>{operation}, time);
    }
    TransactionPtr make(std::size_t owner, std::vector<ledger::Operation> operations, TimeMs time) {
        const Bytes raw = sim::sign_order(world, {.owner = owner,
                                                  .nonce_us = time.value * 1000 + nonce++,
                                                  .expires_ms = time.value + hour_ms,
                                                  .operations = std::move(operations)});
        return sim::checked(world, raw);
    }
    TransactionPtr registration(std::size_t owner, const std::string& name, TimeMs time) {
        const ledger::DatasetId data{name};
        return make(owner, ledger::RegisterData{.data = data, .title = "T", .type = "table", .commitment = {}}, time);
    }
    // Gives its id.
    ledger::TxId add(const TransactionPtr& transaction) {
        DATADEED_ASSERT(pool.add({.tx = transaction, .member = sim::owner_name(0), .sound = true}).has_value());
        return transaction->tx.id();
    }
    ledger::TxId add(const std::string& name, TimeMs time) { return add(registration(0, name, time)); }
    // The judgement of a voter whose clock says `now` on a fresh block that was made at `wall`.
    Result<void, Executor::Objection> judge(TimeMs wall, TimeMs now) {
        const Result<Executor::Built, chain::Error> built = executor->build(pool, wall);
        DATADEED_ASSERT(built.has_value() && built->block != nullptr);
        return executor->judge(built->block->block, built->block->payload,
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
    std::uint64_t nonce{0};
};

}  // namespace datadeed::replica::testing
