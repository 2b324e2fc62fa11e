#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"

// JSON text in and out, strictly: RFC 8259, and of the things that it leaves open always the narrow one. What is
// signed, hashed or stored is never JSON.

namespace datadeed::json {

struct Limits {
    // Bytes of the whole text.
    std::size_t size_max{1 << 20};
    // Arrays and objects inside each other; the outermost is at depth 1.
    std::size_t depth_max{16};
    // Members of one object.
    std::size_t members_max{256};
};

enum class Rule : std::uint8_t {
    text_must_be_json,
    text_must_be_within_its_size,
    text_must_be_valid_utf8,
    text_must_not_hold_nul_or_byte_order_mark,
    nesting_must_be_bounded,
    members_must_be_bounded,
    member_names_must_be_unique,
    numbers_must_be_integers_of_64_bits,
};

// The stable code, such as `json.duplicate_name`.
[[nodiscard]] std::string_view code(Rule rule);
// The rule as a sentence for people.
[[nodiscard]] std::string_view describe(Rule rule);

// Which rule was broken, and where reading stopped: line and column count from 1, columns in bytes.
struct ParseError {
    Rule rule{};
    std::size_t line{};
    std::size_t column{};

    friend bool operator==(const ParseError&, const ParseError&) = default;
};

// "line 3, column 7: a name stands twice in one object".
[[nodiscard]] std::string to_text(const ParseError& error);

// The whole text as one value. Refuses: anything after the value, comments, a byte order mark, NUL, ill-formed UTF-8,
// lone surrogates, names that stand twice in one object, fractions, exponents, integers outside of 64 bits (int64 below
// zero, uint64 from zero on), deeper or longer than the limits. Memory is at most some 100 bytes a byte of text.
[[nodiscard]] Result<Value, ParseError> parse(std::string_view text, Limits limits = {});

// The text of a value on one line, or indented by `indent` spaces a level when that is above 0. Bytes of a text that
// aren't UTF-8 come out as U+FFFD, so the result always parses; characters that steer a terminal (base/terminal.h) come
// out as \uXXXX.
[[nodiscard]] std::string dump(const Value& value, int indent = 0);

}  // namespace datadeed::json
