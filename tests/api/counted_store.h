#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "chain/kv_store.h"

namespace datadeed::api::test {

// A store that counts what its snapshots read: each value that is asked for, and each pair that a scan shows. One
// thread.
class CountedStore final : public chain::KvStore {
public:
    explicit CountedStore(std::unique_ptr<chain::KvStore> behind) : behind_{std::move(behind)} {}

    // Since it was last asked.
    [[nodiscard]] std::uint64_t take_read() { return std::exchange(*read_, 0); }

    Result<std::optional<Bytes>, chain::Error> get(ByteView key) const override { return behind_->get(key); }
    Result<void, chain::Error> scan(const chain::Range& range, const chain::Visitor& visit) const override {
        return behind_->scan(range, visit);
    }
    Result<void, chain::Error> write(const chain::Batch& batch, chain::Durability durability) override {
        return behind_->write(batch, durability);
    }
    std::unique_ptr<chain::KvSnapshot> snapshot() const override {
        return std::make_unique<Snapshot>(behind_->snapshot(), *read_);
    }
    Result<void, chain::Error> flush() override { return behind_->flush(); }
    Result<void, chain::Error> compact(ByteView prefix) override { return behind_->compact(prefix); }

private:
    class Snapshot final : public chain::KvSnapshot {
    public:
        Snapshot(std::unique_ptr<chain::KvSnapshot> behind, std::uint64_t& read)
            : behind_{std::move(behind)}, read_{&read} {}

        Result<std::optional<Bytes>, chain::Error> get(ByteView key) const override {
            ++*read_;
            return behind_->get(key);
        }
        Result<void, chain::Error> scan(const chain::Range& range, const chain::Visitor& visit) const override {
            return behind_->scan(range, [&](ByteView key, ByteView value) {
                ++*read_;
                return visit(key, value);
            });
        }

    private:
        std::unique_ptr<chain::KvSnapshot> behind_;
        std::uint64_t* read_;
    };

    std::unique_ptr<chain::KvStore> behind_;
    std::unique_ptr<std::uint64_t> read_{std::make_unique<std::uint64_t>(0)};
};

}  // namespace datadeed::api::test
