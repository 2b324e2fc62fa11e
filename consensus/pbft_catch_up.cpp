#include <algorithm>

#include "base/assert.h"
#include "consensus/pbft.h"

// Helping late and restarted validators by STATUS (C7), and getting what is missing here.

namespace datadeed::consensus {

namespace {

// What this node still knows of what it said.
struct OwnVotes {
    Height height{};  // the last decided
    Height closed{};
    ValidatorIndex self{};
    const Slot* slot{nullptr};
    const Reign* reign{nullptr};

    [[nodiscard]] Height open() const { return height.next(); }
};

// Whether a vote there is one of the past, which is taken as it is: of a height that is decided or closed, or of a view
// that was left. Where the chain lost blocks, the height above the closed ones may have had votes, too.
bool is_settled(const OwnVotes& own, Height height, View view) {
    if (height <= std::max(own.height, own.closed)) return true;
    if (height > own.open()) return height == own.closed.next();
    return view < own.reign->view;
}

// Whether it is the slot whose votes are known exactly: the height being decided, the current view.
bool is_current(const OwnVotes& own, Height height, View view) {
    return height == own.open() && view == own.reign->view;
}

template <class M>
bool has_cast_in(const OwnVotes& own, const VoteBook& book, const M& vote) {
    if (is_settled(own, vote.height, vote.view)) return true;
    if (!is_current(own, vote.height, vote.view)) return false;
    const VoteBook::Vote* known = book.find(vote.view, own.self);
    return known != nullptr && known->hash == vote.hash;
}

// Whether I can have said this, as far as I still know: an overload a kind.

bool has_cast(const OwnVotes& own, const Signed<PrePrepare>& statement) {
    const PrePrepare& said = statement.message;
    if (is_settled(own, said.height, said.view)) return true;
    if (!is_current(own, said.height, said.view)) return false;
    const std::optional<Signed<PrePrepare>>& accepted = own.slot->round.accepted;
    return accepted && accepted->message.hash == said.hash;  // and it is mine, since this view's proposals are
}

bool has_cast(const OwnVotes& own, const Signed<Prepare>& statement) {
    return has_cast_in(own, own.slot->prepares, statement.message);
}

bool has_cast(const OwnVotes& own, const Signed<Commit>& statement) {
    return has_cast_in(own, own.slot->commits, statement.message);
}

bool has_cast(const OwnVotes& own, const Signed<ViewChange>& statement) {
    const Reign& reign = *own.reign;
    if (reign.changing && statement.message.new_view == reign.view) return statement == reign.view_change;
    return statement.message.new_view <= reign.view;
}

bool has_cast(const OwnVotes& own, const Signed<NewView>& statement) {
    const Reign& reign = *own.reign;
    if (reign.changing) return statement.message.new_view < reign.view;
    return statement.message.new_view <= reign.view;
}

bool has_cast(const OwnVotes&, const Signed<Status>&) {
    return true;
}

}  // namespace

Status Pbft::status() const {
    Status status{.view = reign_.view,
                  .changing = reign_.changing,
                  .committed = height_,
                  .has_proposal = slot_.round.accepted || slot_.round.candidate,
                  .view_changes = {},
                  .prepares = slot_.prepares.signers(reign_.view),
                  .commits = slot_.commits.signers(reign_.view),
                  .slow_primary = finds_primary_slow()};
    for (const auto& [signer, change] : view_changes_) {
        if (change.message.new_view == reign_.view) status.view_changes.push_back(signer);
    }
    return status;
}

// From nobody but its sender: it says how things are now, and others could say it again for ever.
void Pbft::receive(ValidatorIndex via, Signed<Status> message) {
    if (via != message.signer) return;
    const Status& said = message.message;
    const ValidatorIndex peer = message.signer;
    note_ahead(peer, said.committed);
    help(peer, said);
    if (said.view != reign_.view || reign_.changing || said.changing) return;
    if (said.slow_primary) {
        reign_.complainants.insert(peer);
    } else {
        reign_.complainants.erase(peer);
    }
    check_pace();
}

// A few words can ask for many, so each gets help once in a while.
void Pbft::help(ValidatorIndex peer, const Status& status) {
    const auto last = helped_ms_.find(peer);
    if (last != helped_ms_.end() && now_ < last->second + config_.timing.help_every_ms) return;
    const std::size_t before = actions_.size();
    help_with_view(peer, status);
    if (status.committed < height_) {
        send(sign(config_.chain, this->status(), config_.self, *key_), peer);  // so that he asks for blocks
    } else if (status.committed == height_ && status.view == reign_.view && !reign_.changing && !status.changing) {
        help_with_votes(peer, status);
    }
    if (actions_.size() > before) helped_ms_.insert_or_assign(peer, now_);
}

void Pbft::help_with_view(ValidatorIndex peer, const Status& status) {
    const bool behind = status.view < reign_.view || (status.view == reign_.view && status.changing);
    if (!behind) return;
    if (!reign_.changing) {
        if (reign_.new_view) send(*reign_.new_view, peer);
    } else {
        for (const auto& [signer, change] : view_changes_) {
            const bool has = status.view == reign_.view &&
                             std::binary_search(status.view_changes.begin(), status.view_changes.end(), signer);
            if (signer != peer && !has && change.message.new_view >= reign_.view) send(change, peer);
        }
    }
    // His own: whoever lost votes must learn it before he votes again.
    const auto own = view_changes_.find(peer);
    if (own != view_changes_.end() && own->second.message.new_view > status.view) send(own->second, peer);
}

// All that he lacks of the votes of this view, his own among them (a node that lost votes stops when it sees them).
void Pbft::help_with_votes(ValidatorIndex peer, const Status& status) {
    const auto lacks = [](const std::vector<ValidatorIndex>& has, ValidatorIndex signer) {
        return !std::binary_search(has.begin(), has.end(), signer);
    };
    if (const auto& accepted = slot_.round.accepted; accepted && !status.has_proposal) {
        if (accepted->signer == config_.self) {
            send(slot_.whole_proposal(), peer);
        } else if (accepted->signer == peer) {
            send(*accepted, peer);
        }
    }
    for (const ValidatorIndex signer : slot_.prepares.signers(reign_.view)) {
        if (lacks(status.prepares, signer))
            send(vote_of<Prepare>(slot_.prepares, open_height(), reign_.view, signer), peer);
    }
    for (const ValidatorIndex signer : slot_.commits.signers(reign_.view)) {
        if (lacks(status.commits, signer))
            send(vote_of<Commit>(slot_.commits, open_height(), reign_.view, signer), peer);
    }
}

// A claim, nothing more: it only decides whom to ask. One height ahead is normal for a moment.
void Pbft::note_ahead(ValidatorIndex peer, Height committed) {
    if (committed <= height_) return;
    Height& known = ahead_[peer];
    known = std::max(known, committed);
    const std::uint64_t due = now_ + (committed == open_height() ? config_.timing.fetch_grace_ms : 0);
    if (!timers_.blocks) timers_.blocks = due;
}

void Pbft::refresh_ahead() {
    std::erase_if(ahead_, [this](const auto& entry) { return entry.second <= height_; });
    timers_.blocks.reset();
    if (!ahead_.empty()) timers_.blocks = now_ + config_.timing.fetch_grace_ms;
}

void Pbft::want_body(const Digest& hash, std::vector<ValidatorIndex> holders) {
    if (slot_.wanted && slot_.wanted->hash == hash) return;
    actions_.push_back(FetchBody{.height = open_height(), .hash = hash, .holders = holders});
    slot_.wanted = Slot::WantedBody{.hash = hash, .holders = std::move(holders)};
    timers_.body = now_ + config_.timing.fetch_retry_ms;
}

void Pbft::fetch_if_due() {
    if (timers_.body && now_ >= *timers_.body) {
        DATADEED_ASSERT(slot_.wanted.has_value());
        timers_.body = now_ + config_.timing.fetch_retry_ms;
        actions_.push_back(
            FetchBody{.height = open_height(), .hash = slot_.wanted->hash, .holders = slot_.wanted->holders});
    }
    if (timers_.blocks && now_ >= *timers_.blocks) fetch_blocks();
}

// Asks those who seem to be ahead in turn, so that a liar costs one interval.
void Pbft::fetch_blocks() {
    DATADEED_ASSERT(!ahead_.empty());
    auto next = ahead_.upper_bound(asked_last_);
    if (next == ahead_.end()) next = ahead_.begin();
    asked_last_ = next->first;
    actions_.push_back(FetchBlocks{.peer = next->first, .from = open_height()});
    timers_.blocks = now_ + config_.timing.fetch_retry_ms;
}

// Somebody shows me my own signature. If the journal doesn't know it, the journal has lost votes, and the next could
// contradict them.
void Pbft::check_own(const Message& message) {
    if (!has_cast(message)) halt(HaltReason::own_votes_must_be_in_the_journal);
}

// Whether the journal knows of the COMMIT that a certificate has of me, if it has one. It knows all of the height being
// decided, and knew all of the last, but for those that the vote book had no more room for.
bool Pbft::may_have_committed(const CommitCertificate& certificate) const {
    const ValidatorIndex self = config_.self;
    const bool named = std::ranges::any_of(certificate.votes, [self](const auto& vote) { return vote.signer == self; });
    if (!named || certificate.height <= closed_ || certificate.height < height_) return true;
    if (certificate.height > open_height()) return false;
    if (certificate.height == height_ && !decided_commits_) return true;
    const VoteBook& commits = certificate.height == height_ ? *decided_commits_ : slot_.commits;
    const VoteBook::Vote* vote = commits.find(certificate.view, self);
    if (vote != nullptr) return vote->hash == certificate.hash;
    return certificate.view < reign_.view && commits.count_of(self) >= votes_per_signer_max;
}

bool Pbft::has_cast(const Message& message) const {
    const OwnVotes own{.height = height_, .closed = closed_, .self = config_.self, .slot = &slot_, .reign = &reign_};
    return std::visit([&own](const auto& statement) { return consensus::has_cast(own, statement); }, message);
}

std::uint64_t Pbft::next_deadline() const {
    if (halted_) return UINT64_MAX;
    std::uint64_t next = resumed_ ? timers_.status : now_;
    for (const auto& timer : {timers_.progress, timers_.resend, timers_.body, timers_.blocks}) {
        if (timer) next = std::min(next, *timer);
    }
    return next;
}

}  // namespace datadeed::consensus
