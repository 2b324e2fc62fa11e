#include "ledger/state_root.h"

#include "ledger/state_keys.h"

namespace datadeed::ledger {

Result<TreeUpdate, Refusal> update_state_tree(const TreeStore& store, std::optional<std::uint64_t> from,
                                              const StateChanges& changes, std::uint64_t to) {
    return update(store, from, changes, to, &state_keys::is_index);
}

}  // namespace datadeed::ledger
