#pragma once

#include <variant>

#include "node/archive_task.h"
#include "node/snapshot_task.h"

namespace datadeed::node {

// Who does what the replica has done to its stores. begin() on the replica thread.
class StoreTasks {
public:
    StoreTasks(const OpenStores& stores, const NodeConfig& config, Inbox& inbox, const Log& log)
        : snapshots_{stores, inbox, log}, archive_{stores, config.archive_dir.string(), inbox, log} {}

    void begin(const replica::StoreWork& work) {
        if (const auto* snapshot = std::get_if<replica::WriteSnapshot>(&work)) snapshots_.begin(*snapshot);
        if (const auto* blocks = std::get_if<replica::ArchiveBlocks>(&work)) archive_.begin(*blocks);
        if (const auto* compact = std::get_if<replica::CompactBlocks>(&work)) archive_.begin(*compact);
    }

private:
    SnapshotTask snapshots_;
    ArchiveTask archive_;
};

}  // namespace datadeed::node
