#pragma once

#include <cstddef>
#include <cstdint>

#include "base/fields.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// No genesis may allow more bytes of transactions in a block: the messages that carry a block have a little more room.
inline constexpr std::size_t block_bytes_limit = std::size_t{1} << 20U;

// What a chain decides for itself in its genesis document. Times in milliseconds. The ranges stand in genesis.cpp
// and in docs/protocol.md.
struct Parameters {
    // Whoever holds more than this share of a data set alone decides over it.
    ShareBp quorum_bp{5'000};

    // Replay protection: how many nonces of a member are remembered, how long before the block's time a nonce may be,
    // and how far ahead.
    std::uint64_t nonce_window{256};
    std::uint64_t nonce_age_max_ms{std::uint64_t{24} * 60 * 60 * 1000};
    std::uint64_t nonce_ahead_max_ms{std::uint64_t{10} * 60 * 1000};

    // How long after the first anchor of a pair the other side's silence shows as UNMATCHED, and when it's final.
    std::uint64_t log_match_window_ms{std::uint64_t{24} * 60 * 60 * 1000};
    std::uint64_t log_expiry_window_ms{std::uint64_t{30} * 24 * 60 * 60 * 1000};

    // The most that a block may hold: bytes of all its transactions together, and how many.
    std::uint64_t block_bytes_max{block_bytes_limit};
    std::uint64_t block_transactions_max{4096};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("quorum_bp", self.quorum_bp);
        visit("nonce_window", self.nonce_window);
        visit("nonce_age_max_ms", self.nonce_age_max_ms);
        visit("nonce_ahead_max_ms", self.nonce_ahead_max_ms);
        visit("log_match_window_ms", self.log_match_window_ms);
        visit("log_expiry_window_ms", self.log_expiry_window_ms);
        visit("block_bytes_max", self.block_bytes_max);
        visit("block_transactions_max", self.block_transactions_max);
    }
    friend bool operator==(const Parameters&, const Parameters&) = default;
};

}  // namespace datadeed::ledger
