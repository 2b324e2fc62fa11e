#include "chain/state_database.h"

#include <mutex>

#include "chain/keys.h"
#include "chain/leveldb_store.h"

namespace datadeed::chain {
namespace {

bool is_node(ByteView key) {
    return !key.empty() && key.front() == keys::tree_node;
}

class SplitSnapshot final : public KvSnapshot {
public:
    SplitSnapshot(std::unique_ptr<KvSnapshot> values, std::unique_ptr<KvSnapshot> nodes)
        : values_{std::move(values)}, nodes_{std::move(nodes)} {}

    Result<std::optional<Bytes>, Error> get(ByteView key) const override {
        return (is_node(key) ? nodes_ : values_)->get(key);
    }
    Result<void, Error> scan(const Range& range, const Visitor& visit) const override {
        return (is_node(range.prefix) ? nodes_ : values_)->scan(range, visit);
    }

private:
    std::unique_ptr<KvSnapshot> values_;
    std::unique_ptr<KvSnapshot> nodes_;
};

class SplitStore final : public KvStore {
public:
    SplitStore(std::unique_ptr<KvStore> values, std::unique_ptr<KvStore> nodes)
        : values_{std::move(values)}, nodes_{std::move(nodes)} {}

    Result<std::optional<Bytes>, Error> get(ByteView key) const override {
        return (is_node(key) ? nodes_ : values_)->get(key);
    }
    Result<void, Error> scan(const Range& range, const Visitor& visit) const override {
        return (is_node(range.prefix) ? nodes_ : values_)->scan(range, visit);
    }

    // New nodes before the values that name their root, old ones away after the values that no longer do.
    Result<void, Error> write(const Batch& batch, Durability durability) override {
        Batch values;
        Batch new_nodes;
        Batch stale_nodes;
        batch.for_each([&](ByteView key, ByteView value) { (is_node(key) ? new_nodes : values).put(key, value); },
                       [&](ByteView key) { (is_node(key) ? stale_nodes : values).erase(key); });
        if (new_nodes.count() > 0) {
            if (Result<void, Error> written = nodes_->write(new_nodes, durability); !written) return written;
        }
        if (Result<void, Error> written = values_->write(values, durability); !written) return written;
        if (stale_nodes.count() == 0) return {};
        const std::lock_guard lock{snapshot_mutex_};
        return nodes_->write(stale_nodes, Durability::buffered);
    }

    // The values first: whatever height they are of, its nodes are there by then, and none is taken in between.
    std::unique_ptr<KvSnapshot> snapshot() const override {
        const std::lock_guard lock{snapshot_mutex_};
        std::unique_ptr<KvSnapshot> values = values_->snapshot();
        return std::make_unique<SplitSnapshot>(std::move(values), nodes_->snapshot());
    }

    // In the order of write().
    Result<void, Error> flush() override {
        if (Result<void, Error> flushed = nodes_->flush(); !flushed) return flushed;
        return values_->flush();
    }
    Result<void, Error> compact(ByteView prefix) override {
        return (is_node(prefix) ? nodes_ : values_)->compact(prefix);
    }

private:
    std::unique_ptr<KvStore> values_;
    std::unique_ptr<KvStore> nodes_;
    mutable std::mutex snapshot_mutex_;
};

}  // namespace

std::unique_ptr<KvStore> split_tree_nodes(std::unique_ptr<KvStore> values, std::unique_ptr<KvStore> nodes) {
    return std::make_unique<SplitStore>(std::move(values), std::move(nodes));
}

Result<std::unique_ptr<KvStore>, Error> open_state_database(FileSystem& files, const std::string& folder) {
    if (const Result<void, Error> made = files.create_folder(folder); !made) return fail(made.error());
    Result<std::unique_ptr<KvStore>, Error> values =
        open_leveldb({.folder = folder + "/values", .damaged = Fault::state_damaged});
    if (!values) return values;
    Result<std::unique_ptr<KvStore>, Error> nodes =
        open_leveldb({.folder = folder + "/tree", .damaged = Fault::state_damaged});
    if (!nodes) return nodes;
    if (const Result<void, Error> synced = files.sync_folder(folder); !synced) return fail(synced.error());
    return split_tree_nodes(std::move(*values), std::move(*nodes));
}

}  // namespace datadeed::chain
