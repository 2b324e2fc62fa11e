#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/fields.h"
#include "consensus/quorum.h"
#include "node/replica/parts.h"

// Who serves: from one epoch to the next, and how this node comes to vote.

namespace datadeed::replica {
namespace {

std::set<ledger::MemberId> names_of(const std::vector<ledger::Validator>& validators) {
    std::set<ledger::MemberId> names;
    for (const ledger::Validator& validator : validators) names.insert(validator.member);
    return names;
}

std::string list_of(const std::set<ledger::MemberId>& names) {
    std::string list;
    for (const ledger::MemberId& name : names) list += (list.empty() ? "" : ", ") + name.value;
    return list;
}

}  // namespace

// All that depends on who serves, from the state of the tip.
void Replica::Parts::know_epochs() {
    epochs_ = epochs_of(committer_->state());
    nodes_hash_ = ledger::hash(nodes());
    VerifyContext context = make_verify_context(*context_.genesis, context_.chain, epochs_, cache_);
    context.signatures = context_.signatures;
    context_ = std::move(context);
    const std::set<ledger::MemberId> validators = names_of(nodes().validators);
    sync_.begin_epoch(validators, consensus::faults(validators.size()));
    outbox_.begin_epoch(validators);
    cosigner_.begin_epoch(epochs_);
    executor_.begin_epoch(epochs_.back());
    is_validator_ = index_of(identity_.self).has_value();
    last_view_ = std::max(last_view_, context_.present().epoch().first_view());
    const std::string why = why_mute();
    if (!why.empty()) outbox_.log(LogEvent::Level::error, "votes.silenced", {{"why", why}});
}

// After the last block of an epoch. What was still to be said in it is of no use to anybody.
void Replica::Parts::begin_epoch() {
    epoch_over_ = false;
    consensus::RoundTimes rounds;
    if (pbft_) rounds = pbft_->rounds();
    pbft_.reset();
    know_epochs();
    outbox_.push(EpochBegan{.epochs = epochs_});
    outbox_.log(LogEvent::Level::info, "epoch.began",
                {{"epoch", std::to_string(epochs_.back().number.value)},
                 {"from", std::to_string(epochs_.back().from.value)},
                 {"validators", list_of(names_of(nodes().validators))}});
    outbox_.push(StatusChanged{});
    start_voting(std::move(rounds));
    tell_tip(true);
}

const consensus::VoteSigner* Replica::Parts::find_signer() const {
    const std::optional<consensus::ValidatorIndex> self = index_of(identity_.self);
    if (!self) return nullptr;
    const auto key = std::ranges::find(identity_.vote_keys, context_.present().at(*self).vote_key, &VoteKey::key);
    return key == identity_.vote_keys.end() ? nullptr : key->signer.get();
}

// Why this node, which the present epoch names a validator, doesn't vote; empty if it does, or isn't one.
std::string Replica::Parts::why_mute() const {
    if (!is_validator_) return {};
    if (!silenced_.empty()) return silenced_;
    if (find_signer() == nullptr && identity_.joins) {
        return "the chain, as far as it is here, names a vote key for this node that it doesn't have; it follows until "
               "the chain names another one";
    }
    if (find_signer() == nullptr) {
        return "the chain names a vote key for this node that it doesn't have; configure it and start again";
    }
    if (votes_) return {};
    // Whoever joins has made the file when it said that it was ready.
    return chain::to_text({.fault = chain::Fault::votes_missing, .place = vote_place_.file.path, .detail = {}});
}

Duty Replica::Parts::duty() const {
    if (!is_validator_) return Duty::observing;
    if (!why_mute().empty()) return Duty::silenced;
    // The chain has lost blocks: it has voted in a later epoch, and waits until it has come to that one again.
    const bool waits = consensus::Epoch::of(votes_->recovered.view) > context_.present().epoch().number;
    return waits ? Duty::observing : Duty::voting;
}

std::optional<consensus::ValidatorIndex> Replica::Parts::index_of(const ledger::MemberId& member) const {
    const auto& all = context_.present().all();
    const auto found = std::ranges::find(all, member.value, &consensus::Validator::name);
    if (found == all.end()) return std::nullopt;
    return consensus::ValidatorIndex{static_cast<std::uint32_t>(found - all.begin())};
}

void Replica::Parts::start_voting(consensus::RoundTimes rounds) {
    if (duty() != Duty::voting) return;
    const consensus::Epoch& epoch = context_.present().epoch();
    const ledger::Tip& tip = executor_.tip();
    consensus::Start start{.height = tip.height,
                           .hash = tip.height.value > 0 ? tip.hash : Digest{},
                           .certificate = {},
                           .last_record = votes_->journal.appended_count(),
                           .now_ms = at_.now,
                           .rounds = std::move(rounds)};
    if (tip.height > epoch.base) {
        const Result<std::optional<chain::StoredHeader>, chain::Error> stored =
            committer_->chain().view().header(tip.height);
        if (!stored) return halt(stored.error());
        if (!*stored) return halt(header_missing(tip.height));
        start.certificate = (*stored)->certificate;
    }
    pbft_.emplace(
        consensus::Config{
            .chain = context_.chain, .validators = context_.present(), .self = *index_of(identity_.self), .timing = {}},
        *find_signer(), std::move(start), std::exchange(votes_->recovered, {}));
}

// The file is made here and nowhere else but in an empty folder of a founding validator: a folder without one, of a
// node that the chain names a validator under a key that it has, has lost it. That the chain doesn't, it must have come
// far enough to know: whoever lies low among those who are asked is outweighed by the highest of a quorum. What it has
// itself counts only if it has kept its votes.
void Replica::Parts::on(ReadyRequest& event) {
    ReadyAnswer answer{.token = event.token, .height = executor_.tip().height, .code = {}, .reason = {}, .hint = {}};
    const auto refuse = [&](const char* code, std::string reason, const char* hint) {
        answer.code = code;
        answer.reason = std::move(reason);
        answer.hint = hint;
        outbox_.push(std::move(answer));
    };
    constexpr const char* anew = "give the node a new folder and new keys, and let it join again";
    if (!silenced_.empty()) return refuse("node.silenced", silenced_, anew);
    if (!votes_ && find_signer() != nullptr) return refuse("node.silenced", why_mute(), anew);
    if (std::ranges::find(identity_.vote_keys, event.vote, &VoteKey::key) == identity_.vote_keys.end()) {
        return refuse("node.key_not_loaded", "it runs without the vote key " + to_hex(event.vote.value),
                      "start the node again with this configuration");
    }
    const Sync::Claims claims = sync_.believed(executor_.tip().height.next(), at_.now);
    const std::size_t heard = claims.validators + (is_validator_ && votes_ ? 1 : 0);
    const Height highest = std::max(sync_.known(), claims.highest);
    if (heard < context_.present().quorum() || highest > executor_.tip().height) {
        return refuse("node.not_caught_up",
                      "its height is " + std::to_string(executor_.tip().height.value) +
                          ", the highest that it has heard of " + std::to_string(highest.value) + ", from " +
                          std::to_string(heard) + " of " + std::to_string(context_.present().quorum()) +
                          " validators that must be heard",
                      "wait until it is; see its state and height");
    }
    if (!votes_) {
        chain::VoteFileOptions file = vote_place_.file;
        file.create = true;
        Result<VoteJournal::Opened, chain::Error> made = VoteJournal::open(*vote_place_.files, file);
        if (!made) return halt(made.error());
        votes_ = std::move(*made);
    }
    outbox_.push(std::move(answer));
}

}  // namespace datadeed::replica
