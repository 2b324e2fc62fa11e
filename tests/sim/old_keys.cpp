#include "tests/sim/old_keys.h"

#include <algorithm>
#include <utility>

#include "base/fields.h"
#include "chain/voters.h"
#include "consensus/signing.h"
#include "node/replica/proposal.h"
#include "node/replica/wire_codec.h"
#include "tests/consensus/quick_signatures.h"

namespace datadeed::sim {
namespace {

// A view of an epoch that no run comes to: what is said there contradicts nothing that anybody said.
constexpr std::uint64_t far_place = 1U << 20U;
// From here on keys are nobody's.
constexpr std::size_t invented_key = 100;

ledger::BlockHeader made_up(Height height, Rng& rng) {
    ledger::BlockHeader header{.height = height, .time = TimeMs{rng.next() >> 12U}};
    header.prev[0] = 1;
    header.log_root = crypto::empty_root();
    header.state_root[0] = 1;
    return header;
}

}  // namespace

OldKeys::OldKeys(const ledger::Genesis& genesis, const ChainId& chain, ledger::MemberId self)
    : chain_{chain}, self_{std::move(self)}, epochs_{{.number = {}, .from = Height{1}, .nodes = genesis.nodes}} {}

void OldKeys::learn(const ledger::Epoch& began, const chain::StoredHeader& last) {
    if (began.number.value != present().number.value + 1) return;
    ends_.push_back({.header = last.header, .certificate = last.certificate, .nodes = began.nodes});
    epochs_.push_back(began);
}

std::vector<consensus::ValidatorIndex> OldKeys::keys_of(const ledger::Epoch& epoch) const {
    const std::vector<ledger::Validator>& now = present().nodes.validators;
    const std::vector<ledger::Validator>& then = epoch.nodes.validators;
    std::vector<consensus::ValidatorIndex> keys;
    for (std::size_t i = 0; i < then.size(); ++i) {
        const bool in_use = std::ranges::find(now, then[i].vote, &ledger::Validator::vote) != now.end();
        if (!in_use || then[i].member == self_) keys.emplace_back(static_cast<std::uint32_t>(i));
    }
    return keys;
}

std::optional<ledger::Epoch> OldKeys::forgeable(const replica::Tip& theirs, Rng& rng) const {
    if (theirs.height.next() < present().from) return std::nullopt;
    std::vector<ledger::Epoch> found;
    for (const ledger::Epoch& epoch : epochs_) {
        const bool is_past = epoch.number < present().number;
        if (is_past && keys_of(epoch).size() >= chain::voters(epoch).quorum()) found.push_back(epoch);
    }
    if (found.empty()) return std::nullopt;
    return found[rng.below(found.size())];
}

consensus::CommitCertificate OldKeys::certify(const ledger::BlockHeader& header, const ledger::Epoch& epoch,
                                              std::uint64_t place) const {
    const consensus::ValidatorSet voters = chain::voters(epoch);
    const consensus::Commit commit{.view = consensus::View{voters.epoch().first_view().value + place},
                                   .height = header.height,
                                   .hash = ledger::hash(header)};
    consensus::CommitCertificate certificate{
        .view = commit.view, .height = commit.height, .hash = commit.hash, .votes = {}};
    for (const consensus::ValidatorIndex signer : keys_of(epoch)) {
        if (certificate.votes.size() == voters.quorum()) break;
        const consensus::testing::QuickSigner key{voters.at(signer).vote_key};
        certificate.votes.push_back(
            {.signer = signer, .signature = consensus::sign(chain_, commit, signer, key).signature});
    }
    return certificate;
}

// The members that vote now, by keys that are nobody's: their signatures prove nothing against anybody.
ledger::ValidatorSet OldKeys::invented(const ledger::Epoch& epoch) const {
    ledger::ValidatorSet nodes = present().nodes;
    for (std::size_t i = 0; i < nodes.validators.size(); ++i) {
        nodes.validators[i].vote = consensus::testing::quick_key(
            invented_key + (epoch.number.value * nodes.validators.size() + i) % invented_key);
    }
    return nodes;
}

std::optional<Bytes> OldKeys::block_for(const replica::Tip& theirs, Rng& rng) const {
    const std::optional<ledger::Epoch> epoch = forgeable(theirs, rng);
    if (!epoch) return std::nullopt;
    const Height height{std::max<std::uint64_t>(1, theirs.height.value + 1 - rng.below(2))};
    replica::ProposalPayload payload{.block = {.header = made_up(height, rng), .transactions = {}},
                                     .prev_certificate = {}};
    replica::Blocks blocks{.request = 0, .from = height, .blocks = {}};
    blocks.blocks.push_back(
        {.payload = encode(payload), .certificate = certify(payload.block.header, *epoch, far_place)});
    return encode(replica::WireMessage{std::move(blocks)});
}

std::optional<Bytes> OldKeys::manifest_for(const replica::Tip& theirs, Rng& rng) const {
    std::optional<ledger::Epoch> epoch = forgeable(theirs, rng);
    if (!epoch) return std::nullopt;
    const auto genuine = static_cast<std::ptrdiff_t>(epoch->number.value);
    chain::SnapshotManifest manifest{.epoch_ends = {ends_.begin(), ends_.begin() + genuine}};
    // As many epochs as there are, so that the number of the last is the present one's.
    while (epoch->number < present().number) {
        chain::EpochEnd end{.header = made_up(ends_[epoch->number.value].header.height, rng),
                            .certificate = {},
                            .nodes = invented(*epoch)};
        end.header.validators_hash = ledger::hash(end.nodes);
        end.certificate = certify(end.header, *epoch, far_place);
        epoch = ledger::Epoch{.number = ledger::EpochNumber{epoch->number.value + 1},
                              .from = end.header.height.next(),
                              .nodes = end.nodes};
        manifest.epoch_ends.push_back(std::move(end));
    }
    // Around their last block, in views that they have been in.
    const std::uint64_t above = theirs.height.value + 3;
    manifest.header = made_up(Height{std::max<std::uint64_t>(1, above - std::min(above, rng.below(6)))}, rng);
    manifest.certificate = certify(manifest.header, *epoch, rng.below(3));
    manifest.parts = {{.bits = 0, .root = manifest.header.state_root}};
    return encode(manifest);
}

}  // namespace datadeed::sim
