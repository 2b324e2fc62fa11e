#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of one replica's memory and time, in one list. The protocol's own bounds stand in ledger/parameters.h,
// ledger/transaction.h and consensus/limits.h.

namespace datadeed::replica {

inline constexpr std::uint64_t tick_period_ms = 20;

inline constexpr std::size_t pool_transactions_max = 100'000;
inline constexpr std::size_t pool_bytes_max = std::size_t{64} << 20U;  // as signed
inline constexpr std::size_t pool_memory_max = std::size_t{256} << 20U;
// A member's quota of what clients handed in here, and again of what other nodes told; one part in so many of the pool
// is for members of whom nothing else waits.
inline constexpr std::size_t pool_member_transactions_max = 256;
inline constexpr std::size_t pool_member_bytes_max = std::size_t{1} << 20U;
inline constexpr std::size_t pool_member_memory_max = std::size_t{4} << 20U;
inline constexpr std::size_t pool_reserved_parts = 4;
inline constexpr std::size_t waiting_clients_max = 16'384;

// Bytes of transactions that are checked and remembered; and of those of proposals that came out of the journal.
inline constexpr std::size_t checked_memory_max = std::size_t{64} << 20U;
inline constexpr std::size_t recovered_memory_max = std::size_t{16} << 20U;

// What a checked transaction takes beside its bytes and operations; bytes of memory for one of its own that are usual.
inline constexpr std::size_t memory_per_transaction = 512;
inline constexpr std::size_t memory_per_byte = 8;

// Work on transactions, in ledger::applying_cost (about a microsecond each), which votes wait for: of what each
// validator, all observers, and all clients send within tick_period_ms, of one review, and in vain for one block.
inline constexpr std::size_t admit_cost_max = 16'384;
inline constexpr std::size_t admit_small_cost_max = 4'096;  // more, but for observers, of what costs little
inline constexpr std::size_t small_cost_max = 128;
inline constexpr std::size_t admit_observer_cost_max = 2'048;  // of one of them
inline constexpr std::size_t review_cost_max = 4'096;
inline constexpr std::size_t build_refused_cost_max = 4'096;
inline constexpr std::size_t pool_looks_per_unit = 16;  // transactions of a pool that are passed over in a microsecond
// Of the replica's time, one part in so many goes to what one peer tells that would displace others and is refused; so
// much unused time is saved up, counted in all of it.
inline constexpr std::uint64_t displacing_time_parts = 10;
inline constexpr std::uint64_t displacing_saved_ms = 200;
// What has been offered for so long is tried again before a primary is held to it.
inline constexpr std::uint64_t age_tried_ms = 500;

// Tried on one trial state before it is begun anew, and looked at again in one review.
inline constexpr std::size_t trial_transactions_max = 4096;
inline constexpr std::size_t review_transactions_max = 512;
inline constexpr std::size_t review_after_block_max = 64;
// Without a block for so long, and with none in the making, everything that waits is tried again; each of them once in
// so long, on a trial that is begun anew: less than a view lasts at least.
inline constexpr std::uint64_t idle_ms = 100;
inline constexpr std::uint64_t trial_lives_ms = 250;

// Bytes of transactions in a block that this node proposes, if the chain's parameter says no less. A payload is larger.
inline constexpr std::size_t build_bytes_max = std::size_t{1} << 20U;
// And their work, in ledger::block_cost: a quarter of what the protocol allows, since all wait for all that is in it.
inline constexpr std::size_t build_cost_max = 32'768;
// Once all that waits of a member is in a block, no other's transaction begins beyond that member's work or this (some
// ten usual ones), whichever is more; the one that crosses it still goes in. Nor for so long in the blocks after it.
inline constexpr std::size_t build_member_cost_max = 512;
inline constexpr std::uint64_t share_bound_ms = 100;
// Members whose next one costs more than is left, until a block is full.
inline constexpr std::size_t build_passed_over_max = 64;

inline constexpr std::size_t gossip_transactions_max = 1024;  // in one message
inline constexpr std::size_t gossip_bytes_max = std::size_t{1} << 20U;
inline constexpr std::size_t gossip_bad_max = 16;  // until its rest isn't looked at: a correct node sends none
// How often what isn't committed is told again, in case a message was lost: some times before it demotes a primary.
inline constexpr std::uint64_t gossip_again_ms = 300;
// What a peer told, and isn't decided for so long, is passed on to the primary: long before it demotes one.
inline constexpr std::uint64_t gossip_pass_on_ms = 50;
// Of what waits long, or of what a new primary is told, looked at for one message.
inline constexpr std::size_t gossip_again_max = 256;
// A primary is held to what a node tells when it can have checked what that told before: so long each, in all at most.
inline constexpr std::uint64_t gossip_transaction_us = 300;  // a quarter of a thread (gossip_time_parts), 75 µs each
inline constexpr std::uint64_t gossip_lag_max_ms = 5'000;

// How often consensus is told of work, and how long a proposal counts as being decided.
inline constexpr std::uint64_t work_period_ms = 1'000;
inline constexpr std::uint64_t proposal_settles_ms = 1'000;

// Catching up.
inline constexpr std::size_t fetch_blocks_max = 64;  // blocks in one answer
inline constexpr std::size_t fetch_bytes_max = std::size_t{3} << 20U;
inline constexpr std::size_t fetches_in_flight_max = 4;
inline constexpr std::size_t fetches_late_max = 16;  // unanswered in time, and taken in if they are answered after all
inline constexpr std::uint64_t fetch_timeout_ms = 1'000;
inline constexpr std::uint64_t fetch_shun_ms = 2'000;  // for a peer that didn't answer, twice as long each time
inline constexpr std::uint64_t fetch_shun_doublings_max = 2;
inline constexpr std::uint64_t blame_again_ms = 60'000;   // until a peer that goes on is named in the log again
inline constexpr std::uint64_t fetch_reject_ms = 60'000;  // for a peer whose blocks were not what was certified
inline constexpr std::uint64_t far_behind_blocks = 8;     // a lag that votes won't mend
inline constexpr std::uint64_t voter_patience_ms = 200;   // before a voting validator fetches
inline constexpr std::uint64_t tip_period_ms = 500;       // between messages that tell our tip

// A peer whose last block isn't ours is asked for it no more often; who has seen a fork shows it to all for so long.
inline constexpr std::uint64_t fork_ask_ms = 10'000;
inline constexpr std::uint64_t fork_tell_ms = 1'000;

// Snapshots: after so many transactions one is written, unless a node is told otherwise; one that spares half as many
// is worth fetching.
inline constexpr std::uint64_t snapshot_every_default = 100'000;
// What fetching and installing a part of the usual size costs: as much as executing so many transactions.
inline constexpr std::uint64_t snapshot_part_transactions = 200;
// A validator skips blocks only if a vote of its own stands in one of so many certificates, its last.
inline constexpr std::uint64_t own_vote_within_blocks = 256;
// Giving a part away costs more than its bytes: it is read and hashed. It counts so many times.
inline constexpr std::size_t serve_part_factor = 2;
// What is asked of each peer at once, and for how long is waited: for an answer, for any part at all, and for parts
// from anybody but whoever offered it.
inline constexpr std::size_t snapshot_parts_per_peer = 4;
inline constexpr std::uint64_t snapshot_timeout_ms = 3'000;
inline constexpr std::uint64_t snapshot_patience_ms = 20'000;
inline constexpr std::uint64_t snapshot_alone_ms = 60'000;
// For so long blocks aren't asked for while a manifest is awaited, and for each part that comes.
inline constexpr std::uint64_t snapshot_offer_ms = 1'000;
inline constexpr std::uint64_t snapshot_part_ms = 200;
// For so long nobody has had the next block until any snapshot is worth it.
inline constexpr std::uint64_t snapshot_lack_ms = 5'000;
// A block that others have said for so long not to keep is gone for good; how long nobody may have looked meanwhile.
inline constexpr std::uint64_t blocks_gone_ms = 60'000;
inline constexpr std::uint64_t blocks_gone_pause_ms = 10'000;
// Blocks that couldn't be archived are tried again after so long. The operator is told for which validators old blocks
// stay after so long, and of others not before so much more has passed.
inline constexpr std::uint64_t archive_retry_ms = 60'000;
inline constexpr std::uint64_t pruning_patience_ms = 10'000;
inline constexpr std::uint64_t pruning_told_ms = 60'000;

// Answering those who catch up: bytes a second for each peer and for all, and what an answer, or a block in one, counts
// as if it is smaller (finding it costs more than its bytes then).
inline constexpr std::uint64_t serve_bytes_per_second = std::uint64_t{16} << 20U;
inline constexpr std::uint64_t serve_bytes_per_second_all = std::uint64_t{64} << 20U;
inline constexpr std::uint64_t serve_saved_ms = 125;  // of that: what is answered in one step keeps votes waiting
inline constexpr std::size_t serve_bytes_min = std::size_t{8} << 10U;
// Questions of one peer that wait for their turn: as many as an honest one has under way.
inline constexpr std::size_t questions_waiting_max = fetches_in_flight_max + snapshot_parts_per_peer + 1;

// Cosigning: the first block of each window of block time; checkpoints for which cosignatures are gathered at once.
inline constexpr std::uint64_t cosign_window_ms = 100;
inline constexpr std::uint64_t cosign_again_ms = 1'000;
inline constexpr std::size_t checkpoints_open_max = 64;

// Block time: how far a fresh proposal may be ahead of or behind a voter's clock.
inline constexpr std::uint64_t block_ahead_max_ms = 15'000;
inline constexpr std::uint64_t block_behind_max_ms = 30'000;

}  // namespace datadeed::replica
