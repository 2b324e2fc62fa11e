#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "chain/committer.h"
#include "chain/execute.h"
#include "chain/memory_store.h"
#include "chain/snapshot_files.h"
#include "chain/snapshot_install.h"
#include "tests/chain/snapshot_world.h"
#include "tests/support/catch.h"

// Nodes that take over a snapshot of a chain, and follow it from there.

namespace datadeed::chain::test {

inline constexpr Height snapshot_height{8};
inline constexpr std::uint64_t last_block = 12;

// A node of the same chain that takes its blocks from another's.
struct Follower {
    MemoryDisk chain_disk{};
    MemoryDisk state_disk{};
    std::unique_ptr<KvStore> chain_kv{open_memory_store(chain_disk)};
    std::unique_ptr<KvStore> state_kv{open_memory_store(state_disk)};
    std::unique_ptr<Committer> committer{};

    // As after the power came back.
    void restart() {
        committer.reset();
        chain_disk.crash();
        state_disk.crash();
        chain_kv = open_memory_store(chain_disk);
        state_kv = open_memory_store(state_disk);
    }

    Result<void, Error> open(const ledger::Genesis& genesis) {
        Result<std::unique_ptr<Committer>, Error> opened =
            Committer::open({.chain = *chain_kv, .state = *state_kv}, genesis, {});
        if (!opened) return fail(opened.error());
        committer = std::move(*opened);
        return {};
    }

    // Executes the block, compares its roots, commits it.
    void follow(const ChainView& from, const ChainId& chain, Height height) {
        const StoredBlock stored = from.block(height).value().value();
        std::vector<ledger::VerifiedTransaction> transactions;
        std::vector<ByteView> raw;
        std::vector<ledger::TxId> ids;
        std::vector<Digest> leaves;
        for (const ledger::RawTransaction& transaction : stored.block.transactions) {
            transactions.push_back(ledger::verify(ledger::parse(chain, transaction.bytes).value()).value());
            raw.emplace_back(transaction.bytes);
            ids.push_back(transactions.back().id());
            leaves.push_back(crypto::leaf_hash(transaction.bytes));
        }
        const std::vector<TransactionRef> refs(transactions.begin(), transactions.end());
        const auto executed = execute(committer->base(), stored.block.header, refs, leaves);
        REQUIRE(executed);
        const auto before = from.header(Height{height.value - 1}).value();
        REQUIRE(committer->commit({.header = stored.block.header,
                                   .transactions = raw,
                                   .ids = ids,
                                   .leaf_hashes = leaves,
                                   .certificate = stored.certificate,
                                   .prev_certificate = before ? &before->certificate : nullptr,
                                   .votes_durable = height.value * 3},
                                  *executed));
    }
};

// A chain of twelve blocks, and a snapshot of its eighth.
struct Installing {
    SnapshotWorld world{last_block};
    CheckedManifest snapshot{world.check(write()).value()};

    SnapshotManifest write() {
        const auto state = StateSnapshot::open(world.state(), snapshot_height).value();
        return write_snapshot(world.files(), SnapshotWorld::folder(), {.state = *state, .chain = world.chain()},
                              {.sorting = {}, .part_bytes = test::small_part})
            .value();
    }
    [[nodiscard]] const ledger::Genesis& genesis() { return world.made().genesis(); }
    [[nodiscard]] ChainStart start() { return {.chain = world.made().id(), .time = genesis().time}; }

    Result<void, Error> install(KvStore& state) {
        return install_state(state, world.made().id(), snapshot, [this](const Digest& root) {
            return read_part(world.files(), SnapshotWorld::folder(), root);
        });
    }
    Result<void, Error> install(Follower& node) { return install(*node.state_kv); }
    // A node that has nothing below the snapshot but the blocks up to `own`.
    void set_up(Follower& node, Height own = {}) {
        REQUIRE(node.open(genesis()));
        for (Height height{1}; height <= own; height = height.next()) {
            node.follow(world.chain(), world.made().id(), height);
        }
        node.restart();
        node.state_disk = {};
        node.state_kv = open_memory_store(node.state_disk);
        REQUIRE(install(node));
        REQUIRE(skip_to(*node.chain_kv, start(), snapshot));
        REQUIRE(node.open(genesis()));
    }
    void follow_all(Follower& node) {
        for (Height height = snapshot_height.next(); height.value <= last_block; height = height.next()) {
            node.follow(world.chain(), world.made().id(), height);
        }
    }
};

inline Fault fault_of(const auto& result) {
    REQUIRE_FALSE(result);
    return result.error().fault;
}

}  // namespace datadeed::chain::test
