#pragma once

#include <string>

#include "chain/file.h"
#include "chain/kv_store.h"
#include "chain/state_store.h"
#include "ledger/state_parts.h"

namespace datadeed::replica {

// Where snapshots are kept, this node's and the one that it fetches; without a folder none are.
struct SnapshotPlace {
    chain::FileSystem* files{};
    std::string folder{};                        // the one above it must exist
    std::uint64_t every{0};                      // transactions between two that this node writes; 0 for none
    std::size_t part_bytes{ledger::part_bytes};  // nodes use no other
    // Blocks below the newest snapshot that stay; 0 for all. Older ones go, as far as both snapshots cover them, once
    // the host has archived them.
    std::uint64_t keep_blocks{0};
    bool fetches{true};  // whether the node may go on from another one's
};

// Where a replica keeps what it must not lose. Borrowed; all of it is written by the replica alone, and others may read
// the two databases at any time (chain::ChainView, chain::StateSnapshot).
struct Stores {
    chain::KvStore* chain{};
    chain::KvStore* state{};
    chain::FileSystem* files{};  // for the vote file
    std::string votes_path{};
    chain::StateOptions state_options{};
    SnapshotPlace snapshots{};
};

}  // namespace datadeed::replica
