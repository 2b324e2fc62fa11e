#pragma once

#include <cstddef>
#include <string>

#include "chain/chain_view.h"
#include "chain/file.h"
#include "chain/record_sorter.h"
#include "chain/snapshot_manifest.h"
#include "chain/state_store.h"

namespace datadeed::chain {

// What a snapshot is made of: the state at a height, and a chain that has this height's block; it may have grown.
struct SnapshotSource {
    const StateSnapshot& state;
    ChainView chain;
};

struct SnapshotWriting {
    RecordSorter::Options sorting{};
    // Nodes use no other, or their parts don't fit each other's lists.
    std::size_t part_bytes{ledger::part_bytes};
    std::size_t manifest_size_max{chain::manifest_size_max};  // a larger one is read by nobody
};

// Writes the snapshot of the state's height into `folder`, which is emptied first (begin_folder), while the node goes
// on: nothing but a view of the databases is held. When it returns, all of it is durable. It reads the whole state and
// checks the outcome against the header: state_damaged when it differs. Errors besides: chain_not_found at height 0,
// chain_damaged, store_*, file_*, among them file_too_large when no manifest can name it all. After an error there's
// either what was there before, or as little as the disk allows: an empty folder. Any thread.
[[nodiscard]] Result<SnapshotManifest, Error> write_snapshot(FileSystem& files, const std::string& folder,
                                                             const SnapshotSource& source,
                                                             const SnapshotWriting& writing = {});

}  // namespace datadeed::chain
