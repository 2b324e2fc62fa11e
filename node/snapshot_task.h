#pragma once

#include "chain/state_store.h"
#include "node/log.h"
#include "node/startup.h"
#include "node/task_thread.h"

namespace datadeed::node {

// Writes this node's snapshots on a thread of its own, and tells the replica and the log what came of each. begin() on
// the replica thread.
class SnapshotTask {
public:
    SnapshotTask(const OpenStores& stores, Inbox& inbox, const Log& log)
        : stores_{&stores}, log_{&log}, thread_{inbox} {}

    void begin(const replica::WriteSnapshot& what);

private:
    void write(const replica::WriteSnapshot& what, const chain::StateSnapshot& state) const;
    void tell(const replica::WriteSnapshot& what, bool whole) const;

    const OpenStores* stores_;
    const Log* log_;
    TaskThread thread_;
};

}  // namespace datadeed::node
