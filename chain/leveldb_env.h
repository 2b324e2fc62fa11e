#pragma once

#include <leveldb/env.h>

namespace datadeed::chain {

// LevelDB's own environment with three differences: tables are read by pread instead of mapped, so that memory stays
// bounded by the caches and a disk error is a status instead of a signal; and the name of a new or renamed file is
// made durable before the file is used (google/leveldb#195, #196). Process-wide; any thread.
[[nodiscard]] leveldb::Env* leveldb_env();

}  // namespace datadeed::chain
