#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "chain/byte_cache.h"
#include "chain/kv_store.h"
#include "crypto/merkle.h"
#include "ledger/state.h"
#include "ledger/state_tree.h"

namespace datadeed::chain {

// Called at the first read that fails or finds a damaged value, on the thread that reads: the ledger's interfaces know
// no errors, and nothing may be computed from a value that couldn't be read. A node says what happened and exits. When
// it returns, the read gives nothing and error() tells.
using OnStateError = std::function<void(const Error&)>;

struct StateOptions {
    // Heights that stay readable behind the last one; 0 keeps all.
    std::uint64_t history{0};
    // Memory for values and tree nodes that were used lately, each; counted with some 100 bytes an entry.
    std::size_t value_cache_bytes{24U << 20U};
    std::size_t node_cache_bytes{24U << 20U};
    OnStateError on_error{};
};

// What one block does to the state. Borrowed for the call.
struct StateUpdate {
    Height height{};
    // Of the block's header; the chain id at height 0.
    Digest block_hash{};
    const ledger::StateChanges& changes;
    const ledger::TreeUpdate& tree;
    // Of the log after the block.
    const crypto::CompactRange& log;
};

// The state at one height, unchanging, for any thread; it must end before its KvStore does. Reads as the ledger does.
class StateSnapshot final : public ledger::StateReader, public ledger::TreeStore {
public:
    // Of the last height applied, or of an earlier one: state_height_not_kept. Any thread, while another one applies.
    [[nodiscard]] static Result<std::unique_ptr<StateSnapshot>, Error> open(const KvStore& store,
                                                                            std::optional<Height> at = std::nullopt,
                                                                            OnStateError on_error = {});

    [[nodiscard]] Height height() const { return height_; }
    [[nodiscard]] std::optional<Bytes> get(ByteView key) const override;
    [[nodiscard]] std::vector<Entry> scan(ByteView prefix, ByteView after, std::size_t limit) const override;
    [[nodiscard]] Walk walk(ByteView prefix, ByteView after, std::size_t limit, std::size_t looks) const override;
    [[nodiscard]] std::optional<Bytes> node(const ledger::NodeKey& key) const override;
    // The first error of a read; nothing that was computed after it counts.
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    StateSnapshot() = default;
    template <class T>
    [[nodiscard]] T good(Result<T, Error> result) const;

    std::unique_ptr<KvSnapshot> reader_{};
    Height height_{};
    bool is_last_{false};
    OnStateError on_error_{};
    mutable std::optional<Error> error_{};
};

// The state database: the current state with its caches, and what writes it. One thread; others open a StateSnapshot on
// the same KvStore.
class StateStore final : public ledger::StateReader, public ledger::TreeStore {
public:
    // Errors: folder_other_chain, state_damaged, store_*.
    [[nodiscard]] static Result<std::unique_ptr<StateStore>, Error> open(KvStore& store, const ChainId& chain,
                                                                         StateOptions options);

    // The last height whose changes are in; nothing before height 0 was applied.
    [[nodiscard]] std::optional<Height> applied() const;
    // Hash of the block at applied().
    [[nodiscard]] const Digest& block_hash() const { return block_hash_; }
    // Of the log at applied().
    [[nodiscard]] const crypto::CompactRange& log() const { return log_; }
    // The lowest height at which reads are answered.
    [[nodiscard]] Height oldest() const { return oldest_; }

    // Writes everything of one block in one synced batch (state_database.h): values with their history, tree nodes,
    // height, log, and drops what no kept height needs. Heights follow on each other from 0, else state_block_not_next.
    // An error of an earlier read is returned here again. After an error the process ends.
    [[nodiscard]] Result<void, Error> apply(const StateUpdate& update);

    [[nodiscard]] std::optional<Bytes> get(ByteView key) const override;
    [[nodiscard]] std::vector<Entry> scan(ByteView prefix, ByteView after, std::size_t limit) const override;
    [[nodiscard]] std::optional<Bytes> node(const ledger::NodeKey& key) const override;
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    StateStore(KvStore& store, const ChainId& chain, StateOptions options);

    [[nodiscard]] Result<void, Error> load();
    void note(const Error& error) const;
    // since || value of the key as it is now, by way of the cache; empty when there's none. Borrowed until the next
    // call.
    [[nodiscard]] Result<const Bytes*, Error> current(ByteView key) const;
    // What a block wrote: keys that later heights don't need, and the values as they are now (empty: gone), by views of
    // the keys in the update.
    struct Written {
        std::vector<Bytes> leftovers{};
        std::vector<std::pair<ByteView, Bytes>> values{};
    };
    [[nodiscard]] Result<Written, Error> put_values(Batch& batch, const StateUpdate& update) const;
    [[nodiscard]] Result<Height, Error> drop_old(Batch& batch, Height height) const;
    void refresh_caches(const StateUpdate& update, Written written);

    KvStore* store_;
    ChainId chain_{};
    StateOptions options_;
    bool has_state_{false};
    Height height_{};
    Height oldest_{};
    Digest block_hash_{};
    crypto::CompactRange log_{};
    mutable ByteCache values_;
    mutable ByteCache nodes_;
    mutable std::optional<Error> error_{};
};

}  // namespace datadeed::chain
