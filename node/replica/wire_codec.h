#pragma once

#include <cstddef>
#include <span>

#include "node/replica/checked.h"
#include "node/replica/wire.h"

namespace datadeed::replica {

// A WireMessage of votes or transactions, without a copy of what is in it.
[[nodiscard]] Bytes encode_votes(const consensus::Message& message);
[[nodiscard]] Bytes encode_transactions(std::span<const TransactionPtr> transactions);
// Where a message that begins with this one must end, to stay within the limits of gossip.
[[nodiscard]] std::size_t end_of_gossip(std::span<const TransactionPtr> transactions, std::size_t begin);

}  // namespace datadeed::replica
