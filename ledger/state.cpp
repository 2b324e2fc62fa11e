#include "ledger/state.h"

#include <algorithm>

namespace datadeed::ledger {

std::optional<Bytes> MapState::get(ByteView key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) return std::nullopt;
    return found->second;
}

StateReader::Walk StateReader::walk(ByteView prefix, ByteView after, std::size_t limit, std::size_t /*looks*/) const {
    std::vector<Entry> entries = scan(prefix, after, limit);
    const std::size_t looked = entries.size();
    return {.entries = std::move(entries), .looked = looked, .stopped = {}};
}

std::vector<StateReader::Entry> MapState::scan(ByteView prefix, ByteView after, std::size_t limit) const {
    std::vector<Entry> entries;
    auto at = after.empty() ? values_.lower_bound(prefix) : values_.upper_bound(after);
    for (; at != values_.end() && entries.size() < limit; ++at) {
        const ByteView key = at->first;
        if (key.size() < prefix.size() || !std::ranges::equal(key.first(prefix.size()), prefix)) break;
        entries.push_back({.key = at->first, .value = at->second});
    }
    return entries;
}

void MapState::apply(const StateChanges& changes) {
    for (const auto& [key, value] : changes) {
        if (value) {
            values_.insert_or_assign(key, *value);
        } else {
            values_.erase(key);
        }
    }
}

}  // namespace datadeed::ledger
