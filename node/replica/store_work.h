#pragma once

#include <string>
#include <variant>

#include "base/types.h"
#include "chain/block_span.h"

// What a replica has other threads do to its stores, since it takes long. Values; any thread.

namespace datadeed::replica {

// The snapshot of this height is to be written into the folder (chain::write_snapshot), on another thread; one at a
// time. SnapshotWritten is to follow, whatever came of it.
struct WriteSnapshot {
    Height height{};
    std::string folder{};
};

// These blocks are to leave the database: as many of them as fit into a file are to be archived (chain::archive_blocks)
// on another thread, once the state is durable as it is by then, since it can't be made again without them. One at a
// time; BlocksArchived is to follow, whatever came of it.
struct ArchiveBlocks {
    chain::BlockSpan span{};
};

// Blocks were erased: the database is to be compacted (keys::block) on another thread. BlocksCompacted is to follow.
struct CompactBlocks {};

using StoreWork = std::variant<WriteSnapshot, ArchiveBlocks, CompactBlocks>;

}  // namespace datadeed::replica
