#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/types.h"

// What the C2SP text formats share. Inside this room only.

namespace datadeed::crypto {

// Takes the first line off `rest` and gives it without its newline; nothing when no newline is left.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& rest);

// What follows `prefix`, when the text begins with it.
[[nodiscard]] std::optional<std::string_view> after(std::string_view text, std::string_view prefix);

// A number in decimal in its one spelling: no sign, no leading zero but for 0 itself.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

// A hash in base64.
[[nodiscard]] std::optional<Digest> parse_digest(std::string_view text);

// Valid UTF-8 without control characters below U+0020 except newlines.
[[nodiscard]] bool is_plain_text(std::string_view text);

// As is_plain_text, not empty and without newlines.
[[nodiscard]] bool is_plain_line(std::string_view text);

// Whether valid UTF-8 has a character of Unicode's White_Space property.
[[nodiscard]] bool has_unicode_space(std::string_view text);

}  // namespace datadeed::crypto
