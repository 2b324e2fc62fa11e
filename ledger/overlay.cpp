#include "ledger/overlay.h"

#include <utility>

namespace datadeed::ledger {

std::optional<Bytes> Overlay::get(ByteView key) const {
    const auto changed = changes_.find(key);
    return changed != changes_.end() ? changed->second : below_->get(key);
}

void Overlay::put(ByteView key, Bytes value) {
    changes_.insert_or_assign(to_bytes(key), std::move(value));
}

void Overlay::erase(ByteView key) {
    changes_.insert_or_assign(to_bytes(key), std::nullopt);
}

void Overlay::merge(Overlay& above) {
    // What stays in `above` after merging are keys that both have: the newer value wins.
    changes_.merge(above.changes_);
    for (auto& [key, value] : above.changes_) changes_[key] = std::move(value);
    above.changes_.clear();
}

StateChanges Overlay::take_changes() {
    StateChanges taken;
    taken.merge(changes_);
    return taken;
}

}  // namespace datadeed::ledger
