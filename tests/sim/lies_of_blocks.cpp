#include "base/fields.h"
#include "node/replica/proposal.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/sim/byzantine.h"

namespace datadeed::sim {

// A certificate as this lie makes it: of a quorum of its own votes, or of votes that all validators cast on another
// chain of theirs.
consensus::CommitCertificate Liar::certify(Lie lie, const consensus::Commit& commit) const {
    consensus::CommitCertificate certificate{
        .view = commit.view, .height = commit.height, .hash = commit.hash, .votes = {}};
    const std::size_t quorum = validators_.quorum();
    for (std::uint32_t i = 0; i < quorum; ++i) {
        const bool stuffed = lie == Lie::stuffs;
        const consensus::ValidatorIndex signer{stuffed ? self_.value : i};
        const ChainId chain = stuffed ? who_.chain : ChainId{};
        const consensus::testing::QuickSigner key{validators_.at(signer).vote_key};
        const auto vote = consensus::sign(chain, commit, signer, key);
        certificate.votes.push_back({.signer = signer, .signature = vote.signature});
    }
    return certificate;
}

// The last block of the answer, as it never was.
Bytes Liar::false_blocks(Lie lie, replica::Blocks answer) {
    replica::CertifiedBlock& last = answer.blocks.back();
    Result<replica::ProposalPayload, cbor::DecodeError> payload = decode<replica::ProposalPayload>(last.payload);
    if (lie == Lie::trims) {
        last.certificate.votes.resize(std::min(last.certificate.votes.size(), validators_.weak()));
    } else if (payload && lie == Lie::swaps_bodies) {
        swap_transactions(payload->block.transactions);
        last.payload = encode(*payload);
    } else if (payload) {
        ++payload->block.header.time.value;
        last.payload = encode(*payload);
        last.certificate = certify(lie, {.view = last.certificate.view,
                                         .height = last.certificate.height,
                                         .hash = ledger::hash(payload->block.header)});
    }
    return encode(replica::WireMessage{std::move(answer)});
}

}  // namespace datadeed::sim
