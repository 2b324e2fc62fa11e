#pragma once

#include <cstddef>
#include <unordered_map>

#include "base/bytes.h"
#include "crypto/short_hash.h"

namespace datadeed::chain {

// Values used lately, by key, within a bound of bytes. Two generations: a hit moves to the young one, and when that
// holds half of the bound, the old one is dropped and they change places. No list to keep, every step O(1), whatever
// keys a stranger chooses: they are hashed by SipHash under a secret of this cache. One thread.
class ByteCache {
public:
    explicit ByteCache(std::size_t bytes_max);

    // Borrowed until the next call of anything here, both.
    [[nodiscard]] const Bytes* find(ByteView key);
    const Bytes& put(ByteView key, Bytes value);
    void erase(ByteView key);

    // Counted: keys, values and entry_overhead each. At most the bound and one entry.
    [[nodiscard]] std::size_t bytes() const { return young_.bytes + old_.bytes; }

    static constexpr std::size_t entry_overhead = 112;

private:
    struct Hash {
        using is_transparent = void;
        crypto::ShortHashKey secret{};
        std::size_t operator()(ByteView key) const { return crypto::short_hash(key, secret); }
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(ByteView a, ByteView b) const { return as_text(a) == as_text(b); }
    };
    struct Generation {
        explicit Generation(const Hash& hash) : entries{0, hash} {}
        std::unordered_map<Bytes, Bytes, Hash, Equal> entries;
        std::size_t bytes{0};
    };

    static std::size_t cost(ByteView key, ByteView value) { return key.size() + value.size() + entry_overhead; }
    static void erase_from(Generation& generation, ByteView key);
    void make_room();

    std::size_t half_;
    // What is in both is right in the young one.
    Generation young_;
    Generation old_;
};

}  // namespace datadeed::chain
