#include <algorithm>

#include "consensus/pbft.h"

// Changing the view, and the timers that bring it about (rules C and T).

namespace datadeed::consensus {

// C2: from here on no vote below `to`. What is prepared goes along, and stays.
void Pbft::change_view(View to) {
    timers_.progress.reset();
    if (height_ < closed_) return;  // the chain lost blocks: what I had prepared may be forgotten, so I say nothing
    ++failures_;
    reign_.view = to;
    reign_.changing = true;
    slot_.round = {};
    const ViewChange said{
        .new_view = to, .committed = height_, .certificate = tip_certificate_, .prepared = slot_.prepared};
    const Signed<ViewChange> message = sign(config_.chain, said, config_.self, *key_);
    reign_.view_change = message;
    view_changes_.insert_or_assign(config_.self, message);
    persist(ViewChangeSent{message});
    send(message);
    timers_.resend = now_ + resend_interval_ms();
    look_at_view_changes();
}

// Of each signer the one for the highest view is kept: bounded whatever they send, and one who has gone on to a later
// view has no part in an earlier one.
void Pbft::receive(ValidatorIndex via, Signed<ViewChange> message) {
    const View wanted = message.message.new_view;
    const ValidatorIndex signer = message.signer;
    note_ahead(signer, message.message.committed);
    report_if_hidden(message);
    const auto found = view_changes_.find(signer);
    if (found != view_changes_.end() && found->second.message.new_view >= wanted) {
        if (found->second.message.new_view == wanted && found->second.message != message.message) {
            report(found->second, std::move(message));
        }
        if (found->second.message.new_view > wanted) return;
    } else {
        view_changes_.insert_or_assign(signer, std::move(message));
    }
    if (!reign_.changing && wanted <= reign_.view) {
        // He is late, and this lets him in. If I'm not the primary, STATUS sees to it.
        if (reign_.new_view && is_primary() && via == signer) send(*reign_.new_view, signer);
        return;
    }
    look_at_view_changes();
}

// Amnesia: of what the signer committed at the height being decided, the last before the new view convicts if any does.
void Pbft::report_if_hidden(const Signed<ViewChange>& change) {
    const std::optional<View> view = slot_.commits.last_before(change.message.new_view, change.signer);
    if (!view) return;
    const Signed<Commit> commit = vote_of<Commit>(slot_.commits, open_height(), *view, change.signer);
    if (contradict(commit, change)) report(commit, change);
}

// T5, then C4, then T6.
void Pbft::look_at_view_changes() {
    const std::optional<View> joined = view_to_join(view_changes_, config_.validators.weak());
    if (joined && *joined > reign_.view) {
        change_view(*joined);
        return;
    }
    if (!reign_.changing) return;
    const std::size_t quorum = config_.validators.quorum();
    if (is_primary() && for_view(view_changes_, reign_.view, quorum, config_.self).size() == quorum) {
        open_as_primary();
        return;
    }
    // Those who have gone beyond count too: else validators that are one view apart would wait for each other for ever.
    const auto asked = std::count_if(view_changes_.begin(), view_changes_.end(), [this](const auto& entry) {
        return entry.second.message.new_view >= reign_.view;
    });
    if (static_cast<std::size_t>(asked) >= quorum && !timers_.progress) timers_.progress = now_ + timeout_ms();
}

// C4: as the new primary, with a quorum of VIEW-CHANGEs that has mine.
void Pbft::open_as_primary() {
    NewView said{.new_view = reign_.view,
                 .view_changes = for_view(view_changes_, reign_.view, config_.validators.quorum(), config_.self),
                 .base = {},
                 .carried = {}};
    Result<Opening, HaltReason> opening = open_view(said.view_changes);
    if (!opening) {
        halt(opening.error(), said.view_changes);
        return;
    }
    said.base = opening->base;
    said.carried = opening->carried;
    enter(sign(config_.chain, std::move(said), config_.self, *key_), std::move(*opening));
}

// C5: a NEW-VIEW proves itself, but not that it concludes rightly. C7: whoever passes it on, and whatever I waited for.
void Pbft::receive(ValidatorIndex, Signed<NewView> message) {
    const View view = message.message.new_view;
    if (view < reign_.view) return;
    if (view == reign_.view && !reign_.changing) {
        if (reign_.new_view && reign_.new_view->message != message.message)
            report(*reign_.new_view, std::move(message));
        return;
    }
    for (const Signed<ViewChange>& change : message.message.view_changes) report_if_hidden(change);
    Result<Opening, HaltReason> opening = open_view(message.message.view_changes);
    if (!opening) {
        halt(opening.error(), message.message.view_changes);
        return;
    }
    if (opening->base != message.message.base || opening->carried != message.message.carried) {
        report(std::move(message), std::nullopt);
        change_view(view.next());
        return;
    }
    enter(std::move(message), std::move(*opening));
}

// C6: votes are cast in this view once its NEW-VIEW is on disk. If blocks are missing below its base, they come first.
void Pbft::enter(Signed<NewView> message, Opening opening) {
    persist(ViewEntered{message});
    if (message.signer == config_.self) send(message);
    reign_ = Reign{.view = message.message.new_view,
                   .changing = false,
                   .view_change = std::nullopt,
                   .new_view = std::move(message),
                   .opening = std::move(opening),
                   .entered_ms = now_,
                   .decided = 0,
                   .turnarounds = {},
                   .complainants = {},
                   .reported = {}};
    slot_.round = {};
    slot_.wanted.reset();
    timers_.progress.reset();
    timers_.resend.reset();
    timers_.body.reset();
    actions_.push_back(EnteredView{.view = reign_.view, .primary = primary()});
    for (const ValidatorIndex holder : reign_.opening.base_holders) note_ahead(holder, reign_.opening.base);

    const auto early = slot_.early.find(primary());
    if (early != slot_.early.end() && early->second.message.view == reign_.view) {
        Signed<PrePrepare> proposal = std::move(early->second);
        slot_.early.erase(early);
        consider(std::move(proposal));
    }
    advance();
    if (!halted_) maybe_propose();
}

// T2.
std::uint64_t Pbft::timeout_ms() const {
    const std::uint64_t max_ms = config_.timing.timeout_max_ms;
    std::uint64_t timeout_ms = first_timeout_ms(config_.timing, rounds_);
    for (std::uint64_t k = 0; k < failures_ && timeout_ms < max_ms; ++k) timeout_ms *= 2;
    return std::min(timeout_ms, max_ms);
}

// T4; the place in the set spreads the validators out a little.
std::uint64_t Pbft::resend_interval_ms() const {
    return std::max<std::uint64_t>(1, timeout_ms() / 4 + config_.self.value);
}

// T1: while votes are cast, the timer runs iff something waits to be decided. While changing, T6 rules.
void Pbft::update_timer() {
    if (reign_.changing) return;
    const bool in_flight = slot_.round.accepted || slot_.round.candidate || slot_.round.refused;
    if (!work_.pending && !in_flight) {
        timers_.progress.reset();
    } else if (!timers_.progress) {
        timers_.progress = now_ + timeout_ms();
        timers_.round_began = now_;
    }
}

// T8: who lets a transaction wait too long is no good primary. Each primary gets its own time for it.
void Pbft::check_fairness() {
    if (reign_.changing || is_primary() || !work_.pending) return;
    const Timing& timing = config_.timing;
    const bool too_old =
        work_.oldest_ms >= timing.fairness_age_ms && now_ >= reign_.entered_ms + timing.fairness_age_ms;
    const bool waited =
        work_.oldest_ms >= timing.fairness_wait_ms && now_ >= reign_.entered_ms + timing.fairness_wait_ms;
    const bool passed_by =
        waited && work_.oldest_blocks >= timing.fairness_blocks && reign_.decided >= timing.fairness_blocks;
    if (too_old || passed_by) change_view(reign_.view.next());
}

// What the round that ends with `decided` tells of the others' pace. One that a view change interrupted tells nothing.
void Pbft::measure_round(const Digest& decided) {
    if (reign_.changing) return;
    if (timers_.progress) rounds_.add(now_ - timers_.round_began);
    const Round& round = slot_.round;
    const bool followed = round.accepted && !is_primary() && round.accepted->message.hash == decided;
    if (followed) reign_.turnarounds.add(round.turnaround_ms, now_ - round.proposed_ms, config_.timing);
}

// T7. A complaint (STATUS carries it) changes nothing by itself, and its sender goes on voting: else one validator with
// a bad link would leave the view alone. Only a quorum of them demotes, and whoever hears f + 1 joins in, so that all
// come to it or none.
void Pbft::check_pace() {
    if (!finds_primary_slow()) return;
    if (complaints() + 1 < config_.validators.quorum()) return;
    demoted_ms_ = now_;
    change_view(reign_.view.next());
}

bool Pbft::finds_primary_slow() const {
    if (reign_.changing) return false;
    const bool rested = !demoted_ms_ || now_ >= *demoted_ms_ + config_.timing.demotion_every_ms;
    return (reign_.turnarounds.too_slow() && rested) || complaints() >= config_.validators.weak();
}

// Of the others. Who has left the view already doesn't say it in a STATUS any more, so that his VIEW-CHANGE counts.
std::size_t Pbft::complaints() const {
    std::set<ValidatorIndex> who = reign_.complainants;
    for (const auto& [signer, change] : view_changes_) {
        if (signer != config_.self && change.message.new_view > reign_.view) who.insert(signer);
    }
    return who.size();
}

}  // namespace datadeed::consensus
