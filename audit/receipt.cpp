#include "audit/receipt.h"

#include <utility>

#include "ledger/checkpoint_names.h"
#include "ledger/transaction.h"

namespace datadeed::audit {
namespace {

std::optional<ledger::TxId> id_of(const std::string& origin, ByteView entry) {
    const std::optional<ChainId> chain = ledger::chain_of_origin(origin);
    if (!chain) return std::nullopt;
    const auto parsed = ledger::parse(*chain, entry);
    return parsed ? std::optional{parsed->id} : std::nullopt;
}

}  // namespace

Result<ReceiptReport, crypto::Error> check_receipt(const crypto::TlogProof& proof, const crypto::Policy& policy,
                                                   const std::optional<Bytes>& transaction) {
    if (!transaction && !proof.extra) return fail(crypto::Error::proof_must_be_well_formed);
    const bool different = transaction && proof.extra && *transaction != *proof.extra;
    if (different) return fail(crypto::Error::proof_must_lead_to_the_root);
    const Bytes& entry = transaction ? *transaction : *proof.extra;

    auto verified = crypto::verify_proof(policy, entry, proof);
    if (!verified) return fail(verified.error());
    const std::optional<ledger::TxId> id = id_of(verified->checkpoint.origin, entry);
    return ReceiptReport{.proof = std::move(*verified), .transaction = entry, .id = id};
}

}  // namespace datadeed::audit
