#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chain/block_span.h"
#include "chain/chain_view.h"
#include "chain/file.h"

// Blocks that left a database, in files that say what they are and prove themselves: docs/storage.md has the format.

namespace datadeed::chain {

// What a file of an archive is filled to, in bytes; it ends with the block that passes it.
inline constexpr std::size_t archive_file_bytes = std::size_t{16} << 20U;
// No file is longer: what a block may have comes on top.
inline constexpr std::size_t archive_file_size_max = 3 * archive_file_bytes;

// Where blocks come from, and which.
struct ArchiveSource {
    ChainId chain{};
    ChainView blocks;
    BlockSpan span{};
};

// Makes the folder, durably; the one above it must exist.
[[nodiscard]] Result<void, Error> make_archive(FileSystem& files, const std::string& folder);

// Writes blocks from span.first on into a new file of the folder until it is full or has span.last. Returns the height
// of the last block in it. The file is durable, was read again and found to be what was written, and SHA256SUMS names
// it; one that is there is never changed. Errors: chain_*, file_* (the folder is never made here: a disk may be away),
// archive_malformed when the disk gave back something else, or the name belongs to another file.
[[nodiscard]] Result<Height, Error> archive_blocks(FileSystem& files, const std::string& folder,
                                                   const ArchiveSource& source,
                                                   std::size_t bytes_max = archive_file_bytes);

// Reads blocks out of an archive. One thread at a time; quick for one height after the other.
class Archive {
public:
    // Errors: file_not_found when there's no such folder, file_*.
    [[nodiscard]] static Result<Archive, Error> open(FileSystem& files, std::string folder, const ChainId& chain);

    // As it stands in a file whose name says that it has it; nothing where none says so. Checked: encoding, chain,
    // height, that each block of the file names the one before it, and that the certificate names the block. Who signed
    // that, and what the transactions lead to, is for the caller to check. Error: archive_malformed, file_*.
    [[nodiscard]] Result<std::optional<StoredBlock>, Error> block(Height height);

private:
    struct Entry {
        BlockSpan span{};
        std::string name{};
    };

    Archive(FileSystem& files, std::string folder, const ChainId& chain)
        : files_{&files}, folder_{std::move(folder)}, chain_{chain} {}
    [[nodiscard]] Result<void, Error> load(const Entry& entry);
    // Whether any file says to have it.
    [[nodiscard]] Result<bool, Error> load_one_with(Height height);

    FileSystem* files_;
    std::string folder_;
    ChainId chain_;
    std::vector<Entry> entries_;
    // The file that was read last.
    BlockSpan loaded_{};
    std::vector<StoredBlock> blocks_;
};

}  // namespace datadeed::chain
