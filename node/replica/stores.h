#pragma once

#include <string>

#include "chain/file.h"
#include "chain/kv_store.h"
#include "chain/state_store.h"

namespace datadeed::replica {

// Where a replica keeps what it must not lose. Borrowed; all of it is written by the replica alone, and others may read
// the two databases at any time (chain::ChainView, chain::StateSnapshot).
struct Stores {
    chain::KvStore* chain{};
    chain::KvStore* state{};
    chain::FileSystem* files{};  // for the vote file
    std::string votes_path{};
    chain::StateOptions state_options{};
};

}  // namespace datadeed::replica
