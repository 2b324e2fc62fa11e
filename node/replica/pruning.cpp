#include "node/replica/pruning.h"

#include <algorithm>
#include <string>

#include "chain/prune.h"

namespace datadeed::replica {

void Pruning::consider(const Moment& moment) {
    if (busy_ || options_.keep == 0 || moment.tip.value <= options_.keep) return;
    const Height by_policy = std::min(Height{moment.tip.value - options_.keep}, moment.older_snapshot);
    may_go_ = std::min(by_policy, moment.all_have);
    if (may_go_ < by_policy && by_policy >= options_.first_block) {
        outbox_->log(
            LogEvent::Level::warning, "blocks.kept_for_others",
            {{"all_have", std::to_string(moment.all_have.value)}, {"else_up_to", std::to_string(by_policy.value)}});
    }
    if (may_go_ >= options_.first_block) archive_next();
}

void Pruning::archive_next() {
    busy_ = true;
    outbox_->push(ArchiveBlocks{.span = {.first = options_.first_block, .last = may_go_}});
}

Result<void, chain::Error> Pruning::note(const BlocksArchived& archived) {
    busy_ = false;
    if (!archived.last || *archived.last < options_.first_block) {
        if (erased_) compact();
        return {};
    }
    if (Result<void, chain::Error> pruned = chain::prune_blocks(*options_.chain, *archived.last); !pruned) {
        return pruned;
    }
    options_.first_block = archived.last->next();
    erased_ = true;
    outbox_->log(LogEvent::Level::info, "blocks.pruned", {{"up_to", std::to_string(archived.last->value)}});
    may_go_ >= options_.first_block ? archive_next() : compact();
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
