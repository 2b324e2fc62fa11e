#pragma once

#include "consensus/signing.h"
#include "ledger/evidence.h"

namespace datadeed::chain {

// Judges evidence by the rules of consensus. Stateless; any thread. Borrows the scheme of signatures.
class EvidenceJudge final : public ledger::EvidenceJudge {
public:
    explicit EvidenceJudge(const consensus::VoteVerifier& signatures) : signatures_{&signatures} {}

    [[nodiscard]] Result<ledger::ReadEvidence, ledger::Refusal> read(ByteView evidence) const override;

private:
    const consensus::VoteVerifier* signatures_;
};

// The one of every real chain: by Ed25519.
[[nodiscard]] const ledger::EvidenceJudge& evidence_judge();

}  // namespace datadeed::chain
