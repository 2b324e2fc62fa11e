#include "chain/leveldb_store.h"

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <utility>

namespace datadeed::chain {

namespace {

// LevelDB's own empty slice points somewhere; it compares by memcmp, which mustn't be given a null pointer.
leveldb::Slice slice(ByteView bytes) {
    if (bytes.empty()) return {};
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ByteView view(const leveldb::Slice& bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

// LevelDB tells of errors by a kind and a text; the system's own reason is only in the text.
Error error_of(const leveldb::Status& status, const std::string& folder, Fault damaged) {
    const std::string text = status.ToString();
    const auto says = [&text](std::string_view words) { return text.find(words) != std::string::npos; };
    Fault fault = Fault::store_io;
    // A table that ends too early is read behind its end: for LevelDB an invalid argument.
    if (status.IsCorruption() || (says(".ldb") && says("Invalid argument"))) {
        fault = damaged;
    } else if (says("No space left") || says("quota exceeded")) {
        fault = Fault::store_disk_full;
    } else if (says("already held") || (says("/LOCK") && says("lock"))) {
        fault = Fault::store_locked;
    } else if (says("does not exist")) {
        fault = Fault::chain_not_found;
    } else if (says("ermission denied") || says("Read-only")) {
        fault = Fault::file_no_permission;
    }
    return {.fault = fault, .place = folder, .detail = text};
}

// A database that was begun and has its first record has CURRENT; an interrupted beginning leaves neither.
bool has_lost_current(const std::filesystem::path& folder) {
    std::error_code ignored;
    if (std::filesystem::exists(folder / "CURRENT", ignored)) return false;
    for (const auto& entry : std::filesystem::directory_iterator{folder, ignored}) {
        const std::filesystem::path extension = entry.path().extension();
        if (extension == ".ldb" || extension == ".log" || extension == ".sst") return true;
    }
    return false;
}

// What the store and its snapshots share: the handle, and the first error, which is for ever.
class Handle {
public:
    Handle(std::string folder, const LeveldbOptions& options)
        : folder_{std::move(folder)},
          damaged_{options.damaged},
          cache_{leveldb::NewLRUCache(options.block_cache_bytes)},
          filter_{leveldb::NewBloomFilterPolicy(10)} {}

    Result<void, Error> open(const LeveldbOptions& options) {
        if (has_lost_current(folder_)) {
            return fail(Error{.fault = damaged_, .place = folder_, .detail = "its file CURRENT is gone"});
        }
        leveldb::Options settings;
        settings.create_if_missing = options.create;
        settings.paranoid_checks = !options.salvage;
        settings.compression = leveldb::kNoCompression;
        settings.block_cache = cache_.get();
        settings.filter_policy = filter_.get();
        settings.write_buffer_size = options.write_buffer_bytes;
        settings.max_open_files = options.open_files_max;
        settings.reuse_logs = false;  // could append behind an unfinished record (google/leveldb#1287)
        leveldb::DB* raw = nullptr;
        const leveldb::Status status = leveldb::DB::Open(settings, folder_, &raw);
        if (!status.ok()) return fail(error_of(status, folder_, damaged_));
        db_.reset(raw);
        return {};
    }

    [[nodiscard]] leveldb::DB& db() const { return *db_; }

    [[nodiscard]] Result<void, Error> alive() const {
        if (!dead_.load(std::memory_order_acquire)) return {};
        const std::scoped_lock guard{mutex_};
        return fail(*error_);
    }

    // Keeps the first error and returns it.
    Error die(const leveldb::Status& status) const {
        const std::scoped_lock guard{mutex_};
        if (!error_) error_ = error_of(status, folder_, damaged_);
        dead_.store(true, std::memory_order_release);
        return *error_;
    }

private:
    std::string folder_;
    Fault damaged_;
    // In this order: the database uses both until it's closed.
    std::unique_ptr<leveldb::Cache> cache_;
    std::unique_ptr<const leveldb::FilterPolicy> filter_;
    std::unique_ptr<leveldb::DB> db_;
    mutable std::mutex mutex_;
    mutable std::optional<Error> error_;
    mutable std::atomic<bool> dead_{false};
};

leveldb::ReadOptions reading(const leveldb::Snapshot* snapshot, bool fill_cache) {
    leveldb::ReadOptions options;
    options.verify_checksums = true;
    options.fill_cache = fill_cache;
    options.snapshot = snapshot;
    return options;
}

Result<std::optional<Bytes>, Error> get_from(const Handle& handle, const leveldb::Snapshot* snapshot, ByteView key) {
    if (const Result<void, Error> alive = handle.alive(); !alive) return fail(alive.error());
    std::string value;
    const leveldb::Status status = handle.db().Get(reading(snapshot, true), slice(key), &value);
    if (status.IsNotFound()) return std::optional<Bytes>{};
    if (!status.ok()) return fail(handle.die(status));
    return std::optional<Bytes>{to_bytes(as_bytes(value))};
}

// The first key behind all that begin with the prefix, or nothing when there's none.
std::optional<Bytes> behind(ByteView prefix) {
    Bytes key = to_bytes(prefix);
    while (!key.empty() && key.back() == 0xFF) key.pop_back();
    if (key.empty()) return std::nullopt;
    ++key.back();
    return key;
}

void seek(leveldb::Iterator& iterator, const Range& range) {
    Bytes start = to_bytes(range.prefix);
    append(start, range.from);
    if (range.direction == Direction::forward) return iterator.Seek(slice(start));
    // The last key that isn't behind the start: the one before the first that is.
    const bool open_end = range.from.empty();
    const std::optional<Bytes> end = open_end ? behind(range.prefix) : std::optional<Bytes>{start};
    if (!end) return iterator.SeekToLast();
    iterator.Seek(slice(*end));
    if (!iterator.Valid()) {
        if (iterator.status().ok()) iterator.SeekToLast();
        return;
    }
    const bool exact = !open_end && iterator.key() == slice(start);
    if (!exact) iterator.Prev();
}

Result<void, Error> scan_from(const Handle& handle, const leveldb::Snapshot* snapshot, const Range& range,
                              const Visitor& visit) {
    if (const Result<void, Error> alive = handle.alive(); !alive) return fail(alive.error());
    const std::unique_ptr<leveldb::Iterator> iterator{handle.db().NewIterator(reading(snapshot, false))};
    seek(*iterator, range);
    while (iterator->Valid() && iterator->key().starts_with(slice(range.prefix))) {
        if (!visit(view(iterator->key()), view(iterator->value()))) break;
        if (range.direction == Direction::forward) {
            iterator->Next();
        } else {
            iterator->Prev();
        }
    }
    if (!iterator->status().ok()) return fail(handle.die(iterator->status()));
    return {};
}

class LeveldbSnapshot final : public KvSnapshot {
public:
    explicit LeveldbSnapshot(std::shared_ptr<const Handle> handle)
        : handle_{std::move(handle)}, snapshot_{handle_->db().GetSnapshot()} {}
    LeveldbSnapshot(const LeveldbSnapshot&) = delete;
    LeveldbSnapshot& operator=(const LeveldbSnapshot&) = delete;
    ~LeveldbSnapshot() override { handle_->db().ReleaseSnapshot(snapshot_); }

    Result<std::optional<Bytes>, Error> get(ByteView key) const override { return get_from(*handle_, snapshot_, key); }
    Result<void, Error> scan(const Range& range, const Visitor& visit) const override {
        return scan_from(*handle_, snapshot_, range, visit);
    }

private:
    // Shared, so that a snapshot which outlives its store by mistake still has a database under it.
    std::shared_ptr<const Handle> handle_;
    const leveldb::Snapshot* snapshot_;
};

class LeveldbStore final : public KvStore {
public:
    explicit LeveldbStore(std::shared_ptr<const Handle> handle) : handle_{std::move(handle)} {}

    Result<std::optional<Bytes>, Error> get(ByteView key) const override { return get_from(*handle_, nullptr, key); }
    Result<void, Error> scan(const Range& range, const Visitor& visit) const override {
        return scan_from(*handle_, nullptr, range, visit);
    }

    Result<void, Error> write(const Batch& batch, Durability durability) override {
        if (Result<void, Error> alive = handle_->alive(); !alive) return alive;
        leveldb::WriteBatch updates;
        batch.for_each([&](ByteView key, ByteView value) { updates.Put(slice(key), slice(value)); },
                       [&](ByteView key) { updates.Delete(slice(key)); });
        leveldb::WriteOptions options;
        options.sync = durability == Durability::synced;
        const leveldb::Status status = handle_->db().Write(options, &updates);
        if (!status.ok()) return fail(handle_->die(status));
        return {};
    }

    [[nodiscard]] std::unique_ptr<KvSnapshot> snapshot() const override {
        return std::make_unique<LeveldbSnapshot>(handle_);
    }

    // CompactRange writes the memtable out first, as a table that is synced, whatever the range; here no key is in it.
    Result<void, Error> flush() override {
        const Bytes last_of_all(1, 0xFF);
        return compact_between(last_of_all, last_of_all);
    }

    Result<void, Error> compact(ByteView prefix) override {
        return compact_between(prefix, behind(prefix).value_or(Bytes(1, 0xFF)));
    }

private:
    Result<void, Error> compact_between(ByteView begin, ByteView end) {
        if (Result<void, Error> alive = handle_->alive(); !alive) return alive;
        const leveldb::Slice from = slice(begin);
        const leveldb::Slice to = slice(end);
        handle_->db().CompactRange(&from, &to);
        // It doesn't say what went wrong; the next write does.
        return write({}, Durability::synced);
    }

    std::shared_ptr<const Handle> handle_;
};

}  // namespace

Result<std::unique_ptr<KvStore>, Error> open_leveldb(const LeveldbOptions& options) {
    const auto handle = std::make_shared<Handle>(options.folder, options);
    if (const Result<void, Error> opened = handle->open(options); !opened) return fail(opened.error());
    return std::make_unique<LeveldbStore>(handle);
}

}  // namespace datadeed::chain
