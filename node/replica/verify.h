#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/types.h"
#include "ledger/genesis.h"
#include "ledger/transaction.h"
#include "node/replica/peer_event.h"
#include "node/replica/verified_cache.h"

// What happens to bytes before they reach the replica: decoding and the checking of signatures, the dear part of the
// work, done by a pool of threads. Pure functions of their arguments; any thread.

namespace datadeed::replica {

// What checking needs to know. Constant after it is made; share one between threads. The cache may be null and outlives it.
struct VerifyContext {
    ChainId chain{};
    consensus::Membership validators{};
    VerifiedCache* cache{nullptr};
};

[[nodiscard]] VerifyContext make_verify_context(const ledger::Genesis& genesis, VerifiedCache* cache);

// The rule that a message between nodes broke.
enum class WireError : std::uint8_t {
    message_must_be_within_its_size,
    message_must_be_well_formed,
    message_must_be_of_a_known_kind,
    vote_must_be_of_a_validator,
    vote_signature_must_verify,
    certificate_must_verify,
    transaction_must_verify,
};

// Stable and dotted, as in "peer.bad_encoding".
[[nodiscard]] std::string_view code(WireError error);

// The message in `bytes`, with every signature in it checked: of votes, of certificates, and of the clients whose
// transactions are in it. Never slower than linear in the size of the input.
[[nodiscard]] Result<PeerEvent, WireError> decode_and_verify(ByteView bytes, const VerifyContext& context);

}  // namespace datadeed::replica
