#include "audit/epoch_proof.h"

#include <optional>
#include <utility>

#include "consensus/signing.h"
#include "ledger/genesis.h"

namespace datadeed::audit {

Result<EpochProof, Error> decode_epoch_proof(ByteView bytes) {
    auto proof = decode<EpochProof>(bytes);
    if (!proof || proof->format != EpochProof::format_name) return fail(Error::epochs_malformed);
    return std::move(*proof);
}

Result<Epochs, Error> follow(const EpochProof& proof, const ChainId& chain) {
    if (ledger::chain_id(proof.genesis) != chain) return fail(Error::epochs_other_chain);
    const auto genesis = ledger::decode_genesis(proof.genesis);
    if (!genesis) return fail(Error::epochs_malformed);
    Epochs epochs{*genesis, chain};
    const consensus::Ed25519Verifier signatures;
    for (const EpochEnd& end : proof.ends) {
        const std::optional<ledger::Epoch> next = chain::follow(epochs.present(), end, chain, signatures);
        if (!next) return fail(Error::epochs_not_certified);
        epochs.begin(*next, end.header.log_size);
    }
    return epochs;
}

}  // namespace datadeed::audit
