#include "chain/evidence_judge.h"

#include <optional>
#include <utility>
#include <variant>

#include "base/fields.h"
#include "chain/voters.h"
#include "consensus/evidence.h"
#include "consensus/signing.h"
#include "consensus/verified.h"

namespace datadeed::chain {

namespace {

using consensus::Evidence;
using ledger::Refusal;

// A block's bytes aren't signed: with them a piece would have many spellings, most of them long.
bool is_bare(const consensus::Message& message) {
    const auto* proposal = std::get_if<consensus::Signed<consensus::PrePrepare>>(&message);
    return proposal == nullptr || proposal->message.payload.empty();
}

std::optional<Evidence> decode_bare(ByteView bytes) {
    auto evidence = decode<Evidence>(bytes);
    if (!evidence || !is_bare(evidence->first)) return std::nullopt;
    if (evidence->second && !is_bare(*evidence->second)) return std::nullopt;
    return std::move(*evidence);
}

ledger::Offence offence_of(consensus::Offence offence) {
    switch (offence) {
        case consensus::Offence::two_votes:
            return ledger::Offence::two_votes;
        case consensus::Offence::two_view_changes:
            return ledger::Offence::two_view_changes;
        case consensus::Offence::two_new_views:
            return ledger::Offence::two_new_views;
        case consensus::Offence::wrong_new_view:
            return ledger::Offence::wrong_new_view;
        case consensus::Offence::hidden_commit:
            break;
    }
    return ledger::Offence::hidden_commit;
}

}  // namespace

Result<ledger::ReadEvidence, Refusal> EvidenceJudge::read(ByteView bytes) const {
    std::optional<Evidence> evidence = decode_bare(bytes);
    if (!evidence) return fail(Refusal::evidence_malformed);
    const auto accusation = consensus::accusation_of(*evidence);
    if (!accusation) return fail(Refusal::evidence_not_contradicting);
    const ledger::Charge charge{.offence = offence_of(accusation->offence),
                                .epoch = ledger::EpochNumber{consensus::Epoch::of(accusation->view)},
                                .view = consensus::Epoch::place_of(accusation->view),
                                .height = accusation->height,
                                .validator = accusation->accused.value};
    auto prove = [said = std::move(*evidence), signatures = signatures_](
                     const ledger::Epoch& epoch, const ChainId& chain) -> Result<void, Refusal> {
        const consensus::Verifier verifier{chain, voters(epoch), *signatures};
        if (!consensus::check_said(said, verifier)) return fail(Refusal::evidence_not_proven);
        return {};
    };
    return ledger::ReadEvidence{.charge = charge, .prove = std::move(prove)};
}

const ledger::EvidenceJudge& evidence_judge() {
    static const consensus::Ed25519Verifier signatures;
    static const EvidenceJudge judge{signatures};
    return judge;
}

}  // namespace datadeed::chain
