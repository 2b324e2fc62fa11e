#pragma once

#include <string>

#include "chain/archive.h"
#include "node/log.h"
#include "node/startup.h"
#include "node/task_thread.h"

namespace datadeed::node {

// Archives blocks that are to leave this node, and gives their room back to the disk once they have, on a thread of its
// own; tells the replica and the log what came of each. begin() on the replica thread.
class ArchiveTask {
public:
    // The archive's folder must exist (chain::make_archive), and is looked for anew each time.
    ArchiveTask(const OpenStores& stores, std::string folder, Inbox& inbox, const Log& log)
        : stores_{&stores}, folder_{std::move(folder)}, log_{&log}, thread_{inbox} {}

    void begin(const replica::ArchiveBlocks& what);
    void begin(const replica::CompactBlocks& what);

private:
    void archive(const chain::BlockSpan& span) const;
    void compact() const;

    const OpenStores* stores_;
    std::string folder_;
    const Log* log_;
    TaskThread thread_;
};

}  // namespace datadeed::node
