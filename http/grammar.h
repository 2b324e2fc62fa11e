#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

// The characters of HTTP (RFC 9110 section 5.6) and URIs (RFC 3986), and the fields made of them. Pure; any thread.

namespace datadeed::http {

[[nodiscard]] constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_letter_or_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

[[nodiscard]] constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] inline std::string to_lower(std::string_view text) {
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](char c) { return to_lower(c); });
    return lower;
}

[[nodiscard]] inline bool same_in_any_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

[[nodiscard]] constexpr bool is_token_character(char c) {
    return is_letter_or_digit(c) || std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

[[nodiscard]] inline bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

// Visible ASCII, spaces, tabs; bytes above 127 are left out, since nobody agrees on what they mean.
[[nodiscard]] inline bool is_field_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
}

// Whether a header field is well formed and none of those that the writer of a message makes itself.
[[nodiscard]] inline bool may_send(std::string_view name, std::string_view value,
                                   std::span<const std::string_view> own) {
    return is_token(name) && is_field_value(value) &&
           std::ranges::none_of(own, [name](std::string_view made) { return same_in_any_case(made, name); });
}

// Unreserved characters of a URI.
[[nodiscard]] constexpr bool is_unreserved(char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// What may stand in a path segment besides percent-encoded bytes.
[[nodiscard]] constexpr bool is_path_character(char c) {
    return is_unreserved(c) || std::string_view{"!$&'()*+,;=:@"}.find(c) != std::string_view::npos;
}

}  // namespace datadeed::http
