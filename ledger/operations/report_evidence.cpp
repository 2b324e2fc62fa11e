#include "ledger/operations/report_evidence.h"

#include <optional>

#include "base/assert.h"
#include "crypto/hash.h"
#include "ledger/lookup.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

Result<void, Refusal> check(const ReportEvidence& operation) {
    if (operation.evidence.size() > evidence_size_max) return fail(Refusal::evidence_too_large);
    return {};
}

Result<std::uint32_t, Refusal> check_new(const Charge& charge, const MemberId& accused, const StateView& state) {
    if (find_evidence(state, evidence_id(charge, accused))) return fail(Refusal::evidence_known);
    const std::uint32_t convictions = find_convictions(state, charge.epoch, charge.offence, accused);
    if (convictions >= convictions_max) return fail(Refusal::evidence_enough);
    return convictions;
}

// The proof comes last: what is known, or enough, costs no signature.
Result<void, Refusal> apply(const ReportEvidence& operation, const OperationContext& context, Overlay& state) {
    DATADEED_ASSERT(context.judge != nullptr);
    const auto epoch_of = [&state](EpochNumber number) { return find_epoch(state, number); };
    const Result<Accusation, Refusal> accusation = accuse(*context.judge, operation.evidence, epoch_of);
    if (!accusation) return fail(accusation.error());
    const Charge& charge = accusation->charge;
    const MemberId& accused = accusation->accused.member;
    const Result<std::uint32_t, Refusal> convictions = check_new(charge, accused, state);
    if (!convictions) return fail(convictions.error());
    if (const auto proven = accusation->prove(get_chain(state)); !proven) return proven;

    state.put(state_keys::convictions(charge.epoch, charge.offence, accused), encode(*convictions + 1));
    state.put(state_keys::evidence(accusation->id),
              encode(EvidenceRecord{.offence = charge.offence,
                                    .accused = accused,
                                    .epoch = charge.epoch,
                                    .view = charge.view,
                                    .height = charge.height,
                                    .reporter = context.signer,
                                    .reported = context.height,
                                    .tx = context.tx,
                                    .digest = crypto::sha256(operation.evidence)}));
    return {};
}

}  // namespace datadeed::ledger
