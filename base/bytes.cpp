#include "base/bytes.h"

#include <algorithm>

namespace datadeed {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::uint8_t> digit_value(std::string_view digits, char c) {
    const std::size_t at = digits.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    return static_cast<std::uint8_t>(at);
}

// Decodes one group of four characters, of which the last `padding` are '='.
bool decode_group(std::string_view group, std::size_t padding, Bytes& out) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const bool padded = i >= 4 - padding;
        const std::optional<std::uint8_t> value = padded ? std::uint8_t{0} : digit_value(base64_digits, group[i]);
        if (!value || (padded && group[i] != '=')) return false;
        bits = (bits << 6U) | *value;
    }
    const std::uint32_t unused = padding == 2 ? 0xFFFFU : (padding == 1 ? 0xFFU : 0U);
    if ((bits & unused) != 0) return false;
    for (std::size_t i = 0; i < 3 - padding; ++i) out.push_back(static_cast<std::uint8_t>(bits >> (16 - 8 * i)));
    return true;
}

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        hex.push_back(hex_digits[byte >> 4U]);
        hex.push_back(hex_digits[byte & 0x0FU]);
    }
    return hex;
}

std::optional<Bytes> from_hex(std::string_view hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const std::optional<std::uint8_t> high = digit_value(hex_digits, hex[i]);
        const std::optional<std::uint8_t> low = digit_value(hex_digits, hex[i + 1]);
        if (!high || !low) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>((*high << 4U) | *low));
    }
    return bytes;
}

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k) bits = (bits << 8U) | (k < have ? bytes[i + k] : 0U);
        for (std::size_t k = 0; k < 4; ++k) {
            text.push_back(k <= have ? base64_digits[(bits >> (18 - 6 * k)) & 0x3FU] : '=');
        }
    }
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const std::string_view group = text.substr(i, 4);
        const bool last = i + 4 == text.size();
        const std::size_t padding = !last || group[3] != '=' ? 0 : (group[2] == '=' ? 2 : 1);
        if (!decode_group(group, padding, bytes)) return std::nullopt;
    }
    return bytes;
}

}  // namespace datadeed
