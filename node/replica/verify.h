#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/cbor.h"
#include "base/result.h"
#include "base/types.h"
#include "consensus/signing.h"
#include "consensus/validator_set.h"
#include "consensus/verified.h"
#include "ledger/error.h"
#include "ledger/genesis.h"
#include "node/replica/epochs.h"
#include "node/replica/peer_event.h"

// What happens to bytes before they reach the replica: decoding and the checking of signatures, the dear part of the
// work, done by a pool of threads. No state but the cache, and what each thread remembers for itself; any thread.

namespace datadeed::replica {

// What checking needs to know. Constant once made, so threads share one; a new epoch needs a new one. Borrows `cache`
// and `signatures`.
struct VerifyContext {
    ChainId chain{};
    std::shared_ptr<const ledger::Genesis> genesis{};  // of that chain
    std::vector<consensus::ValidatorSet> epochs{};     // as in Epochs: the present one last
    TransactionCache* cache{};
    const consensus::VoteVerifier* signatures{};

    [[nodiscard]] const consensus::ValidatorSet& present() const { return epochs.back(); }
    // Who votes in a view; null when it is of an epoch that isn't known here, or no more.
    [[nodiscard]] const consensus::ValidatorSet* voters_in(consensus::View view) const;
};

// With Ed25519 for votes. The second is for a chain without blocks.
[[nodiscard]] VerifyContext make_verify_context(const ledger::Genesis& genesis, const ChainId& chain,
                                                const Epochs& epochs, TransactionCache& cache);
[[nodiscard]] VerifyContext make_verify_context(const ledger::Genesis& genesis, TransactionCache& cache);

// What one thread remembers from one message of votes to the next: certificates that held, of the present epoch alone.
// All VIEW-CHANGEs to a view tend to carry the same ones, and the NEW-VIEW all of them again. One thread.
class CheckedBefore {
public:
    // Who checks votes, as that context wants it; what was found under another is forgotten.
    [[nodiscard]] consensus::Verifier& verifier(const VerifyContext& context);

private:
    std::optional<consensus::Verifier> verifier_;
    const consensus::VoteVerifier* signatures_{nullptr};  // of verifier_
};

// The rule that a message between nodes broke.
enum class WireError : std::uint8_t {
    message_must_be_within_its_size,
    message_must_be_of_a_known_kind,
    message_must_be_well_formed,
    vote_must_verify,
    certificate_must_verify,
    block_must_be_well_formed,
    block_must_have_its_hash,
    transaction_must_verify,
    snapshot_must_verify,
    epoch_must_be_known,  // nobody's fault: too early or too late for it here; decode_and_verify never says so
};

// Stable and dotted, as in "peer.vote_wrong".
[[nodiscard]] std::string_view code(WireError error);

// The kind that the first bytes name, before anything is decoded; nothing when it is none.
[[nodiscard]] std::optional<WireKind> kind_of(ByteView bytes);

// The message in `bytes`, with every signature in it checked: of votes, of certificates, and of the clients whose
// transactions are in it. All or nothing, but for gossip, whose bad transactions are left out and counted; behind
// gossip_bad_max of them nothing more is looked at.
[[nodiscard]] Result<PeerEvent, WireError> decode_and_verify(ByteView bytes, const VerifyContext& context,
                                                             CheckedBefore& before);
// The same, remembering nothing.
[[nodiscard]] Result<PeerEvent, WireError> decode_and_verify(ByteView bytes, const VerifyContext& context);

// A transaction as a client hands it in. Refusals: those of ledger::parse and ledger::verify.
[[nodiscard]] Result<TransactionPtr, ledger::Refusal> check_transaction(ByteView raw, const VerifyContext& context);

// What a client is told of bytes that check_transaction refuses: of malformed ones also what is wrong with them, and
// where.
struct Unusable {
    ledger::Refusal refusal{};
    std::optional<cbor::DecodeError> broken{};

    friend bool operator==(const Unusable&, const Unusable&) = default;
};
[[nodiscard]] Unusable explain(ByteView raw, ledger::Refusal refusal);

// A proposal's bytes, as they stand in PRE-PREPAREs, in bodies and beside certificates (proposal.h).
[[nodiscard]] Result<BlockPtr, WireError> check_payload(ByteView payload, const VerifyContext& context);

}  // namespace datadeed::replica
