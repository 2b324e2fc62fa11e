#include "node/snapshot_task.h"

#include <chrono>
#include <memory>
#include <utility>

#include "chain/chain_view.h"
#include "chain/snapshot_writer.h"

namespace datadeed::node {

// What is looked at is held before the replica goes on.
void SnapshotTask::begin(const replica::WriteSnapshot& what) {
    auto state = chain::StateSnapshot::open(*stores_->state, what.height);
    if (state) {
        std::shared_ptr<const chain::StateSnapshot> held = std::move(*state);
        return thread_.start("snapshot", [this, what, held] { write(what, *held); });
    }
    log_->warn("snapshot.not_written", {{"height", what.height.value}, {"why", chain::to_text(state.error())}});
    thread_.start("snapshot", [this, what] { tell(what, false); });
}

void SnapshotTask::write(const replica::WriteSnapshot& what, const chain::StateSnapshot& state) const {
    const auto begin = std::chrono::steady_clock::now();
    const auto written = chain::write_snapshot(chain::posix_files(), what.folder,
                                               {.state = state, .chain = chain::ChainView{*stores_->chain}});
    const std::uint64_t ms = ms_since(begin);
    if (written) {
        const std::uint64_t parts = written->parts.size();
        log_->info("snapshot.written", {{"height", what.height.value}, {"parts", parts}, {"ms", ms}});
    } else {
        log_->warn("snapshot.not_written", {{"height", what.height.value}, {"why", chain::to_text(written.error())}});
    }
    tell(what, written.has_value());
}

void SnapshotTask::tell(const replica::WriteSnapshot& what, bool whole) const {
    thread_.tell([&] { return replica::SnapshotWritten{.folder = what.folder, .whole = whole}; });
}

}  // namespace datadeed::node
