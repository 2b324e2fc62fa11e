#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "chain/kv_store.h"

namespace datadeed::chain {

// A KvStore in memory for tests and the simulator. Its disk is an object of its own that outlives the store, as a disk
// outlives a process: batches written since the last synced one are lost when the machine crashes.
class MemoryDisk {
public:
    using Map = std::map<Bytes, Bytes, BytesLess>;

    // The power goes: batches after the last synced one are lost, but for the first `keep` of them. Stores that are
    // open on the disk are dead from now on; open a new one.
    void crash(std::size_t keep = 0);
    // Batches that a crash would lose now.
    [[nodiscard]] std::size_t unsynced() const { return undo_.size(); }

    // The write number `after` (0 is the next one) fails with this fault and leaves the disk as it was.
    void fail_after(std::uint64_t after, Fault fault);
    // So many reads still succeed; the next one fails with this fault, and everything after it. Not those of snapshots.
    // Only where one thread uses the store.
    void fail_reads_after(std::uint64_t count, Fault fault);
    [[nodiscard]] bool has_failed_to_read() const { return read_failed_; }
    void heal();
    [[nodiscard]] std::uint64_t writes() const { return writes_; }

    // What is on it, for tests to look at and to damage.
    [[nodiscard]] Map& content() { return now_; }

private:
    friend class MemoryStore;

    // What a batch found under each key that it touched, in its order: takes it back when done from the last one on.
    using Undo = std::vector<std::pair<Bytes, std::optional<Bytes>>>;

    [[nodiscard]] Undo apply(const Batch& batch);
    void take_back(Undo undo);

    Map now_;
    std::vector<Undo> undo_;  // of the batches after the last synced one
    std::uint64_t generation_{0};
    std::uint64_t writes_{0};
    std::optional<std::uint64_t> fail_from_;
    std::optional<std::uint64_t> reads_left_;
    bool read_failed_{false};
    Fault fault_{Fault::store_io};
};

// Borrows the disk. Thread rule as for every KvStore, but the disk itself is touched by one thread only.
[[nodiscard]] std::unique_ptr<KvStore> open_memory_store(MemoryDisk& disk);

}  // namespace datadeed::chain
