#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "audit/checked_block.h"
#include "audit/report.h"
#include "chain/chain_view.h"
#include "crypto/merkle.h"

// What a node keeps beside the blocks to answer from: places of transactions, and the hashes of the log. Proofs are
// made from them, so they must say what the blocks say.

namespace datadeed::audit {

// Whether each transaction of the block is found where it stands; `first` is the log index of the block's first.
[[nodiscard]] std::optional<FirstBad> check_index(const chain::ChainView& blocks, const CheckedBlock& block,
                                                  std::uint64_t first);

// Whether every stored tile holds the hashes that the leaves give.
[[nodiscard]] std::optional<FirstBad> check_log(const chain::ChainView& blocks, const crypto::CompactRange& log,
                                                std::span<const Digest> leaves);

}  // namespace datadeed::audit
