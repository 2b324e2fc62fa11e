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
    // Makes the archive's folder, unless it's empty: then nothing may begin. Where it can't be made, that is logged; it
    // is looked for anew each time.
    ArchiveTask(const OpenStores& stores, std::string folder, Inbox& inbox, const Log& log);

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
