#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"

namespace datadeed::chain {

// Values used lately, by key, within a bound of bytes. Two generations: a hit moves to the young one, and when that
// holds half of the bound, the old one is dropped and they change places. No list to keep, every step O(1). One thread.
class ByteCache {
public:
    explicit ByteCache(std::size_t bytes_max) : half_{bytes_max / 2} {}

    // Borrowed until the next call of anything here.
    [[nodiscard]] const Bytes* find(ByteView key);
    void put(ByteView key, Bytes value);
    void erase(ByteView key);

    // Counted: keys, values and entry_overhead each. At most the bound and one entry.
    [[nodiscard]] std::size_t bytes() const { return young_bytes_ + old_bytes_; }

    static constexpr std::size_t entry_overhead = 112;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(ByteView key) const { return std::hash<std::string_view>{}(as_text(key)); }
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(ByteView a, ByteView b) const { return as_text(a) == as_text(b); }
    };
    using Map = std::unordered_map<Bytes, Bytes, Hash, Equal>;

    static std::size_t cost(ByteView key, ByteView value) { return key.size() + value.size() + entry_overhead; }
    void make_room();

    std::size_t half_;
    Map young_;
    Map old_;
    std::size_t young_bytes_{0};
    std::size_t old_bytes_{0};
};

}  // namespace datadeed::chain
