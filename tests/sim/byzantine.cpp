#include "tests/sim/byzantine.h"

#include <utility>

#include "base/fields.h"
#include "node/replica/proposal.h"
#include "node/replica/wire_codec.h"

namespace datadeed::sim {
namespace {

// The proposal with its header changed a little and hashed again; nothing when it doesn't decode.
template <class Change>
std::optional<consensus::PrePrepare> altered(const consensus::PrePrepare& proposal, Change&& change) {
    Result<replica::ProposalPayload, cbor::DecodeError> payload = decode<replica::ProposalPayload>(proposal.payload);
    if (!payload) return std::nullopt;
    change(payload->block.header);
    consensus::PrePrepare other = proposal;
    other.hash = ledger::hash(payload->block.header);
    other.payload = encode(*payload);
    return other;
}

}  // namespace

Liar::Liar(const World& world, std::size_t self, Lie lie)
    : world_{&world}, self_{self}, lie_{lie}, signer_{identity_of(world, validator_name(self)).vote_signer} {}

template <class M>
Bytes Liar::sign_again(M message) const {
    const consensus::ValidatorIndex index{static_cast<std::uint32_t>(self_)};
    return replica::encode_votes(consensus::sign(world_->chain(), std::move(message), index, *signer_));
}

bool Liar::hears_truth(const ledger::MemberId& peer) const {
    return (static_cast<std::size_t>(peer.value.back()) + self_) % 2 == 0;
}

std::vector<replica::SendTo> Liar::rewrite(const replica::SendTo& send) {
    const bool is_vote =
        send.bytes->size() > 2 && (*send.bytes)[1] == static_cast<std::uint8_t>(replica::WireKind::votes);
    const bool is_tip = send.bytes->size() > 2 && (*send.bytes)[1] == static_cast<std::uint8_t>(replica::WireKind::tip);
    if (is_tip && lie_ == Lie::boastful) {
        const Bytes boast = encode(replica::WireMessage{replica::Tip{.height = Height{UINT64_MAX}, .hash = {}}});
        return {{.peers = send.peers, .bytes = std::make_shared<const Bytes>(boast), .lane = send.lane}};
    }
    if (!is_vote || lie_ == Lie::none || lie_ == Lie::boastful) return {send};
    if (lie_ == Lie::silent) return {};
    if (lie_ == Lie::selective) {
        replica::SendTo some{.peers = {}, .bytes = send.bytes, .lane = send.lane};
        for (const ledger::MemberId& peer : send.peers) {
            if (hears_truth(peer)) some.peers.push_back(peer);
        }
        return {some};
    }
    const Result<replica::WireMessage, cbor::DecodeError> decoded = decode<replica::WireMessage>(*send.bytes);
    if (!decoded) return {send};
    const consensus::Message& message = std::get<replica::Votes>(*decoded).message;
    if (lie_ == Lie::backdated) return backdated(send, message);
    return lie_ == Lie::two_stories ? two_stories(send, message) : wrong_roots(send, message);
}

// Just after the block before: for the first one that is genesis, minutes ago. Execution gives the same roots, so
// nothing but the time is wrong with it.
std::vector<replica::SendTo> Liar::backdated(const replica::SendTo& send, const consensus::Message& message) {
    const auto* proposal = std::get_if<consensus::Signed<consensus::PrePrepare>>(&message);
    if (proposal == nullptr || proposal->message.height != Height{1}) return {send};
    const TimeMs then{world_->genesis.time.value + 1};
    const std::optional<consensus::PrePrepare> other =
        altered(proposal->message, [then](ledger::BlockHeader& header) { header.time = then; });
    if (!other) return {send};
    ++blocks_backdated_;
    return {{.peers = send.peers, .bytes = std::make_shared<const Bytes>(sign_again(*other)), .lane = send.lane}};
}

std::vector<replica::SendTo> Liar::wrong_roots(const replica::SendTo& send, const consensus::Message& message) {
    const auto* proposal = std::get_if<consensus::Signed<consensus::PrePrepare>>(&message);
    if (proposal == nullptr) return {send};
    const std::optional<consensus::PrePrepare> other =
        altered(proposal->message, [](ledger::BlockHeader& header) { header.state_root[0] ^= 1U; });
    if (!other) return {send};
    return {{.peers = send.peers, .bytes = std::make_shared<const Bytes>(sign_again(*other)), .lane = send.lane}};
}

std::vector<replica::SendTo> Liar::two_stories(const replica::SendTo& send, const consensus::Message& message) {
    std::optional<Bytes> other;
    std::visit(
        [&]<class M>(const consensus::Signed<M>& said) {
            if constexpr (std::is_same_v<M, consensus::PrePrepare>) {
                const std::optional<consensus::PrePrepare> second =
                    altered(said.message, [](ledger::BlockHeader& header) { ++header.time.value; });
                if (!second) return;
                other_story_[said.message.hash] = second->hash;
                other = sign_again(*second);
            } else if constexpr (std::is_same_v<M, consensus::Prepare> || std::is_same_v<M, consensus::Commit>) {
                const auto story = other_story_.find(said.message.hash);
                if (story == other_story_.end()) return;
                M second = said.message;
                second.hash = story->second;
                other = sign_again(second);
            }
        },
        message);
    if (!other) return {send};
    const auto bytes = std::make_shared<const Bytes>(std::move(*other));
    replica::SendTo truth{.peers = {}, .bytes = send.bytes, .lane = send.lane};
    replica::SendTo lie{.peers = {}, .bytes = bytes, .lane = send.lane};
    for (const ledger::MemberId& peer : send.peers) (hears_truth(peer) ? truth : lie).peers.push_back(peer);
    // Now and then one hears both, and can prove it.
    const bool careless = ++told_ % 3 == 0;
    if (careless && !truth.peers.empty()) lie.peers.push_back(truth.peers.front());
    return {truth, lie};
}

}  // namespace datadeed::sim
