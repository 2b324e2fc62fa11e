#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of one replica's memory and time, in one list. The protocol's own bounds are in ledger/limits.h.

namespace datadeed::replica {

inline constexpr std::uint64_t tick_period_ms = 20;

// Mempool.
inline constexpr std::size_t pool_transactions_max = 100'000;
inline constexpr std::size_t pool_bytes_max = std::size_t{64} << 20U;
inline constexpr std::size_t pool_member_transactions_max = 256;
inline constexpr std::size_t pool_member_bytes_max = std::size_t{1} << 20U;
inline constexpr std::size_t waiting_clients_max = 16'384;

// Gossip: transactions in one message.
inline constexpr std::size_t gossip_transactions_max = 1024;
inline constexpr std::size_t gossip_bytes_max = std::size_t{1} << 20U;
// How often a transaction that isn't committed is told again, in case a message was lost.
inline constexpr std::uint64_t gossip_again_ms = 1'000;

// Catching up.
inline constexpr std::size_t fetch_blocks_max = 64;         // blocks in one answer
inline constexpr std::size_t fetch_bytes_max = std::size_t{3} << 20U;
inline constexpr std::size_t fetches_in_flight_max = 4;
inline constexpr std::uint64_t fetch_timeout_ms = 1'000;
inline constexpr std::uint64_t status_period_ms = 500;

// Cosigning: checkpoints for which cosignatures are gathered at once.
inline constexpr std::size_t checkpoints_open_max = 64;

// Block time: how far a fresh proposal may be ahead of or behind a voter's clock.
inline constexpr std::uint64_t block_ahead_max_ms = 15'000;
inline constexpr std::uint64_t block_behind_max_ms = 30'000;

}  // namespace datadeed::replica
