#pragma once

#include <memory>
#include <string>

#include "chain/kv_store.h"

namespace datadeed::chain {

struct LeveldbOptions {
    // The folder of the database; the one above it must exist.
    std::string folder{};
    // Whether to make a database where none is. Without it an empty folder is chain_not_found.
    bool create{true};
    // Memory that it may take beside the tables' index blocks: blocks read lately, and two write buffers.
    std::size_t block_cache_bytes{16U << 20U};
    std::size_t write_buffer_bytes{8U << 20U};
    // Files held open at once; each keeps its index block in memory.
    int open_files_max{200};
    // What damage is called: what is in the folder says what to do about it.
    Fault damaged{Fault::store_damaged};
    // For an auditor's copy only: opens a damaged database with what is left of it, so that the missing block can be
    // named. A node never does: what it lost it would not know.
    bool salvage{false};
};

// LevelDB, as strict as it can be set: paranoid, all checksums verified, no compression (what we keep is hashes and
// signatures), and dead after its first error, since it may acknowledge synced writes and lose them after a failed one
// (google/leveldb#1180). A folder with tables or logs but without CURRENT is damaged: LevelDB would begin a new
// database and delete what is there. Errors: store_locked when another process or another handle has it, store_damaged,
// store_io, store_disk_full.
[[nodiscard]] Result<std::unique_ptr<KvStore>, Error> open_leveldb(const LeveldbOptions& options);

}  // namespace datadeed::chain
