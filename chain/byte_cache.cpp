#include "chain/byte_cache.h"

#include <utility>

namespace datadeed::chain {

void ByteCache::make_room() {
    if (young_bytes_ < half_) return;
    old_ = std::exchange(young_, {});
    old_bytes_ = std::exchange(young_bytes_, 0);
}

const Bytes* ByteCache::find(ByteView key) {
    const auto young = young_.find(key);
    if (young != young_.end()) return &young->second;
    const auto old = old_.find(key);
    if (old == old_.end()) return nullptr;
    auto entry = old_.extract(old);
    old_bytes_ -= cost(entry.key(), entry.mapped());
    make_room();
    young_bytes_ += cost(entry.key(), entry.mapped());
    return &young_.insert(std::move(entry)).position->second;
}

void ByteCache::put(ByteView key, Bytes value) {
    erase(key);
    make_room();
    young_bytes_ += cost(key, value);
    young_.emplace(to_bytes(key), std::move(value));
}

void ByteCache::erase(ByteView key) {
    if (const auto young = young_.find(key); young != young_.end()) {
        young_bytes_ -= cost(key, young->second);
        young_.erase(young);
    } else if (const auto old = old_.find(key); old != old_.end()) {
        old_bytes_ -= cost(key, old->second);
        old_.erase(old);
    }
}

}  // namespace datadeed::chain
