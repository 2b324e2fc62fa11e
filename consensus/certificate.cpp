#include "consensus/certificate.h"

#include <algorithm>

#include "consensus/messages.h"

namespace datadeed::consensus {

namespace {

Result<void, Error> check_form(const std::vector<VoteSignature>& votes, const ValidatorSet& set) {
    const bool rising = std::adjacent_find(votes.begin(), votes.end(), [](const auto& a, const auto& b) {
                            return a.signer >= b.signer;
                        }) == votes.end();
    if (!rising) return fail(Error::certificate_signers_must_be_distinct_and_in_order);
    const bool known =
        std::all_of(votes.begin(), votes.end(), [&](const auto& vote) { return set.contains(vote.signer); });
    if (!known) return fail(Error::signer_must_be_a_validator);
    return {};
}

Result<void, Error> check_votes(const std::vector<VoteSignature>& votes, ByteView signed_bytes, const ValidatorSet& set,
                                const VoteVerifier& verifier) {
    for (const VoteSignature& vote : votes) {
        if (!verifier.verify(set.at(vote.signer).vote_key, signed_bytes, vote.signature)) {
            return fail(Error::signature_must_verify);
        }
    }
    return {};
}

}  // namespace

Result<void, Error> check_slot(View view, Height height, const Epoch& epoch) {
    const bool within = view.value < number_max && height.value < number_max && height.value > 0;
    if (!within) return fail(Error::number_must_be_within_its_limit);
    if (!epoch.has(view)) return fail(Error::view_must_be_of_the_epoch);
    if (height <= epoch.base) return fail(Error::height_must_be_of_the_epoch);
    return {};
}

Result<void, Error> verify(const CommitCertificate& certificate, const ValidatorSet& set, const ChainId& chain,
                           const VoteVerifier& verifier) {
    if (const auto slot = check_slot(certificate.view, certificate.height, set.epoch()); !slot) return slot;
    if (certificate.votes.size() < set.quorum()) return fail(Error::certificate_must_have_a_quorum);
    if (const auto form = check_form(certificate.votes, set); !form) return form;
    const Commit vote{.view = certificate.view, .height = certificate.height, .hash = certificate.hash};
    return check_votes(certificate.votes, statement(chain, vote), set, verifier);
}

Result<void, Error> verify(const PreparedCertificate& certificate, const ValidatorSet& set, const ChainId& chain,
                           const VoteVerifier& verifier) {
    if (const auto slot = check_slot(certificate.view, certificate.height, set.epoch()); !slot) return slot;
    if (certificate.prepares.size() + 1 < set.quorum()) return fail(Error::prepared_certificate_must_have_a_quorum);
    if (const auto form = check_form(certificate.prepares, set); !form) return form;
    const ValidatorIndex primary = set.primary(certificate.view);
    for (const VoteSignature& vote : certificate.prepares) {
        if (vote.signer == primary) return fail(Error::prepare_must_not_come_from_the_primary);
    }
    const PrePrepare proposal{
        .view = certificate.view, .height = certificate.height, .hash = certificate.hash, .payload = {}};
    if (!verifier.verify(set.at(primary).vote_key, statement(chain, proposal), certificate.pre_prepare)) {
        return fail(Error::signature_must_verify);
    }
    const Prepare vote{.view = certificate.view, .height = certificate.height, .hash = certificate.hash};
    return check_votes(certificate.prepares, statement(chain, vote), set, verifier);
}

}  // namespace datadeed::consensus
