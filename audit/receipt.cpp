#include "audit/receipt.h"

#include <utility>

namespace datadeed::audit {

Result<ReceiptReport, crypto::Error> check_receipt(std::string_view receipt, const crypto::Policy& policy,
                                                   const std::optional<Bytes>& transaction) {
    const auto proof = crypto::parse_tlog_proof(receipt);
    if (!proof) return fail(proof.error());

    const bool none = !transaction && !proof->extra;
    const bool different = transaction && proof->extra && *transaction != *proof->extra;
    if (none || different) return fail(crypto::Error::proof_must_be_well_formed);
    const Bytes& entry = transaction ? *transaction : *proof->extra;

    auto verified = crypto::verify_proof(policy, entry, *proof);
    if (!verified) return fail(verified.error());
    return ReceiptReport{.proof = std::move(*verified), .transaction = entry};
}

}  // namespace datadeed::audit
