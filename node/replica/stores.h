#pragma once

#include <string>

#include "chain/file.h"
#include "chain/kv_store.h"

namespace datadeed::replica {

// Where a replica keeps what it must not lose. Borrowed; all of it is written by the replica alone.
struct Stores {
    chain::KvStore* chain{};
    chain::KvStore* state{};
    chain::FileSystem* files{};  // for the vote file
    std::string votes_path{};
};

}  // namespace datadeed::replica
