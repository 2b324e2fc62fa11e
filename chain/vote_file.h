#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/types.h"
#include "chain/file.h"

// What this node has signed and promised (docs/storage.md): an append-only file of records that
// are opaque here. Lost votes can make a node contradict itself, so whatever is wrong with this file means: observe,
// never vote.
//
//     file    = frame+                       the first one is the header, with an empty list of records
//     frame   = magic length sequence before payload check
//     magic   = "vote"
//     length  = u32                          bytes of payload, big-endian as all numbers here
//     sequence= u64                          number of records before this frame, over the life of the node
//     before  = 16 bytes                     check of the previous frame, zero in the header
//     payload = CBOR array of byte strings   records; in the header: ["datadeed/votes/1", chain id, node name]
//     check   = 16 bytes                     first bytes of SHA-256(frame without check)
//
// A frame is all records of one turn, written and synced before the next one begins, so at most the last frame can be
// torn.

namespace datadeed::chain {

struct VoteFileOptions {
    std::string path{};
    ChainId chain{};
    // The node's member id: a file copied from another node is refused.
    std::string node{};
    // Whether a missing file may be made: the caller knows that this node can't have voted yet.
    bool create{false};
    // Records that the chain store knows to have been durable; fewer in the file means that it was rolled back.
    std::uint64_t count_min{0};
};

class VoteFile {
public:
    struct Opened;

    // Opens or creates, checks every frame and truncates a torn last one. Errors: votes_missing, votes_corrupt (a bad
    // frame with a valid one somewhere behind it, or a bad header), votes_rolled_back, votes_other_node, file_*.
    [[nodiscard]] static Result<Opened, Error> open(FileSystem& files, const VoteFileOptions& options);

    // Takes a record for the next sync; nothing is written yet. At most record_size_max bytes.
    void append(ByteView record);
    // Writes what was appended as one frame and makes it durable: one fsync for all of a turn; none when there's
    // nothing. After an error every later call fails with the same one and the process must end.
    [[nodiscard]] Result<void, Error> sync();

    // Records that are durable, over the life of the node; compaction doesn't change it.
    [[nodiscard]] std::uint64_t durable_count() const { return durable_count_; }
    // Bytes of the file.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    // Whether the file is long enough for compact() to be worth it.
    [[nodiscard]] bool should_compact() const { return size_ > compact_size_; }

    // Replaces the file by one that holds just these records (what the node still needs), in order. What was appended
    // but not synced must be among them or not needed. Crash-safe: the old or the new file is there, whole.
    [[nodiscard]] Result<void, Error> compact(std::span<const Bytes> keep);

    static constexpr std::size_t record_size_max = 2U << 20U;
    static constexpr std::uint64_t compact_size_min = 4U << 20U;

private:
    VoteFile(FileSystem& files, VoteFileOptions options) : files_{&files}, options_{std::move(options)} {}

    [[nodiscard]] Result<void, Error> create();
    // Reads and checks all frames, truncates a torn last one, and stands at the end.
    [[nodiscard]] Result<Opened, Error> recover() &&;
    // The content of a file that holds just these records, the last of them being number `count`.
    [[nodiscard]] Bytes whole_file(std::span<const Bytes> records, std::uint64_t count);
    [[nodiscard]] Result<void, Error> write_frame(std::span<const Bytes> records);
    [[nodiscard]] std::unexpected<Error> broken(Error error);

    FileSystem* files_;
    VoteFileOptions options_;
    std::unique_ptr<File> file_{};
    std::vector<Bytes> pending_{};
    ByteArray<16> last_check_{};
    std::uint64_t durable_count_{0};
    std::uint64_t size_{0};
    std::uint64_t compact_size_{compact_size_min};
    std::optional<Error> broken_{};
};

struct VoteFile::Opened {
    VoteFile file;
    // In the order in which they were appended.
    std::vector<Bytes> records{};
    // Whether a torn last frame was cut off: records that were never acknowledged.
    bool truncated{};
};

}  // namespace datadeed::chain
