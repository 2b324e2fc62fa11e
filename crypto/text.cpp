#include "crypto/text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/bytes.h"
#include "base/cbor.h"

namespace datadeed::crypto {
namespace {

// White_Space of the Unicode character database (PropList.txt) above U+0020, in UTF-8. What stands at or below U+0020
// is looked for by value.
constexpr std::array<std::string_view, 19> spaces{
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
    "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
    "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
};

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20;
}

}  // namespace

std::optional<std::string_view> take_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return line;
}

std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return std::nullopt;
    return text.substr(prefix.size());
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
    // from_chars takes a minus sign for signed types only, and never a plus sign or white space.
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    return value;
}

std::optional<Digest> parse_digest(std::string_view text) {
    const std::optional<Bytes> bytes = from_base64(text);
    Digest digest{};
    if (!bytes || bytes->size() != digest.size()) return std::nullopt;
    std::ranges::copy(*bytes, digest.begin());
    return digest;
}

bool is_plain_text(std::string_view text) {
    return cbor::is_utf8(as_bytes(text)) &&
           std::ranges::none_of(text, [](char c) { return is_control(c) && c != '\n'; });
}

bool is_plain_line(std::string_view text) {
    return !text.empty() && cbor::is_utf8(as_bytes(text)) && std::ranges::none_of(text, is_control);
}

bool has_unicode_space(std::string_view text) {
    if (std::ranges::any_of(text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); })) return true;
    return std::ranges::any_of(spaces, [text](std::string_view space) { return text.contains(space); });
}

}  // namespace datadeed::crypto
