#include <algorithm>

#include "base/cbor.h"
#include "http/grammar.h"
#include "http/message.h"

namespace datadeed::http {
namespace {

// A query of more parameters is no question of ours.
constexpr std::size_t parameters_max = 32;

std::optional<unsigned> digit_value(char c) {
    if (is_digit(c)) return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
    return std::nullopt;
}

// Decodes what consists of allowed characters and percent-encoded bytes. Control characters have no business in a name
// or a number, and reach logs and terminals from here; so they are refused, encoded as they may be.
template <class IsAllowed>
std::optional<std::string> decode(std::string_view text, IsAllowed is_allowed) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) return std::nullopt;
            const std::optional<unsigned> high = digit_value(text[i + 1]);
            const std::optional<unsigned> low = digit_value(text[i + 2]);
            if (!high || !low) return std::nullopt;
            c = static_cast<char>(*high * 16U + *low);
            i += 2;
        } else if (!is_allowed(c)) {
            return std::nullopt;
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
        out.push_back(c);
    }
    if (!cbor::is_utf8(as_bytes(out))) return std::nullopt;
    return out;
}

bool is_query_character(char c) {
    return (is_path_character(c) || c == '/' || c == '?') && c != '+' && c != '&' && c != '=';
}

std::optional<std::vector<NameValue>> parse_query(std::string_view text) {
    std::vector<NameValue> query;
    while (!text.empty()) {
        const std::size_t size = std::min(text.find('&'), text.size());
        const std::string_view piece = text.substr(0, size);
        if (size + 1 == text.size()) return std::nullopt;  // ends in an ampersand
        text.remove_prefix(std::min(size + 1, text.size()));
        const std::size_t equals = std::min(piece.find('='), piece.size());
        const auto is_value_character = [](char c) { return is_query_character(c) || c == '='; };
        std::optional<std::string> name = decode(piece.substr(0, equals), is_query_character);
        std::optional<std::string> value = decode(piece.substr(std::min(equals + 1, piece.size())), is_value_character);
        if (!name || name->empty() || !value || query.size() == parameters_max) return std::nullopt;
        if (std::ranges::find(query, *name, &NameValue::first) != query.end()) return std::nullopt;
        query.emplace_back(std::move(*name), std::move(*value));
    }
    return query;
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
    const std::size_t path_size = std::min(target.find('?'), target.size());
    std::string_view path = target.substr(0, path_size);
    if (!path.starts_with('/')) return std::nullopt;
    Target parsed;
    path.remove_prefix(1);
    while (true) {
        const std::size_t size = std::min(path.find('/'), path.size());
        std::optional<std::string> segment = decode(path.substr(0, size), is_path_character);
        if (!segment) return std::nullopt;
        parsed.path.push_back(std::move(*segment));
        if (size == path.size()) break;
        path.remove_prefix(size + 1);
    }
    if (path_size < target.size()) {
        std::optional<std::vector<NameValue>> query = parse_query(target.substr(path_size + 1));
        if (!query) return std::nullopt;
        parsed.query = std::move(*query);
    }
    return parsed;
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(digits[byte / 16U]);
        out.push_back(digits[byte % 16U]);
    }
    return out;
}

}  // namespace datadeed::http
