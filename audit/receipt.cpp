#include "audit/receipt.h"

#include <algorithm>
#include <utility>

#include "audit/anchors.h"
#include "crypto/note.h"
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

Result<ReceiptReport, crypto::Error> check_receipt(const crypto::TlogProof& proof, const Epochs& epochs,
                                                   const std::optional<Bytes>& transaction) {
    const auto checkpoint = read_checkpoint(proof.checkpoint);
    if (!checkpoint) return fail(checkpoint.error());
    return check_receipt(proof, epochs.cosigners(checkpoint->content.size), transaction);
}

std::vector<std::string> strangers_on(const crypto::TlogProof& proof, const crypto::Policy& policy) {
    const auto note = crypto::parse_note(proof.checkpoint);
    if (!note) return {};
    std::vector<std::string> names;
    for (const crypto::NoteSignature& signature : note->signatures) {
        const bool known = std::ranges::any_of(policy.cosigners, [&](const crypto::VerifierKey& key) {
            return key.name == signature.name && crypto::key_id(key) == signature.id;
        });
        if (!known) names.push_back(signature.name);
    }
    return names;
}

std::vector<std::string> strangers_on(const crypto::TlogProof& proof, const Epochs& epochs) {
    const auto checkpoint = read_checkpoint(proof.checkpoint);
    if (!checkpoint) return {};
    return strangers_on(proof, epochs.cosigners(checkpoint->content.size));
}

}  // namespace datadeed::audit
