#include "node/snapshot_task.h"

#include <chrono>
#include <memory>
#include <utility>

#include "chain/snapshot_writer.h"
#include "node/process.h"

namespace datadeed::node {

SnapshotTask::~SnapshotTask() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

// What is looked at is held before the replica goes on.
void SnapshotTask::begin(replica::WriteSnapshot what) {
    if (thread_.joinable()) thread_.join();
    auto state = chain::StateSnapshot::open(*stores_->state, what.height);
    thread_ = std::thread{[this, what = std::move(what), state = std::move(state)] {
        name_thread("snapshot");
        if (state) return write(what, **state);
        log_->warn("snapshot.not_written", {{"height", what.height.value}, {"why", chain::to_text(state.error())}});
        tell(what, false);
    }};
}

void SnapshotTask::write(const replica::WriteSnapshot& what, const chain::StateSnapshot& state) const {
    const auto begin = std::chrono::steady_clock::now();
    const auto written = chain::write_snapshot(chain::posix_files(), what.folder,
                                               {.state = state, .chain = chain::ChainView{*stores_->chain}});
    const auto took = std::chrono::steady_clock::now() - begin;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    if (written) {
        const std::uint64_t parts = written->parts.size();
        log_->info("snapshot.written",
                   {{"height", what.height.value}, {"parts", parts}, {"ms", static_cast<std::uint64_t>(ms)}});
    } else {
        log_->warn("snapshot.not_written", {{"height", what.height.value}, {"why", chain::to_text(written.error())}});
    }
    tell(what, written.has_value());
}

// The replica must hear of it, or it never writes another one: while its inbox is full, it is told again.
void SnapshotTask::tell(const replica::WriteSnapshot& what, bool whole) const {
    const auto event = [&] {
        return InboxItem{.event = replica::SnapshotWritten{.folder = what.folder, .whole = whole}, .lease = {}};
    };
    while (!stopping_ && !inbox_->push(event())) std::this_thread::sleep_for(std::chrono::milliseconds{100});
}

}  // namespace datadeed::node
