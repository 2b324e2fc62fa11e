#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

// Deterministic CBOR: RFC 8949 section 4.2.1 (core deterministic encoding), narrowed to what the protocol uses.
// Shortest arguments, definite lengths, map keys unique and in bytewise order of their encodings, valid UTF-8, no
// floats, no simple values but false, true and null, no bignums, no tag but those a caller names, nothing trailing. A
// value has one encoding; everything else is refused, never repaired.

namespace datadeed::cbor {

// Arrays, maps and tags may nest this deep; the outermost item is at depth 1.
inline constexpr std::size_t depth_max = 16;

enum class Rule : std::uint8_t {
    input_must_not_end_inside_an_item,
    argument_must_be_shortest,
    length_must_be_definite,
    item_must_be_of_the_expected_type,
    integer_must_be_in_range,
    text_must_be_valid_utf8,
    map_keys_must_be_unique_and_in_order,
    floats_are_not_allowed,
    simple_value_must_be_false_true_or_null,
    tag_must_be_allowed_here,
    nesting_must_be_bounded,
    length_must_be_within_its_limit,
    nothing_may_follow_the_item,
    value_must_be_known,
};

// The rule that was broken, as a sentence for people.
[[nodiscard]] std::string_view describe(Rule rule);

// What was wrong, and the offset in bytes at which decoding stopped.
struct DecodeError {
    Rule rule{};
    std::size_t offset{};

    friend bool operator==(const DecodeError&, const DecodeError&) = default;
};

// Appends items to a buffer. The caller sees to it that counts match and map keys come in order.
class Writer {
public:
    Writer() { out_.reserve(64); }  // most values fit; the first bytes of others needn't be moved five times

    void unsigned_integer(std::uint64_t value) { head(0, value); }
    void integer(std::int64_t value);
    void bytes(ByteView value);
    void text(std::string_view value);
    void array(std::size_t count) { head(4, count); }
    void map(std::size_t pairs) { head(5, pairs); }
    void tag(std::uint64_t number) { head(6, number); }
    void boolean(bool value) { out_.push_back(value ? 0xF5 : 0xF4); }
    void null() { out_.push_back(0xF6); }
    // Bytes that already are one or more encoded items.
    void raw(ByteView encoded) { append(out_, encoded); }

    [[nodiscard]] const Bytes& data() const { return out_; }
    [[nodiscard]] Bytes take() { return std::move(out_); }

private:
    void head(unsigned major, std::uint64_t argument);

    Bytes out_;
};

// Reads items one after another and remembers the first failure: after it, every read returns an empty value, so the
// caller checks once, at the end, with finish(). Views that it returns borrow the input.
class Reader {
public:
    explicit Reader(ByteView input) : input_{input} {}

    std::uint64_t unsigned_integer(std::uint64_t max = UINT64_MAX);
    std::int64_t integer();
    ByteView bytes(std::size_t size_max);
    std::string_view text(std::size_t size_max);
    // The number of elements or pairs that follow. Never above what the rest of the input could hold.
    std::size_t array(std::size_t count_max);
    std::size_t map(std::size_t pairs_max);
    // Reads a tag, which must be this one.
    void tag(std::uint64_t expected);
    bool boolean();
    // True, and consumes it, when the next item is null.
    bool skip_null();
    // Whether the next item is of this major type (0 unsigned, 1 negative, 2 bytes, 3 text, 4 array, 5 map, 6 tag, 7
    // simple).
    [[nodiscard]] bool next_is(unsigned major) const;

    // Records a failure that the caller found; the first one stays.
    void fail(Rule rule);

    [[nodiscard]] bool failed() const { return error_.has_value(); }
    [[nodiscard]] std::size_t offset() const { return at_; }
    // Success only when all was well and the input is used up.
    [[nodiscard]] Result<void, DecodeError> finish();

private:
    struct Head {
        unsigned major{};
        std::uint64_t argument{};
    };
    std::optional<Head> head();
    std::optional<std::uint64_t> expect(unsigned major);
    ByteView take(std::uint64_t size, std::size_t size_max);

    ByteView input_;
    std::size_t at_{0};
    std::optional<DecodeError> error_;
};

// Whether `input` is exactly one item of the profile above, map order and duplicate keys included. No tag is allowed.
[[nodiscard]] Result<void, DecodeError> validate(ByteView input);

// Whether the bytes are UTF-8 as RFC 3629 has it: no surrogates, nothing overlong, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(ByteView bytes);

}  // namespace datadeed::cbor
