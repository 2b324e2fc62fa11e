#pragma once

#include <cstdint>

#include "base/bytes.h"

// Numbers in keys and frames: fixed size, big end first, so that keys sort as what they count.

namespace datadeed::chain {

inline void put_u32(Bytes& to, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}

inline void put_u64(Bytes& to, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}

// The first 4 or 8 bytes, which must be there.
[[nodiscard]] inline std::uint32_t u32_at(ByteView bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8U | bytes[i];
    return value;
}

[[nodiscard]] inline std::uint64_t u64_at(ByteView bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8U | bytes[i];
    return value;
}

}  // namespace datadeed::chain
