#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace datadeed::crypto {

// Entropy from the operating system, through libsodium. The one impure header of this room: key generation and the
// outer programs include it, nothing that must be repeatable does. Any thread may call.

void fill(std::span<std::uint8_t> out);

template <std::size_t N>
[[nodiscard]] ByteArray<N> random_array() {
    ByteArray<N> out{};
    fill(out);
    return out;
}

}  // namespace datadeed::crypto
