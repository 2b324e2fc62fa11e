#include "node/replica/pruning.h"

#include <algorithm>
#include <string>
#include <utility>

#include "chain/prune.h"
#include "node/replica/limits.h"

namespace datadeed::replica {

void Pruning::consider(const Moment& moment, const Lacking& lacking) {
    if (keeps_all() || busy_) return;
    if (std::exchange(failed_, false)) not_before_ms_ = moment.now_ms + archive_retry_ms;
    if (goal_ < options_.first_block) set_goal(moment);
    // A snapshot that was found damaged since covers nothing.
    if (goal_ < options_.first_block || moment.older_snapshot < goal_ || moment.now_ms < not_before_ms_) return;
    if (std::vector<ledger::MemberId> who = lacking(goal_); !who.empty()) {
        return tell_who_lacks(std::move(who), moment.now_ms);
    }
    archive_next();
}

// By the snapshots alone, not by the tip: the same after a restart, and no block at a time.
void Pruning::set_goal(const Moment& moment) {
    const std::uint64_t newest = moment.newest_snapshot.value;
    goal_ = newest > options_.keep ? std::min(Height{newest - options_.keep}, moment.older_snapshot) : Height{};
    told_.clear();
    not_told_before_ms_ = moment.now_ms + pruning_patience_ms;
}

void Pruning::tell_who_lacks(std::vector<ledger::MemberId> lacking, std::uint64_t now_ms) {
    if (now_ms < not_told_before_ms_ || told_ == lacking) return;
    told_ = std::move(lacking);
    not_told_before_ms_ = now_ms + pruning_told_ms;
    std::string names;
    for (const ledger::MemberId& name : told_) names += (names.empty() ? "" : " ") + name.value;
    outbox_->log(LogEvent::Level::warning, "blocks.kept_for_others",
                 {{"validators", names}, {"up_to", std::to_string(goal_.value)}});
}

void Pruning::archive_next() {
    busy_ = true;
    outbox_->push(ArchiveBlocks{.span = {.first = options_.first_block, .last = goal_}});
}

Result<void, chain::Error> Pruning::note(const BlocksArchived& archived) {
    busy_ = false;
    if (!archived.last || *archived.last < options_.first_block) {
        failed_ = true;
        if (erased_) compact();
        return {};
    }
    if (Result<void, chain::Error> pruned = chain::prune_blocks(*options_.chain, *archived.last); !pruned) {
        return pruned;
    }
    options_.first_block = archived.last->next();
    erased_ = true;
    outbox_->log(LogEvent::Level::info, "blocks.pruned", {{"up_to", std::to_string(archived.last->value)}});
    goal_ >= options_.first_block ? archive_next() : compact();
    return {};
}

void Pruning::compact() {
    busy_ = true;
    erased_ = false;
    outbox_->push(CompactBlocks{});
}

void Pruning::note(const BlocksCompacted& /*compacted*/) {
    busy_ = false;
}

}  // namespace datadeed::replica
