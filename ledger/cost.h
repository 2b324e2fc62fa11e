#pragma once

#include <cstddef>

#include "base/result.h"
#include "ledger/error.h"
#include "ledger/transaction.h"

// What work a transaction makes, known from its own words before anything is read: no bound of bytes or numbers is one
// of time. In units of about a microsecond; bench/operation_bench.cpp measures what a unit is. The protocol counts by
// them what a block holds, and a node what it tries. Pure; any thread.

namespace datadeed::ledger {

// Checking a signature, or that a new key is one.
inline constexpr std::size_t signature_cost = 75;
inline constexpr std::size_t key_cost = 40;
// What every transaction takes before its operations: the signer's key, the chain's parameters, and the nonces, one
// leaf of each signer.
inline constexpr std::size_t transaction_base_cost = 15;

// The most that applying it takes, refused or not: what it reads, writes into an overlay, and checks. Its own signature
// isn't of that.
[[nodiscard]] std::size_t applying_cost(const Transaction& transaction);

// No transaction of a right form costs more: to be applied, and in a block.
inline constexpr std::size_t transaction_cost_max = 16'384;
inline constexpr std::size_t transaction_block_cost_max = 24'576;

// The most that it takes as part of a block: to be applied, and each record that it writes hashed into the state's
// tree.
[[nodiscard]] std::size_t block_cost(const Transaction& transaction);

// A block of more is none (`block.costs_too_much`), so that executing one takes a fraction of the first of all
// timeouts. (Checking the signatures isn't of that: mostly gossip brought them before.) Some 2,400 usual transactions;
// more than any one transaction can cost.
inline constexpr std::size_t block_cost_max = 131'072;

// What the transactions of one block cost so far. One thread.
class BlockCost {
public:
    // Refusal: block.costs_too_much, when the block then would; nothing is counted.
    [[nodiscard]] Result<void, Refusal> add(const Transaction& transaction);

private:
    std::size_t cost_{0};
};

}  // namespace datadeed::ledger
