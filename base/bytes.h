#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace datadeed {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

// The bytes of a text, borrowed: the view lives as long as what `text` looks at.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The bytes as text, borrowed; nothing is checked.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline Bytes to_bytes(ByteView view) {
    return {view.begin(), view.end()};
}

inline void append(Bytes& to, ByteView more) {
    to.insert(to.end(), more.begin(), more.end());
}

// The bytewise order, for maps from Bytes that are looked up by ByteView.
struct BytesLess {
    using is_transparent = void;
    bool operator()(ByteView a, ByteView b) const { return as_text(a) < as_text(b); }
};

// Lower-case hexadecimal, two digits a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

// Accepts lower-case digits only, an even number of them: a value has one spelling.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view hex);

// As from_hex, for exactly N bytes.
template <std::size_t N>
[[nodiscard]] std::optional<ByteArray<N>> array_from_hex(std::string_view hex) {
    const std::optional<Bytes> bytes = from_hex(hex);
    if (!bytes || bytes->size() != N) return std::nullopt;
    ByteArray<N> array{};
    for (std::size_t i = 0; i < N; ++i) array[i] = (*bytes)[i];
    return array;
}

// Standard base64 (RFC 4648 section 4) with padding.
[[nodiscard]] std::string to_base64(ByteView bytes);

// Strict: padding required, no white space, unused bits zero.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace datadeed
