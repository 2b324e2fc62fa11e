#include <algorithm>
#include <utility>

#include "base/fields.h"
#include "consensus/quorum.h"
#include "node/replica/proposal.h"
#include "node/replica/wire_codec.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/sim/byzantine.h"

namespace datadeed::sim {
namespace {

using consensus::Commit;
using consensus::NewView;
using consensus::Prepare;
using consensus::PrePrepare;
using consensus::Signed;
using consensus::ViewChange;

// The proposal with its header changed a little and hashed again; nothing when it doesn't decode.
template <class Change>
std::optional<PrePrepare> altered(const PrePrepare& proposal, Change&& change) {
    Result<replica::ProposalPayload, cbor::DecodeError> payload = decode<replica::ProposalPayload>(proposal.payload);
    if (!payload) return std::nullopt;
    change(payload->block.header);
    PrePrepare other = proposal;
    other.hash = ledger::hash(payload->block.header);
    other.payload = encode(*payload);
    return other;
}

template <class M>
const M* as(const consensus::Message& message) {
    const auto* found = std::get_if<Signed<M>>(&message);
    return found == nullptr ? nullptr : &found->message;
}

}  // namespace

template <class M>
Bytes Liar::sign_again(M message) const {
    return replica::encode_votes(consensus::sign(who_.chain, std::move(message), self_, *signer_));
}

std::optional<Bytes> Liar::boast(const consensus::Message& message) const {
    const auto* status = as<consensus::Status>(message);
    if (status == nullptr) return std::nullopt;
    consensus::Status more = *status;
    more.committed.value += 1'000'000;
    return sign_again(more);
}

// Just after the block before: for the first one that is genesis, minutes ago. Execution gives the same roots, so
// nothing but the time is wrong with it.
std::optional<Bytes> Liar::backdate(const consensus::Message& message) {
    const auto* proposal = as<PrePrepare>(message);
    if (proposal == nullptr || proposal->height != Height{1}) return std::nullopt;
    const TimeMs then{who_.genesis->time.value + 1};
    const std::optional<PrePrepare> other =
        altered(*proposal, [then](ledger::BlockHeader& header) { header.time = then; });
    if (!other) return std::nullopt;
    ++blocks_backdated_;
    return sign_again(*other);
}

std::optional<Bytes> Liar::spoil_roots(const consensus::Message& message) const {
    const auto* proposal = as<PrePrepare>(message);
    if (proposal == nullptr) return std::nullopt;
    const auto other = altered(*proposal, [](ledger::BlockHeader& header) { header.state_root[0] ^= 1U; });
    return other ? std::optional{sign_again(*other)} : std::nullopt;
}

// As many as before, all of them sound, but not the same or not in the same order.
void Liar::swap_transactions(std::vector<ledger::RawTransaction>& transactions) {
    if (transactions.empty()) return;
    const ledger::RawTransaction first = transactions.front();
    if (transactions.size() > 1) {
        std::swap(transactions.front(), transactions.back());
    } else if (spare_) {
        transactions.front() = *spare_;
    }
    spare_ = first;
}

// The same hash, another body.
std::optional<Bytes> Liar::swap_body(const consensus::Message& message) {
    const auto* proposal = as<PrePrepare>(message);
    if (proposal == nullptr) return std::nullopt;
    Result<replica::ProposalPayload, cbor::DecodeError> payload = decode<replica::ProposalPayload>(proposal->payload);
    if (!payload || payload->block.transactions.empty()) return std::nullopt;
    swap_transactions(payload->block.transactions);
    PrePrepare other = *proposal;
    other.payload = encode(*payload);
    return sign_again(other);
}

// The same thing said of another block: a proposal changed a little, or a vote on one that was.
std::optional<Bytes> Liar::second_story(const consensus::Message& message) {
    if (const auto* proposal = as<PrePrepare>(message)) {
        const auto second = altered(*proposal, [](ledger::BlockHeader& header) { ++header.time.value; });
        if (!second) return std::nullopt;
        other_story_[proposal->hash] = second->hash;
        return sign_again(*second);
    }
    const auto retell = [this](auto vote) -> std::optional<Bytes> {
        const auto story = other_story_.find(vote.hash);
        if (story == other_story_.end()) return std::nullopt;
        vote.hash = story->second;
        return sign_again(vote);
    };
    if (const auto* vote = as<Prepare>(message)) return retell(*vote);
    if (const auto* vote = as<Commit>(message)) return retell(*vote);
    return std::nullopt;
}

void Liar::two_stories(const Said& said, Bytes other, Out& out) {
    Said truth = said;
    Said lie = said;
    truth.send.peers.clear();
    lie.send.peers.clear();
    lie.send.bytes = std::make_shared<const Bytes>(std::move(other));
    for (const ledger::MemberId& peer : said.send.peers) (hears_truth(peer) ? truth : lie).send.peers.push_back(peer);
    // Now and then one hears both, and can prove it.
    const bool careless = ++told_ % 3 == 0;
    if (careless && !truth.send.peers.empty()) lie.send.peers.push_back(truth.send.peers.front());
    out.push_back(std::move(truth));
    out.push_back(std::move(lie));
}

std::optional<Bytes> Liar::hide_prepared(const consensus::Message& message) const {
    const auto* change = as<ViewChange>(message);
    if (change == nullptr || !change->prepared) return std::nullopt;
    ViewChange bare = *change;
    bare.prepared.reset();
    return sign_again(std::move(bare));
}

// A prepared certificate, or a final one, that nobody but itself has signed.
std::optional<Bytes> Liar::forge_certificates(const consensus::Message& message) {
    const auto* change = as<ViewChange>(message);
    if (change == nullptr || change->new_view.value == 0) return std::nullopt;
    ViewChange forged = *change;
    Digest hash{};
    hash[0] = static_cast<std::uint8_t>(rng_.below(256));
    std::vector<consensus::VoteSignature> votes;
    for (std::size_t i = 0; votes.size() < validators_.quorum(); ++i) {
        const consensus::ValidatorIndex signer{static_cast<std::uint32_t>(i)};
        const consensus::View view{change->new_view.value - 1};
        if (signer == validators_.primary(view)) continue;
        if (i >= validators_.size()) break;
        votes.push_back({.signer = signer, .signature = {}});
    }
    if (rng_.chance(700)) {
        forged.prepared = consensus::PreparedCertificate{.view = consensus::View{change->new_view.value - 1},
                                                         .height = change->committed.next(),
                                                         .hash = hash,
                                                         .pre_prepare = {},
                                                         .prepares = votes};
    } else {
        forged.committed.value += 3;
        forged.certificate =
            consensus::CommitCertificate{.view = {}, .height = forged.committed, .hash = hash, .votes = votes};
        forged.prepared.reset();
    }
    return sign_again(std::move(forged));
}

// Leaves out what must be carried, and then proposes something else.
std::optional<Bytes> Liar::open_falsely(const consensus::Message& message) {
    if (const auto* opened = as<NewView>(message); opened != nullptr && opened->carried) {
        NewView bare = *opened;
        bare.carried.reset();
        opened_falsely_.insert(bare.new_view);
        return sign_again(std::move(bare));
    }
    const auto* proposal = as<PrePrepare>(message);
    if (proposal == nullptr) return second_story(message);
    if (!opened_falsely_.contains(proposal->view)) return std::nullopt;
    const auto other = altered(*proposal, [this](ledger::BlockHeader& header) {
        ++header.time.value;
        header.proposer = who_.name;
    });
    if (!other) return std::nullopt;
    other_story_[proposal->hash] = other->hash;
    return sign_again(*other);
}

// A NEW-VIEW out of the VIEW-CHANGEs of the last validators rather than the first, as right as the other one.
std::optional<Bytes> Liar::open_otherwise(const consensus::Message& message) const {
    const auto* opened = as<NewView>(message);
    if (opened == nullptr) return std::nullopt;
    consensus::ViewChanges known = view_changes_;
    for (const auto& change : opened->view_changes) known.insert_or_assign(change.signer, change);
    NewView other = *opened;
    other.view_changes.clear();
    for (auto at = known.rbegin(); at != known.rend(); ++at) {
        const bool full = other.view_changes.size() == opened->view_changes.size();
        if (!full && at->second.message.new_view == opened->new_view) other.view_changes.push_back(at->second);
    }
    std::ranges::reverse(other.view_changes);
    const Result<consensus::Opening, consensus::HaltReason> opening = consensus::open_view(other.view_changes);
    if (!opening || other.view_changes.size() != opened->view_changes.size()) return std::nullopt;
    other.base = opening->base;
    other.carried = opening->carried;
    return other == *opened ? std::nullopt : std::optional{sign_again(std::move(other))};
}

// Small changes that are easily missed: the next view, the height before, another hash.
std::optional<Bytes> Liar::mutate(const consensus::Message& message) {
    if (rng_.chance(600)) return std::nullopt;
    const auto change_vote = [this](auto vote) {
        const std::uint64_t how = rng_.below(5);
        if (how == 0) vote.view.value += 1;
        if (how == 1 && vote.view.value > 0) vote.view.value -= 1;
        if (how == 2) vote.height.value += 1;
        if (how == 3 && vote.height.value > 1) vote.height.value -= 1;
        if (how == 4 && !seen_.empty()) vote.hash = seen_[rng_.below(seen_.size())];
        return sign_again(vote);
    };
    if (const auto* vote = as<Prepare>(message)) return change_vote(*vote);
    if (const auto* vote = as<Commit>(message)) return change_vote(*vote);
    if (const auto* change = as<ViewChange>(message)) {
        ViewChange other = *change;
        other.new_view.value += rng_.chance(100) ? std::uint64_t{1} << 50U : rng_.between(1, 3);
        return sign_again(std::move(other));
    }
    if (const auto* opened = as<NewView>(message)) {
        NewView other = *opened;
        if (rng_.chance(500)) {
            other.view_changes.pop_back();
        } else {
            other.view_changes.back() = other.view_changes.front();
        }
        return sign_again(std::move(other));
    }
    return std::nullopt;
}

void Liar::vote_as_primary(const consensus::Message& message, Out& out) const {
    const auto* proposal = as<PrePrepare>(message);
    if (proposal == nullptr) return;
    const Prepare vote{.view = proposal->view, .height = proposal->height, .hash = proposal->hash};
    tell_all(sign_again(vote), out);
}

// In the name of the others, with its own key.
void Liar::impersonate(const consensus::Message& message, Out& out) const {
    const auto speak = [&](const auto& vote) {
        for (std::size_t i = 0; i < validators_.size(); ++i) {
            const consensus::ValidatorIndex other{static_cast<std::uint32_t>(i)};
            tell_all(replica::encode_votes(consensus::sign(who_.chain, vote, other, *signer_)), out);
        }
    };
    if (const auto* vote = as<Prepare>(message)) speak(*vote);
    if (const auto* vote = as<Commit>(message)) speak(*vote);
}

// PREPARE and COMMIT for whatever it hears of, once each.
void Liar::vote_for_all(const consensus::Message& heard, Out& out) {
    const auto vote_for = [&](const auto& said) {
        if (!voted_.emplace(said.view, said.height, said.hash).second) return;
        tell_all(sign_again(Prepare{.view = said.view, .height = said.height, .hash = said.hash}), out);
        tell_all(sign_again(Commit{.view = said.view, .height = said.height, .hash = said.hash}), out);
    };
    if (const auto* proposal = as<PrePrepare>(heard)) vote_for(*proposal);
    if (const auto* vote = as<Prepare>(heard)) vote_for(*vote);
    if (const auto* vote = as<Commit>(heard)) vote_for(*vote);
}

// The signature of a PREPARE under a COMMIT.
void Liar::reuse(const consensus::Message& heard, Out& out) const {
    const auto* prepare = std::get_if<Signed<Prepare>>(&heard);
    if (prepare == nullptr) return;
    const Prepare& said = prepare->message;
    tell_all(
        replica::encode_votes(Signed<Commit>{.message = {.view = said.view, .height = said.height, .hash = said.hash},
                                             .signer = prepare->signer,
                                             .signature = prepare->signature}),
        out);
}

// Votes for heights and views that nobody will come to soon.
void Liar::flood(Out& out) {
    const std::uint64_t far = 1'000 + heard_;
    tell_all(sign_again(Commit{.view = consensus::View{far}, .height = Height{1 + rng_.below(100'000)}, .hash = {}}),
             out);
    tell_all(sign_again(Commit{.view = consensus::View{far}, .height = Height{1 + rng_.below(12)}, .hash = {}}), out);
}

}  // namespace datadeed::sim
