#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/epochs.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/policy.h"
#include "crypto/tlog_proof.h"
#include "ledger/types.h"

// Checking a receipt without a node: is this transaction in the log that these cosigners vouch for? Pure; any thread.

namespace datadeed::audit {

struct ReceiptReport {
    crypto::VerifiedProof proof{};
    Bytes transaction{};               // the entry that the receipt is for, as signed
    std::optional<ledger::TxId> id{};  // nothing when the entry is no transaction of the chain that the origin names
};

// `transaction` is the entry where the caller has it; without it, the one that the receipt carries in its extra line.
// Both may be given only if they are the same. Errors: those of crypto::verify_proof;
// proof_must_be_well_formed too when there's no transaction, proof_must_lead_to_the_root when there are two different
// ones.
[[nodiscard]] Result<ReceiptReport, crypto::Error> check_receipt(const crypto::TlogProof& proof,
                                                                 const crypto::Policy& policy,
                                                                 const std::optional<Bytes>& transaction);

// The same, vouched for by a quorum of those who served when the log had the size that the receipt rests on.
[[nodiscard]] Result<ReceiptReport, crypto::Error> check_receipt(const crypto::TlogProof& proof, const Epochs& epochs,
                                                                 const std::optional<Bytes>& transaction);

// The key names of cosignatures on the receipt's checkpoint that are by no key of the policy: of strangers, or of
// validators that the policy is too old or too new to name.
[[nodiscard]] std::vector<std::string> strangers_on(const crypto::TlogProof& proof, const crypto::Policy& policy);
[[nodiscard]] std::vector<std::string> strangers_on(const crypto::TlogProof& proof, const Epochs& epochs);

}  // namespace datadeed::audit
