#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "node/replica/wire.h"

// The bounds of what others make this process do before the replica sees it. Those of links are in net::Limits, those
// of HTTP in http::ServerLimits, those of one replica in replica/limits.h.

namespace datadeed::node {

// Memory from the network until the replica is done with a message: a share for each sender. The first two are divided
// among those who have it, but each has room for the largest message.
inline constexpr std::size_t validators_bytes = std::size_t{64} << 20U;
inline constexpr std::size_t observers_bytes = std::size_t{16} << 20U;
inline constexpr std::size_t clients_bytes = std::size_t{16} << 20U;  // all clients together

// What a piece of work counts beyond its bytes: the memory around it, and the trouble with small ones.
inline constexpr std::size_t work_overhead = 1024;
inline constexpr std::size_t peer_bytes_min = replica::wire_size_max + work_overhead;

// The part of a peer's share behind which its gossip is dropped: the rest is for votes and blocks.
inline constexpr std::size_t gossip_part = 2;  // one half

// How long a key is refused unseen after its member's quota was found full, and how many such keys are remembered.
inline constexpr std::chrono::milliseconds throttle_time{50};
inline constexpr std::size_t throttled_keys_max = 4'096;

// While both wait, validators get so many bytes of work for each byte of observers and clients.
inline constexpr std::size_t validators_part = 8;
// Among queues of one rank, each gets so many bytes' worth of turns a round, whatever the size of its messages.
inline constexpr std::size_t turn_bytes = std::size_t{16} << 10U;

// Messages of validators that don't wait for large ones: a vote without a block, a tip, a question; less than a
// millisecond's work even when it's all signatures.
inline constexpr std::size_t small_cost_max = (std::size_t{4} << 10U) + work_overhead;

// Of one thread's time for checking and what follows, a peer gets one part in so many: for small messages, of which an
// honest validator sends some hundred a second, and answers that nobody asked for; for gossip, of which an honest one
// with all clients of a loaded chain sends a fifth; and for all others. Unused time is saved up for so long. A message,
// and each transaction of gossip, counts at least so much, since others have work with it too: who decrypts it, and the
// replica.
inline constexpr unsigned small_time_parts = 8;
inline constexpr unsigned gossip_time_parts = 4;
inline constexpr unsigned large_time_parts = 2;
inline constexpr std::chrono::microseconds time_saved_max{1'000'000};
inline constexpr std::chrono::microseconds message_time_min{50};
inline constexpr std::chrono::microseconds transaction_time_min{25};
// Answers with blocks or snapshots that this node has asked a peer for don't count; so many may be due.
inline constexpr std::size_t answers_due_max = 16;

// So many bad messages or transactions from one peer within so long: its link is closed. A correct node sends none.
inline constexpr std::size_t bad_messages_max = 16;
inline constexpr std::uint64_t bad_messages_ms = 10'000;

// Evidence against validators that waits to be put on the chain: pieces, and bytes of all together.
inline constexpr std::size_t evidence_kept_max = 256;
inline constexpr std::size_t evidence_kept_bytes_max = std::size_t{16} << 20U;
// Of one kind, by one validator in one epoch: one convicts, and what is on the chain makes room for the next. So a liar
// can't fill the places of others.
inline constexpr std::size_t evidence_kept_alike_max = 4;
// Of those among them that are too long for the chain: nobody can report them, so they go only when their offence is on
// the chain by other evidence, or enough of its kind is.
inline constexpr std::size_t evidence_kept_long_bytes_max = std::size_t{4} << 20U;

}  // namespace datadeed::node
