#include "chain/byte_cache.h"

#include <utility>

#include "crypto/random.h"

namespace datadeed::chain {

// The secret changes which bucket a key falls into, nothing that anybody can see.
ByteCache::ByteCache(std::size_t bytes_max)
    : half_{bytes_max / 2},
      young_{Hash{crypto::random_array<sizeof(crypto::ShortHashKey)>()}},
      old_{young_.entries.hash_function()} {}

void ByteCache::make_room() {
    if (young_.bytes < half_) return;
    Generation fresh{young_.entries.hash_function()};
    old_ = std::exchange(young_, std::move(fresh));
}

const Bytes* ByteCache::find(ByteView key) {
    const auto young = young_.entries.find(key);
    if (young != young_.entries.end()) return &young->second;
    const auto old = old_.entries.find(key);
    if (old == old_.entries.end()) return nullptr;
    auto entry = old_.entries.extract(old);
    const std::size_t bytes = cost(entry.key(), entry.mapped());
    old_.bytes -= bytes;
    make_room();
    young_.bytes += bytes;
    return &young_.entries.insert(std::move(entry)).position->second;
}

const Bytes& ByteCache::put(ByteView key, Bytes value) {
    make_room();
    const auto [entry, is_new] = young_.entries.try_emplace(to_bytes(key));
    if (!is_new) young_.bytes -= cost(key, entry->second);
    young_.bytes += cost(key, value);
    entry->second = std::move(value);
    return entry->second;
}

void ByteCache::erase(ByteView key) {
    erase_from(young_, key);
    erase_from(old_, key);
}

void ByteCache::erase_from(Generation& generation, ByteView key) {
    const auto entry = generation.entries.find(key);
    if (entry == generation.entries.end()) return;
    generation.bytes -= cost(key, entry->second);
    generation.entries.erase(entry);
}

}  // namespace datadeed::chain
