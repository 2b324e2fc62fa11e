#include "consensus/pbft.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace datadeed::consensus {

namespace {

// Up to where no vote may be cast when the chain on disk goes on with `open`. Votes cast above it (the chain lost
// blocks) close their height, too: by the time it is open they aren't remembered.
Height closed_by(const Recovered& recovered, Height open) {
    Height closed = recovered.closed;
    const auto close = [&closed, open](Height voted_on) {
        if (voted_on > open) closed = std::max(closed, voted_on);
    };
    for (const ProposalMade& record : recovered.made) close(record.proposal.message.height);
    for (const ProposalAccepted& record : recovered.accepted) close(record.vote.message.height);
    for (const BlockPrepared& record : recovered.prepared) close(record.vote.message.height);
    return closed;
}

}  // namespace

Pbft::Pbft(Config config, const VoteSigner& key, Start start, Recovered recovered)
    : config_{std::move(config)},
      key_{&key},
      now_{start.now_ms},
      last_record_{start.last_record},
      height_{start.height},
      tip_{start.hash},
      tip_certificate_{std::move(start.certificate)},
      rounds_{start.rounds},
      checkpointed_{start.height} {
    DATADEED_ASSERT(config_.validators.contains(config_.self));
    const Epoch& epoch = config_.validators.epoch();
    DATADEED_ASSERT(tip_certificate_.has_value() == (height_ > epoch.base));
    DATADEED_ASSERT(config_.timing.timeout_min_ms > 0 &&
                    config_.timing.timeout_max_ms >= config_.timing.timeout_min_ms);
    // What was promised in earlier epochs binds in those alone: votes carry theirs in their view.
    enter_epoch(recovered, epoch);
    DATADEED_ASSERT(epoch.has(recovered.view));
    restore(recovered);
    halted_ = recovered.votes_lost;
}

Actions Pbft::step(Event event) {
    if (!halted_ && !resumed_) resume();
    if (!halted_) std::visit([this](auto& known) { handle(known); }, event);
    if (!halted_) update_timer();
    return std::exchange(actions_, {});
}

// Everything of the journal that concerns the height to be decided now; what is decided needs no votes any more.
void Pbft::restore(Recovered& recovered) {
    reign_.view = recovered.view;
    reign_.changing = recovered.changing;
    reign_.view_change = recovered.view_change;
    reign_.new_view = recovered.new_view;
    reign_.entered_ms = now_;
    closed_ = closed_by(recovered, open_height());
    if (recovered.view_change) view_changes_.insert_or_assign(config_.self, *recovered.view_change);
    if (reign_.new_view) {
        const Result<Opening, HaltReason> opening = open_view(reign_.new_view->message.view_changes);
        DATADEED_ASSERT(opening.has_value());  // it was checked before it was written
        reign_.opening = *opening;
    }
    const auto take_proposal = [this](const Signed<PrePrepare>& proposal) {
        const PrePrepare& said = proposal.message;
        Slot::Payload& kept = slot_.payloads[said.hash];
        kept.view = std::max(kept.view, said.view);
        if (!said.payload.empty()) {
            kept.bytes = said.payload;
            slot_.journaled.insert(said.hash);
        }
        if (said.view != reign_.view || reign_.changing) return;
        slot_.round.accept(proposal);
    };
    for (const ProposalMade& record : recovered.made) {
        if (record.proposal.message.height == open_height()) take_proposal(record.proposal);
    }
    for (const ProposalAccepted& record : recovered.accepted) {
        const Prepare& vote = record.vote.message;
        if (vote.height != open_height()) continue;
        take_proposal(record.proposal);
        slot_.prepares.add(vote.view, config_.self, {.hash = vote.hash, .signature = record.vote.signature},
                           reign_.view);
    }
    for (const BlockPrepared& record : recovered.prepared) {
        const Commit& vote = record.vote.message;
        if (vote.height != open_height()) continue;
        slot_.prepared = record.certificate;  // records are in order of views
        slot_.commits.add(vote.view, config_.self, {.hash = vote.hash, .signature = record.vote.signature},
                          reign_.view);
        if (vote.view == reign_.view && !reign_.changing) slot_.round.committed = true;
    }
    slot_.drop_payloads(slot_.round.accepted ? slot_.round.accepted->message.hash : Digest{});
}

// The same bytes as before the restart: signatures come from the journal, or from the same key over the same statement.
void Pbft::resume() {
    resumed_ = true;
    if (reign_.changing) {
        send(*reign_.view_change);
        timers_.resend = now_ + resend_interval_ms();
    } else {
        actions_.push_back(EnteredView{.view = reign_.view, .primary = primary()});
        if (reign_.new_view && reign_.new_view->signer == config_.self) send(*reign_.new_view);
    }
    if (const auto& accepted = slot_.round.accepted) {
        if (accepted->signer == config_.self) {
            send(slot_.whole_proposal());
        } else {
            send(vote_of<Prepare>(slot_.prepares, open_height(), reign_.view, config_.self));
        }
        if (slot_.commits.find(reign_.view, config_.self) != nullptr) {
            send(vote_of<Commit>(slot_.commits, open_height(), reign_.view, config_.self));
        }
    }
    advance();
}

void Pbft::handle(Tick& event) {
    now_ = std::max(now_, event.now_ms);
    if (now_ >= timers_.status) {
        timers_.status = now_ + config_.timing.status_every_ms;
        send(sign(config_.chain, status(), config_.self, *key_));
    }
    if (timers_.resend && now_ >= *timers_.resend) {
        timers_.resend = now_ + resend_interval_ms();
        send(*reign_.view_change);
    }
    fetch_if_due();
    if (timers_.progress && now_ >= *timers_.progress) {
        change_view(reign_.view.next());
    } else {
        check_fairness();
        check_pace();
    }
}

void Pbft::handle(MessageIn& event) {
    const View view = std::visit([](const auto& verified) { return view_of(*verified); }, event.message);
    if (!config_.validators.epoch().has(view)) return;  // its signer's number means somebody else here
    const ValidatorIndex via = event.via;
    std::visit(
        [this, via]<class M>(Verified<Signed<M>>& verified) {
            if (verified->signer == config_.self) {
                check_own(*verified);
            } else {
                receive(via, std::move(verified).take());
            }
        },
        event.message);
}

void Pbft::handle(Built& event) {
    if (!slot_.round.building || event.view != reign_.view || event.height != open_height()) return;
    slot_.round.building = false;
    if (!event.proposal) {
        work_.pending = false;
        return;
    }
    if (event.proposal->parent != tip_ || event.proposal->height != open_height()) return;
    propose(event.proposal->hash, std::move(event.proposal->payload));
}

void Pbft::handle(Validated& event) {
    std::optional<Candidate>& candidate = slot_.round.candidate;
    if (!candidate || event.view != reign_.view || candidate->proposal.message.hash != event.hash) return;
    Candidate judged = std::move(*candidate);
    candidate.reset();
    if (event.ok) {
        accept(std::move(judged));
        return;
    }
    slot_.round.refused = true;
    // A signed proposal that breaks the rules proves its primary faulty (C1), a clock that differs proves nothing.
    if (!judged.mine && !event.subjective) change_view(reign_.view.next());
    if (!halted_) advance();
}

void Pbft::handle(WorkPending& event) {
    work_ = {.pending = event.pending, .oldest_ms = event.oldest_ms, .oldest_blocks = event.oldest_blocks};
    check_fairness();
    if (!halted_) maybe_propose();
}

void Pbft::handle(Adopted& event) {
    const CommitCertificate& certificate = *event.certificate;
    if (certificate.height < height_) return;
    if (certificate.height == height_) {
        if (certificate.hash != tip_) halt(HaltReason::one_height_must_have_one_certificate);
        return;
    }
    // Votes of mine in it that the journal doesn't know were cast by a journal that is gone: a file of an earlier day.
    if (!may_have_committed(certificate)) return halt(HaltReason::own_votes_must_be_in_the_journal);
    finish_height(certificate, true);
}

void Pbft::handle(BodyAvailable& event) {
    const bool wanted = slot_.wanted && event.height == open_height() && event.hash == slot_.wanted->hash;
    if (!wanted) return;
    slot_.wanted.reset();
    timers_.body.reset();
    keep_payload(event.hash, std::move(event.payload));
    advance();
    if (!halted_) maybe_propose();
}

std::uint64_t Pbft::persist(VoteRecord record) {
    unsummed_bytes_ += encode(record).size();
    actions_.push_back(Persist{.number = ++last_record_, .record = std::move(record)});
    return last_record_;
}

// Whatever leaves waits for all that was written so far: simpler than naming the very record, and no slower, since one
// fsync covers a step.
void Pbft::send(Message message, std::optional<ValidatorIndex> to) {
    if (config_.validators.size() == 1) return;
    actions_.push_back(Send{.to = to, .message = std::move(message), .after = last_record_});
}

void Pbft::report(Message first, std::optional<Message> second) {
    const ValidatorIndex guilty = std::visit([](const auto& statement) { return statement.signer; }, first);
    const MessageKind kind = kind_of(first);
    const bool is_of_view = kind == MessageKind::view_change || kind == MessageKind::new_view;
    if (!(is_of_view ? reign_.reported : slot_.reported).insert({kind, guilty}).second) return;
    actions_.push_back(ReportEvidence{Evidence{.first = std::move(first), .second = std::move(second)}});
}

// `shown` is what led to it: whoever contradicts itself there is accused before all ends, whatever was reported before.
void Pbft::halt(HaltReason reason, std::span<const Signed<ViewChange>> shown) {
    halted_ = true;
    for (Evidence& found : contradictions(shown, config_.validators)) {
        actions_.push_back(ReportEvidence{std::move(found)});
    }
    if (reason == HaltReason::own_votes_must_be_in_the_journal) persist(VotesLost{.committed = height_});
    actions_.push_back(Halt{reason});
}

const Bytes* Pbft::payload(const Digest& hash) const {
    const auto found = slot_.payloads.find(hash);
    return found == slot_.payloads.end() ? nullptr : &found->second.bytes;
}

}  // namespace datadeed::consensus
