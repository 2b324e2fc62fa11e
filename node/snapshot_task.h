#pragma once

#include <atomic>
#include <thread>

#include "chain/chain_view.h"
#include "chain/state_store.h"
#include "node/inbox.h"
#include "node/log.h"
#include "node/startup.h"

namespace datadeed::node {

// Writes this node's snapshots on a thread of its own, one at a time, and tells the replica and the log what came of
// each. begin() on the replica thread; ends with the one that is under way.
class SnapshotTask {
public:
    SnapshotTask(const OpenStores& stores, Inbox& inbox, const Log& log)
        : stores_{&stores}, inbox_{&inbox}, log_{&log} {}
    ~SnapshotTask();
    SnapshotTask(const SnapshotTask&) = delete;
    SnapshotTask& operator=(const SnapshotTask&) = delete;

    void begin(replica::WriteSnapshot what);

private:
    void write(const replica::WriteSnapshot& what, const chain::StateSnapshot& state) const;
    void tell(const replica::WriteSnapshot& what, bool whole) const;

    const OpenStores* stores_;
    Inbox* inbox_;
    const Log* log_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace datadeed::node
