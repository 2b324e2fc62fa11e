#pragma once

#include <optional>
#include <string_view>

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

}  // namespace datadeed::audit
