#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/types.h"
#include "ledger/error.h"
#include "ledger/node_change.h"
#include "ledger/state.h"
#include "ledger/validators.h"

// The rules of a change of nodes. Pure; as many threads as the state behind allows.

namespace datadeed::ledger {

// The word of a node that is to vote is no older than this many blocks when it's proposed.
inline constexpr std::uint64_t readiness_blocks_max = 100'000;

// The rules of form: keys that fit the kind, a signature for each, none for two purposes.
[[nodiscard]] Result<void, Refusal> check(const NodeChange& change);

// What the change would make of these nodes, or the first rule that it breaks: who may serve, whose the keys are, how
// many there may be. Asked when it's proposed and again when it's adopted. The form was checked before.
[[nodiscard]] Result<ValidatorSet, Refusal> nodes_after(const NodeChange& change, const ValidatorSet& nodes,
                                                        const StateView& state);

// Whether the node's word is of a lower height than this block's, fresh if the node is to vote, and signed by all keys.
// An observer's may be of any age: before the chain names it, it may have no way to follow. Nothing is asked of a
// change without keys.
[[nodiscard]] Result<void, Refusal> check_readiness(const NodeChange& change, const ChainId& chain, Height height);

}  // namespace datadeed::ledger
