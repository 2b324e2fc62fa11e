#include "node/replica/pruning.h"

#include <algorithm>
#include <string>
#include <utility>

#include "chain/prune.h"
#include "node/replica/limits.h"

namespace datadeed::replica {

void Pruning::consider(const Moment& moment) {
    if (keeps_all() || busy_) return;
    if (std::exchange(failed_, false)) not_before_ms_ = moment.now_ms + archive_retry_ms;
    if (goal_ < options_.first_block) set_goal(moment);
    if (goal_ < options_.first_block || moment.now_ms < not_before_ms_) return;
    if (moment.all_have < goal_) return tell_who_lacks(moment);
    archive_next();
}

void Pruning::set_goal(const Moment& moment) {
    if (moment.older_snapshot == snapshot_ || moment.tip.value <= options_.keep) return;
    snapshot_ = moment.older_snapshot;
    goal_ = std::min(Height{moment.tip.value - options_.keep}, moment.older_snapshot);
    told_.reset();
}

void Pruning::tell_who_lacks(const Moment& moment) {
    if (told_ == moment.last) return;
    told_ = moment.last;
    std::string names;
    for (const ledger::MemberId& name : moment.last) names += (names.empty() ? "" : " ") + name.value;
    outbox_->log(LogEvent::Level::warning, "blocks.kept_for_others",
                 {{"validators", names},
                  {"all_have", std::to_string(moment.all_have.value)},
                  {"else_up_to", std::to_string(goal_.value)}});
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
