#include "ledger/overlay.h"

#include <algorithm>
#include <utility>

namespace datadeed::ledger {

bool Overlay::Less::operator()(ByteView a, ByteView b) const {
    return std::ranges::lexicographical_compare(a, b);
}

std::optional<Bytes> Overlay::get(ByteView key) const {
    if (const auto changed = changes_.find(key); changed != changes_.end()) return changed->second;
    const auto read = reads_.find(key);
    if (read != reads_.end()) return read->second;
    return reads_.emplace(to_bytes(key), below_->get(key)).first->second;
}

void Overlay::put(ByteView key, Bytes value) {
    changes_.insert_or_assign(to_bytes(key), std::move(value));
}

void Overlay::erase(ByteView key) {
    changes_.insert_or_assign(to_bytes(key), std::nullopt);
}

void Overlay::merge(StateChanges changes) {
    // What stays in `changes` after merging are keys that both have: the newer value wins.
    changes_.merge(changes);
    for (auto& [key, value] : changes) changes_[key] = std::move(value);
}

StateChanges Overlay::take_changes() {
    StateChanges taken;
    taken.merge(changes_);
    changes_.clear();
    return taken;
}

}  // namespace datadeed::ledger
