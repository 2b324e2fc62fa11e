#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "base/types.h"
#include "crypto/sign.h"
#include "ledger/types.h"
#include "node/replica/peer_event.h"

// All that a replica can be told. Values only: an event may be made on one thread and stepped on another.

namespace datadeed::replica {

// Milliseconds of a clock that never goes back and has no meaning between two runs of a process.
using MonotonicMs = Strong<struct MonotonicMsTag>;

// Names one request of the host, so that the answer finds its way. The host picks it; never 0, never used twice.
using RequestToken = Strong<struct RequestTokenTag>;

// Time passes. To be sent at least every tick_period_ms, and before the first other event.
struct Tick {
    MonotonicMs now{};
    TimeMs wall{};  // the machine's clock: for block times and expiry only, it may jump
};

// A message that decode_and_verify has let through.
struct PeerMessage {
    ledger::MemberId peer{};  // the node that the authenticated link belongs to
    PeerEvent message;
};

// A client's transaction that check_transaction has let through. Answers: Accepted at once and one of Committed,
// Refused and NotTaken later; or one of those three at once.
struct SubmitTransaction {
    TransactionPtr transaction{};
    RequestToken token{};
};

// The client of this token no longer waits: no Reply follows. The transaction stays.
struct ForgetRequest {
    RequestToken token{};
};

// An authenticated link to this member is open, or closed. Nothing is sent to a peer that isn't up.
struct PeerUp {
    ledger::MemberId peer{};
};
struct PeerDown {
    ledger::MemberId peer{};
};

// May this node say that it is ready to serve under keys that it has? Answer: ReadyAnswer.
struct ReadyRequest {
    RequestToken token{};
    crypto::PublicKey vote{};  // the key that it is to vote with
};

// What came of a WriteSnapshot.
struct SnapshotWritten {
    std::string folder{};
    bool whole{};
};

// What came of an ArchiveBlocks: the last block that an archive has for good; nothing when it failed.
struct BlocksArchived {
    std::optional<Height> last{};
};

// What came of a CompactBlocks.
struct BlocksCompacted {};

using Event = std::variant<Tick, PeerMessage, SubmitTransaction, ForgetRequest, PeerUp, PeerDown, ReadyRequest,
                           SnapshotWritten, BlocksArchived, BlocksCompacted>;

}  // namespace datadeed::replica
