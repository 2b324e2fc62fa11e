#pragma once

#include <cstddef>

#include "ledger/transaction.h"

namespace datadeed::ledger {

// Checking a signature, or that a new key is one, takes as long as so many usual operations.
inline constexpr std::size_t signature_cost = 25;
inline constexpr std::size_t key_cost = 20;

// The most that applying a transaction takes, refused or not, in the time that the usual operation takes: for each
// operation one, and what the signatures and new keys cost that applying it checks. Its own signature isn't of that.
[[nodiscard]] std::size_t cost_of(const Transaction& transaction);

}  // namespace datadeed::ledger
