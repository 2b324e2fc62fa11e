#include "node/archive_task.h"

#include <chrono>
#include <optional>
#include <utility>

#include "chain/keys.h"

namespace datadeed::node {

// A disk for old blocks that is away keeps no node from voting.
ArchiveTask::ArchiveTask(const OpenStores& stores, std::string folder, Inbox& inbox, const Log& log)
    : stores_{&stores}, folder_{std::move(folder)}, log_{&log}, thread_{inbox} {
    if (folder_.empty()) return;
    const Result<void, chain::Error> made = chain::make_archive(chain::posix_files(), folder_);
    if (!made) log_->warn("archive.away", {{"why", chain::to_text(made.error())}});
}

void ArchiveTask::begin(const replica::ArchiveBlocks& what) {
    thread_.start("archive", [this, span = what.span] { archive(span); });
}

void ArchiveTask::begin(const replica::CompactBlocks& /*what*/) {
    thread_.start("archive", [this] { compact(); });
}

// The state first: it can't be made again without the blocks.
void ArchiveTask::archive(const chain::BlockSpan& span) const {
    const auto begin = std::chrono::steady_clock::now();
    Result<Height, chain::Error> last = span.first;
    if (const Result<void, chain::Error> flushed = stores_->state->flush(); !flushed) {
        last = fail(flushed.error());
    } else {
        last = chain::archive_blocks(
            chain::posix_files(), folder_,
            {.chain = stores_->folder.chain_id(), .blocks = chain::ChainView{*stores_->chain}, .span = span});
    }
    if (last) {
        log_->info("blocks.archived", {{"first", span.first.value}, {"last", last->value}, {"ms", ms_since(begin)}});
    } else {
        log_->warn("blocks.not_archived", {{"first", span.first.value}, {"why", chain::to_text(last.error())}});
    }
    thread_.tell([&] { return replica::BlocksArchived{.last = last ? std::optional{*last} : std::nullopt}; });
}

void ArchiveTask::compact() const {
    const auto begin = std::chrono::steady_clock::now();
    const Result<void, chain::Error> done = stores_->chain->compact(chain::keys::of(chain::keys::block));
    if (done) {
        log_->info("chain.compacted", {{"ms", ms_since(begin)}});
    } else {
        log_->warn("chain.not_compacted", {{"why", chain::to_text(done.error())}});
    }
    thread_.tell([] { return replica::BlocksCompacted{}; });
}

}  // namespace datadeed::node
