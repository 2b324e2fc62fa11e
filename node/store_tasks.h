#pragma once

#include <variant>

#include "base/overloaded.h"
#include "node/archive_task.h"
#include "node/snapshot_task.h"

namespace datadeed::node {

// Who does what the replica has done to its stores. begin() on the replica thread.
class StoreTasks {
public:
    StoreTasks(const OpenStores& stores, const NodeConfig& config, Inbox& inbox, const Log& log)
        : snapshots_{stores, inbox, log}, archive_{stores, config.archive_dir.string(), inbox, log} {}

    void begin(const replica::StoreWork& work) {
        std::visit(Overloaded{[this](const replica::WriteSnapshot& what) { snapshots_.begin(what); },
                              [this](const replica::ArchiveBlocks& what) { archive_.begin(what); },
                              [this](const replica::CompactBlocks& what) { archive_.begin(what); }},
                   work);
    }

private:
    SnapshotTask snapshots_;
    ArchiveTask archive_;
};

}  // namespace datadeed::node
