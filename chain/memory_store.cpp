#include "chain/memory_store.h"

#include <algorithm>
#include <ranges>
#include <shared_mutex>
#include <utility>

namespace datadeed::chain {

namespace {

using Map = MemoryDisk::Map;

bool begins_with(const Bytes& key, ByteView prefix) {
    return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

void scan_map(const Map& map, const Range& range, const Visitor& visit) {
    Bytes start = to_bytes(range.prefix);
    append(start, range.from);
    if (range.direction == Direction::forward) {
        for (auto at = map.lower_bound(start); at != map.end() && begins_with(at->first, range.prefix); ++at) {
            if (!visit(at->first, at->second)) return;
        }
        return;
    }
    auto at = map.upper_bound(start);
    if (range.from.empty()) {
        while (at != map.end() && begins_with(at->first, range.prefix)) ++at;
        if (start.empty()) at = map.end();
    }
    // upper_bound is behind the prefix's own key, which a backward scan without a start may still have to step over.
    while (at != map.begin()) {
        --at;
        if (!begins_with(at->first, range.prefix) || !visit(at->first, at->second)) return;
    }
}

std::optional<Bytes> get_of(const Map& map, ByteView key) {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional<Bytes>{found->second};
}

// A copy of the map: dear, but simple and surely unchanging.
class MemorySnapshot final : public KvSnapshot {
public:
    explicit MemorySnapshot(Map map) : map_{std::move(map)} {}

    Result<std::optional<Bytes>, Error> get(ByteView key) const override { return get_of(map_, key); }
    Result<void, Error> scan(const Range& range, const Visitor& visit) const override {
        scan_map(map_, range, visit);
        return {};
    }

private:
    Map map_;
};

}  // namespace

class MemoryStore final : public KvStore {
public:
    explicit MemoryStore(MemoryDisk& disk) : disk_{&disk}, generation_{disk.generation_} {}

    Result<std::optional<Bytes>, Error> get(ByteView key) const override {
        const std::shared_lock guard{mutex_};
        if (Result<void, Error> can = can_read(); !can) return fail(can.error());
        return get_of(disk_->now_, key);
    }

    Result<void, Error> scan(const Range& range, const Visitor& visit) const override {
        const std::shared_lock guard{mutex_};
        if (Result<void, Error> can = can_read(); !can) return can;
        scan_map(disk_->now_, range, visit);
        return {};
    }

    Result<void, Error> write(const Batch& batch, Durability durability) override {
        const std::unique_lock guard{mutex_};
        if (Result<void, Error> alive = this->alive(); !alive) return alive;
        const std::uint64_t number = disk_->writes_++;
        if (disk_->fail_from_ && number >= *disk_->fail_from_) {
            error_ = made_to_fail();
            return fail(*error_);
        }
        disk_->undo_.push_back(disk_->apply(batch));
        if (durability == Durability::synced) disk_->undo_.clear();
        return {};
    }

    std::unique_ptr<KvSnapshot> snapshot() const override {
        const std::shared_lock guard{mutex_};
        return std::make_unique<MemorySnapshot>(disk_->now_);
    }

    Result<void, Error> flush() override { return write({}, Durability::synced); }
    Result<void, Error> compact(ByteView /*prefix*/) override { return flush(); }

private:
    Error made_to_fail() const { return {.fault = disk_->fault_, .place = "memory", .detail = "made to fail"}; }
    Result<void, Error> can_read() const {
        if (Result<void, Error> alive = this->alive(); !alive) return alive;
        if (!disk_->reads_left_) return {};
        if (*disk_->reads_left_ > 0) {
            --*disk_->reads_left_;
            return {};
        }
        disk_->read_failed_ = true;
        return fail(made_to_fail());
    }
    Result<void, Error> alive() const {
        if (error_) return fail(*error_);
        if (disk_->read_failed_) return fail(made_to_fail());
        if (generation_ == disk_->generation_) return {};
        return fail(
            Error{.fault = Fault::store_io, .place = "memory", .detail = "the machine crashed since this was opened"});
    }

    MemoryDisk* disk_;
    std::uint64_t generation_;
    std::optional<Error> error_;
    mutable std::shared_mutex mutex_;
};

MemoryDisk::Undo MemoryDisk::apply(const Batch& batch) {
    Undo undo;
    undo.reserve(batch.count());
    batch.for_each(
        [&](ByteView key, ByteView value) {
            const auto at = now_.lower_bound(key);
            if (at != now_.end() && as_text(at->first) == as_text(key)) {
                undo.emplace_back(at->first, std::exchange(at->second, to_bytes(value)));
            } else {
                undo.emplace_back(now_.emplace_hint(at, to_bytes(key), to_bytes(value))->first, std::nullopt);
            }
        },
        [&](ByteView key) {
            const auto at = now_.find(key);
            if (at == now_.end()) return;
            undo.emplace_back(at->first, std::move(at->second));
            now_.erase(at);
        });
    return undo;
}

void MemoryDisk::take_back(Undo undo) {
    for (auto& [key, before] : std::views::reverse(undo)) {
        if (before) {
            now_.insert_or_assign(std::move(key), std::move(*before));
        } else {
            now_.erase(key);
        }
    }
}

void MemoryDisk::crash(std::size_t keep) {
    ++generation_;
    while (undo_.size() > keep) {
        take_back(std::move(undo_.back()));
        undo_.pop_back();
    }
    undo_.clear();
}

void MemoryDisk::fail_reads_after(std::uint64_t count, Fault fault) {
    reads_left_ = count;
    fault_ = fault;
}

void MemoryDisk::heal() {
    fail_from_.reset();
    reads_left_.reset();
    read_failed_ = false;
}

void MemoryDisk::fail_after(std::uint64_t after, Fault fault) {
    fail_from_ = writes_ + after;
    fault_ = fault;
}

std::unique_ptr<KvStore> open_memory_store(MemoryDisk& disk) {
    return std::make_unique<MemoryStore>(disk);
}

}  // namespace datadeed::chain
