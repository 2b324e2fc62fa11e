#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "chain/error.h"
#include "chain/evidence_judge.h"
#include "crypto/merkle.h"
#include "ledger/block.h"
#include "ledger/execution.h"
#include "ledger/state_tree.h"
#include "ledger/transaction.h"

// What a block does to a state: all that must be computed before it can be voted on or written.

namespace datadeed::chain {

// What a block stands on: the state after the block before. Borrowed. For the first block it's the state of genesis.
struct ExecutionBase {
    const ledger::StateView& state;
    const ledger::TreeStore& tree;
    const crypto::CompactRange& log;
    Height height{};  // of that state
    const ledger::EvidenceJudge& judge{evidence_judge()};
};

// Borrowed: transactions are dear to copy.
using TransactionRef = std::reference_wrapper<const ledger::VerifiedTransaction>;

struct Executed {
    ledger::StateChanges changes{};
    ledger::TreeUpdate tree{};
    crypto::CompactRange log{};
    ledger::BlockRoots roots{};
};

// The second half of executing: from the changes and leaf hashes of the transactions that applied to the roots. For
// those who build blocks; `height` is the new block's.
[[nodiscard]] Result<Executed, ledger::Refusal> conclude(const ExecutionBase& base, ledger::StateChanges changes,
                                                         std::span<const Digest> leaf_hashes, Height height);

// A whole block: its transactions must not cost too much (ledger::BlockCost), every one must apply, and the roots must
// be those of the header, else the first refusal. Links to the block before (ledger::check_link) are the caller's.
[[nodiscard]] Result<Executed, ledger::Refusal> execute(const ExecutionBase& base, const ledger::BlockHeader& header,
                                                        std::span<const TransactionRef> transactions,
                                                        std::span<const Digest> leaf_hashes);

// The state of a genesis document as height 0.
[[nodiscard]] Result<Executed, ledger::Refusal> execute_genesis(const ledger::StateChanges& genesis_state,
                                                                const ledger::TreeStore& empty);

}  // namespace datadeed::chain
