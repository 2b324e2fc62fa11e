#include <algorithm>

#include "base/assert.h"
#include "consensus/pbft.h"

// The normal case: propose, accept, prepare, commit (rules N).

namespace datadeed::consensus {

namespace {

// A quorum of COMMITs of one view for one block, whichever view that is.
std::optional<CommitCertificate> agreed_certificate(const VoteBook& commits, Height height, std::size_t quorum) {
    const auto agreed = commits.agreed(quorum);
    if (!agreed) return std::nullopt;
    const auto& [view, hash] = *agreed;
    return CommitCertificate{.view = view, .height = height, .hash = hash, .votes = commits.votes(view, hash)};
}

}  // namespace

void Slot::drop_payloads(const Digest& but) {
    while (payloads.size() > payloads_max) {
        auto oldest = payloads.end();
        for (auto at = payloads.begin(); at != payloads.end(); ++at) {
            if (at->first == but || (prepared && at->first == prepared->hash)) continue;
            if (oldest == payloads.end() || at->second.view < oldest->second.view) oldest = at;
        }
        payloads.erase(oldest);
    }
}

void Round::accept(Signed<PrePrepare> proposal) {
    proposal.message.payload.clear();  // the slot holds it
    accepted = std::move(proposal);
}

Signed<PrePrepare> Slot::whole_proposal() const {
    DATADEED_ASSERT(round.accepted.has_value() && round.accepted->message.payload.empty());
    Signed<PrePrepare> whole = *round.accepted;
    const auto kept = payloads.find(whole.message.hash);
    DATADEED_ASSERT(kept != payloads.end());
    whole.message.payload = kept->second.bytes;
    return whole;
}

// True for the height being decided. What is above is kept for later (a little) and shows that its signer is ahead.
template <class M>
bool Pbft::is_for_this_height(const Signed<M>& message) {
    const Height height = message.message.height;
    if (height <= open_height()) return height == open_height();
    note_ahead(message.signer, Height{height.value - 1});
    if (height.value > open_height().value + heights_ahead_max) return false;
    const FutureKey key{height, M::kind, message.signer};
    const auto found = future_.find(key);
    const bool newer = found == future_.end() || std::get<Signed<M>>(found->second).message.view < message.message.view;
    if (newer) future_.insert_or_assign(key, message);
    return false;
}

void Pbft::receive(ValidatorIndex via, Signed<PrePrepare> message) {
    if (via != message.signer) {
        // Only its signature counts from others: its payload isn't bound by it.
        if (message.message.height == open_height()) static_cast<void>(notice(message));
        return;
    }
    if (!is_for_this_height(message) || !notice(message)) return;
    const View view = message.message.view;
    if (view < reign_.view) return;
    if (view > reign_.view || reign_.changing) {
        const auto found = slot_.early.find(message.signer);
        if (found == slot_.early.end() || found->second.message.view < view) {
            slot_.early.insert_or_assign(message.signer, std::move(message));
        }
        return;
    }
    consider(std::move(message));
}

// Votes of two kinds of one validator in one slot, for different blocks. (Two of one kind never get into the books.)
template <class M>
void Pbft::report_if_divided(const Signed<M>& message) {
    const View view = message.message.view;
    const ValidatorIndex signer = message.signer;
    const auto compare = [&](const auto& other) {
        if (contradict(other, message)) report(other, message);
    };
    const auto proposal = slot_.noticed.find(view);
    if (proposal != slot_.noticed.end()) compare(proposal->second);
    if (slot_.prepares.find(view, signer) != nullptr) {
        compare(vote_of<Prepare>(slot_.prepares, open_height(), view, signer));
    }
    if (slot_.commits.find(view, signer) != nullptr) {
        compare(vote_of<Commit>(slot_.commits, open_height(), view, signer));
    }
}

// Remembers the first proposal of a view. False when this one contradicts it, which proves its primary faulty.
bool Pbft::notice(const Signed<PrePrepare>& message) {
    Signed<PrePrepare> bare{.message = {.view = message.message.view,
                                        .height = message.message.height,
                                        .hash = message.message.hash,
                                        .payload = {}},
                            .signer = message.signer,
                            .signature = message.signature};
    const View view = bare.message.view;
    const auto [place, is_new] = slot_.noticed.try_emplace(view, bare);
    if (is_new) report_if_divided(bare);
    if (!is_new && place->second.message.hash != bare.message.hash) {
        report(place->second, std::move(bare));
        if (view == reign_.view && !reign_.changing) change_view(reign_.view.next());
        return false;
    }
    if (slot_.noticed.size() > votes_per_signer_max) {
        const auto oldest = slot_.noticed.begin();
        slot_.noticed.erase(oldest->first == reign_.view ? std::next(oldest) : oldest);
    }
    return true;
}

// A proposal of the current view, while votes are cast in it (N2). The host's answer decides.
void Pbft::consider(Signed<PrePrepare> message) {
    Round& round = slot_.round;
    if (round.accepted || round.candidate || round.refused || !may_vote()) return;
    if (open_height() <= reign_.opening.base) return;  // that height is final, its block comes with a certificate
    const std::optional<Carried>& carried = reign_.opening.carried;
    const bool must_carry = carried && carried->height == open_height();
    if (must_carry && carried->hash != message.message.hash) {
        change_view(reign_.view.next());  // the primary breaks what it opened the view with
        return;
    }
    actions_.push_back(Validate{.view = reign_.view,
                                .proposal = {.height = open_height(),
                                             .hash = message.message.hash,
                                             .parent = tip_,
                                             .payload = message.message.payload},
                                .fresh = !must_carry});
    round.candidate = Candidate{.proposal = std::move(message), .mine = false};
    round.proposed_ms = now_;
    round.turnaround_ms = timers_.progress ? now_ - timers_.round_began : 0;
}

// The host found it valid: store it, then vote (N3). My own is voted for by being proposed.
void Pbft::accept(Candidate candidate) {
    DATADEED_ASSERT(may_vote());  // it was looked at before the host was asked, and heights only rise
    const Digest hash = candidate.proposal.message.hash;
    if (candidate.mine) {
        propose(hash, std::move(candidate.proposal.message.payload));
        return;
    }
    const Prepare said{.view = reign_.view, .height = open_height(), .hash = hash};
    const Signed<Prepare> vote = sign(config_.chain, said, config_.self, *key_);
    keep_payload(hash, candidate.proposal.message.payload);
    persist(ProposalAccepted{.proposal = for_journal(candidate.proposal), .vote = vote});
    slot_.round.accept(std::move(candidate.proposal));
    slot_.prepares.add(said.view, config_.self, {.hash = hash, .signature = vote.signature}, reign_.view);
    send(vote);
    advance();
}

void Pbft::propose(Digest hash, Bytes payload) {
    PrePrepare said{.view = reign_.view, .height = open_height(), .hash = hash, .payload = std::move(payload)};
    Signed<PrePrepare> proposal = sign(config_.chain, std::move(said), config_.self, *key_);
    keep_payload(hash, proposal.message.payload);
    persist(ProposalMade{for_journal(proposal)});
    slot_.round.accept(proposal);
    send(std::move(proposal));
    advance();
}

// As primary: first what the view must begin with, then whatever the host has (N1, C6).
void Pbft::maybe_propose() {
    Round& round = slot_.round;
    const bool free = !round.accepted && !round.candidate && !round.building && !round.refused;
    if (reign_.changing || !is_primary() || !free || !may_vote() || height_ < reign_.opening.base) return;
    const std::optional<Carried>& carried = reign_.opening.carried;
    if (!carried || carried->height != open_height()) {
        if (!work_.pending) return;
        round.building = true;
        actions_.push_back(Build{.view = reign_.view, .height = open_height(), .parent = tip_});
        return;
    }
    const Bytes* bytes = payload(carried->hash);
    if (bytes == nullptr) {
        want_body(carried->hash, reign_.opening.body_holders);
        return;
    }
    Candidate candidate{.proposal = {}, .mine = true};
    candidate.proposal.message = {
        .view = reign_.view, .height = open_height(), .hash = carried->hash, .payload = *bytes};
    actions_.push_back(
        Validate{.view = reign_.view,
                 .proposal = {.height = open_height(), .hash = carried->hash, .parent = tip_, .payload = *bytes},
                 .fresh = false});
    round.candidate = std::move(candidate);
}

// Whether the book has taken the vote; a second, different one of its signer is evidence (N11).
template <class M>
bool Pbft::record_vote(VoteBook& book, const Signed<M>& message) {
    const M& said = message.message;
    const VoteBook::Vote vote{.hash = said.hash, .signature = message.signature};
    const VoteBook::Added added = book.add(said.view, message.signer, vote, reign_.view);
    if (added == VoteBook::Added::contradiction) {
        const VoteBook::Vote* first = book.find(said.view, message.signer);
        Signed<M> before = message;
        before.message.hash = first->hash;
        before.signature = first->signature;
        report(std::move(before), message);
    }
    if (added == VoteBook::Added::first) report_if_divided(message);
    return added == VoteBook::Added::first;
}

void Pbft::receive(ValidatorIndex, Signed<Prepare> message) {
    if (!is_for_this_height(message) || message.message.view < reign_.view) return;
    if (record_vote(slot_.prepares, message)) advance();
}

// Of any view, even a past one: what a quorum has committed there is final (N10).
void Pbft::receive(ValidatorIndex, Signed<Commit> message) {
    if (!is_for_this_height(message)) return;
    if (!record_vote(slot_.commits, message)) return;
    const auto change = view_changes_.find(message.signer);
    if (change != view_changes_.end()) report_if_hidden(change->second);
    advance();
}

// Looks whether a quorum is complete.
void Pbft::advance() {
    prepare_if_agreed();
    decide_if_agreed();
}

// N4, N5: the primary's proposal and a quorum less one of PREPAREs for it; stored, then COMMIT.
void Pbft::prepare_if_agreed() {
    Round& round = slot_.round;
    if (reign_.changing || !round.accepted || round.committed) return;
    DATADEED_ASSERT(may_vote());  // what was accepted was voted for
    const Digest hash = round.accepted->message.hash;
    std::vector<VoteSignature> prepares = slot_.prepares.votes(reign_.view, hash);
    if (prepares.size() + 1 < config_.validators.quorum()) return;
    slot_.prepared = PreparedCertificate{.view = reign_.view,
                                         .height = open_height(),
                                         .hash = hash,
                                         .pre_prepare = round.accepted->signature,
                                         .prepares = std::move(prepares)};
    const Commit said{.view = reign_.view, .height = open_height(), .hash = hash};
    const Signed<Commit> vote = sign(config_.chain, said, config_.self, *key_);
    persist(BlockPrepared{.certificate = *slot_.prepared, .vote = vote});
    round.committed = true;
    slot_.commits.add(said.view, config_.self, {.hash = hash, .signature = vote.signature}, reign_.view);
    send(vote);
}

// N6. What the NEW-VIEW shows to be final nobody votes on any more, so whoever lacks the COMMITs decides by that. The
// block itself may have to be fetched.
void Pbft::decide_if_agreed() {
    std::optional<CommitCertificate> certificate =
        agreed_certificate(slot_.commits, open_height(), config_.validators.quorum());
    const bool by_new_view = !certificate && reign_.opening.base == open_height();
    if (by_new_view) certificate = reign_.opening.certificate;
    if (!certificate) return;
    if (!may_have_committed(*certificate)) return halt(HaltReason::own_votes_must_be_in_the_journal);
    const Digest hash = certificate->hash;
    const Bytes* bytes = payload(hash);
    if (bytes == nullptr) {
        const std::optional<Candidate>& candidate = slot_.round.candidate;
        if (candidate && candidate->proposal.message.hash == hash) return;  // the host is about to say whether it fits
        std::vector<ValidatorIndex> holders;
        for (const VoteSignature& vote : certificate->votes) holders.push_back(vote.signer);
        want_body(hash, std::move(holders));
        return;
    }
    const std::optional<Carried>& carried = reign_.opening.carried;
    const bool proposed_again = carried && carried->height == open_height() && carried->hash == hash;
    Proposal block{.height = open_height(), .hash = hash, .parent = tip_, .payload = *bytes};
    actions_.push_back(Decide{.block = std::move(block), .certificate = *certificate, .after = last_record_});
    measure_round(hash);
    finish_height(*certificate, !proposed_again && !by_new_view);
}

// On to the next height. Only a decision restarts the timer (T3), only a fresh one forgets the failures (T2).
void Pbft::finish_height(const CommitCertificate& certificate, bool fresh) {
    height_ = certificate.height;
    tip_ = certificate.hash;
    tip_certificate_ = certificate;
    decided_commits_ = std::move(slot_.commits);
    slot_ = {};
    if (fresh) failures_ = 0;
    ++reign_.decided;
    if (!reign_.changing) timers_.progress.reset();
    timers_.body.reset();
    const bool due = height_.value >= checkpointed_.value + checkpoint_heights || unsummed_bytes_ >= checkpoint_bytes;
    if (due && height_ >= closed_) {
        checkpointed_ = height_;
        persist(Checkpoint{.committed = height_,
                           .view = reign_.view,
                           .changing = reign_.changing,
                           .view_change = reign_.view_change,
                           .new_view = reign_.new_view});
        unsummed_bytes_ = 0;
    }
    refresh_ahead();
    replay_future();
    if (!halted_) advance();  // the NEW-VIEW may show the next one to be final
    if (!halted_) maybe_propose();
}

void Pbft::replay_future() {
    std::vector<FutureVote> now;
    const Height open = open_height();
    std::erase_if(future_, [&](const auto& entry) {
        const Height height = std::get<Height>(entry.first);
        if (height == open) now.push_back(entry.second);
        return height <= open;
    });
    for (FutureVote& vote : now) {
        if (halted_) return;
        std::visit(
            [this](auto& message) {
                const ValidatorIndex signer = message.signer;
                receive(signer, std::move(message));
            },
            vote);
    }
}

// Keeps the bytes until the height is decided: of the last payloads_max views, and of what is prepared.
void Pbft::keep_payload(const Digest& hash, Bytes payload) {
    Slot::Payload& kept = slot_.payloads[hash];
    kept.bytes = std::move(payload);
    kept.view = reign_.view;
    slot_.drop_payloads(hash);
}

// The journal needs a payload once a height.
Signed<PrePrepare> Pbft::for_journal(Signed<PrePrepare> proposal) {
    if (!slot_.journaled.insert(proposal.message.hash).second) proposal.message.payload.clear();
    return proposal;
}

}  // namespace datadeed::consensus
