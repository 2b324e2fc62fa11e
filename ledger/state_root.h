#pragma once

#include "ledger/state_tree.h"

namespace datadeed::ledger {

// The state tree after a block, whose root is its header's state root: the tree of the height before with all changes
// but those of indexes (state_keys.h). Otherwise as update().
[[nodiscard]] Result<TreeUpdate, Refusal> update_state_tree(const TreeStore& store, std::optional<std::uint64_t> from,
                                                            const StateChanges& changes, std::uint64_t to);

}  // namespace datadeed::ledger
