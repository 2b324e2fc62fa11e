#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "audit/report.h"
#include "chain/chain_view.h"
#include "crypto/merkle.h"

// What a node keeps beside the blocks to answer from: places of transactions, and the hashes of the log. Proofs are
// made from them, so they must say what the blocks say.

namespace datadeed::audit {

// A transaction of the chain, and where the index must say that it stands.
struct IndexedTransaction {
    ledger::TxId id{};
    chain::TxPlace place{};
};

// Whether the index leads to each of these, which are all, and nowhere else. One walk along the index in its order: to
// look each up would read a block of the database for nearly every one. Names the first of the log that is wrong.
[[nodiscard]] std::optional<FirstBad> check_index(const chain::ChainView& blocks,
                                                  std::vector<IndexedTransaction> transactions);

// Whether every stored tile holds the hashes that the leaves give.
[[nodiscard]] std::optional<FirstBad> check_log(const chain::ChainView& blocks, const crypto::CompactRange& log,
                                                std::span<const Digest> leaves);

}  // namespace datadeed::audit
