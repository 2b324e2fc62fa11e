#pragma once

#include <string>
#include <vector>

#include "audit/epochs.h"
#include "base/bytes.h"
#include "base/result.h"
#include "ledger/evidence.h"

// Evidence without a node: who is guilty of what, by which words. Pure; any thread.

namespace datadeed::audit {

struct EvidenceReport {
    ledger::EvidenceId id{};
    ledger::Charge charge{};
    ledger::MemberId accused{};
    crypto::PublicKey vote_key{};           // by which it signed
    std::vector<std::string> statements{};  // in words, as they stand in the evidence
};

// What the evidence proves on the chain of these epochs. Refusals: evidence_malformed, evidence_not_contradicting,
// evidence_epoch_unknown, evidence_signer_unknown, evidence_not_proven.
[[nodiscard]] Result<EvidenceReport, ledger::Refusal> check_evidence(ByteView evidence, const Epochs& epochs);

// The same without any proof, for those who have no epochs at hand: of what it accuses whom.
[[nodiscard]] Result<ledger::Charge, ledger::Refusal> read_evidence(ByteView evidence);
// Its statements in words; none if it is malformed.
[[nodiscard]] std::vector<std::string> statements_of(ByteView evidence);

}  // namespace datadeed::audit
