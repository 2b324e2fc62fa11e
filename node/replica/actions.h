#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/types.h"
#include "chain/error.h"
#include "ledger/error.h"
#include "ledger/types.h"
#include "node/replica/epochs.h"
#include "node/replica/events.h"
#include "node/replica/store_work.h"

// All that a replica asks of its host, to be done in the order given. Whatever had to be durable first already is.

namespace datadeed::replica {

// What a send queue that is full may throw away first. Everything is sent again when it matters, so losing any of it
// costs time only.
enum class Lane : std::uint8_t {
    votes,   // small; consensus waits for it
    blocks,  // proposals, certified blocks, bodies
    gossip,  // transactions, cosignatures
};

// One message to some peers, who are all up. The bytes are shared and never change.
struct SendTo {
    std::vector<ledger::MemberId> peers{};
    std::shared_ptr<const Bytes> bytes{};
    Lane lane{Lane::votes};
};

// The transaction has passed what can be checked now and waits to be ordered. Another answer follows.
struct Accepted {
    ledger::TxId tx{};
};

// The transaction is final: it stands in a certified block that this node has stored.
struct Committed {
    ledger::TxId tx{};
    Height height{};
    std::uint64_t log_index{};  // in the log, from 0
    TimeMs time{};              // of the block
};

// The ledger's rules refuse it; the same answer from every node in the same state. It isn't in the log.
struct Refused {
    ledger::TxId tx{};
    ledger::Refusal refusal{};
};

// It can't be taken now; trying again later may work.
enum class Busy : std::uint8_t {
    pool_full,            // all of the pool is in use
    member_has_too_many,  // this member's part of the pool is in use
    too_many_waiting,     // as many clients wait for answers as may
    too_much_at_once,     // what came before it in the same moment costs more than is tried at once
};
struct NotTaken {
    ledger::TxId tx{};
    Busy reason{};
};

using Outcome = std::variant<Accepted, Committed, Refused, NotTaken>;

struct Reply {
    RequestToken token{};
    Outcome outcome{};
};

// A block became final and durable here.
struct BlockCommitted {
    Height height{};
    Digest hash{};
    TimeMs time{};
    std::uint64_t transactions{};
    std::uint64_t bytes{};  // of its transactions
    std::uint32_t epoch{};  // of its certificate,
    std::uint32_t view{};   // and which view of it
    bool caught_up{};       // fetched from a peer, not ordered with this node's part
};

// Replica::status() differs from what it was in more than heights and sizes.
struct StatusChanged {};

// A line for the log. `name` is stable and dotted, as in "view.entered".
struct LogEvent {
    enum class Level : std::uint8_t { debug, info, warning, error };
    Level level{Level::info};
    std::string name{};
    std::vector<std::pair<std::string, std::string>> fields{};
};

// A validator contradicted itself: to be kept and shown, until somebody puts it on the chain. Nothing rests on it.
struct EvidenceFound {
    ledger::MemberId accused{};
    Bytes evidence{};  // the encoding of consensus::Evidence
};

// The process must end, now and without writing anything more: going on could break a promise.
struct Halt {
    std::string code{};    // stable and dotted, as in "consensus.two_certificates"
    std::string reason{};  // what happened and why, for people
    std::string hint{};    // what to do
};
// A store that failed or contradicts itself.
[[nodiscard]] Halt to_halt(const chain::Error& error);
// More than f validators lie: the chain has forked, or may.
[[nodiscard]] Halt two_certificates();
[[nodiscard]] Halt two_prepared();

// A snapshot of this height has come whole: the replica has ended. The host is to let it go and to start it again, on
// databases that chain::take_over_snapshot has put in place.
struct StartAgain {
    Height height{};
};

// Others serve from now on: whose links are welcome, whose votes count. The host must know before it hands in what is
// said to them or by them.
struct EpochBegan {
    Epochs epochs{};
};

// Whether this node may say that it is ready at `height` (ledger/readiness.h): it has executed what the others have,
// and has a vote file, so that the folder of a validator without one is known to be a new one, or to have lost it.
struct ReadyAnswer {
    RequestToken token{};
    Height height{};
    std::string code{};    // why not: stable and dotted; empty when it may
    std::string reason{};  // for people
    std::string hint{};    // what to do
};

using Action = std::variant<SendTo, Reply, BlockCommitted, StatusChanged, LogEvent, EvidenceFound, Halt, EpochBegan,
                            ReadyAnswer, WriteSnapshot, ArchiveBlocks, CompactBlocks, StartAgain>;

}  // namespace datadeed::replica
