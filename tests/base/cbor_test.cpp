#include "base/cbor.h"

#include <rapidcheck.h>

#include <algorithm>

#include "tests/support/catch.h"

namespace datadeed::cbor {
namespace {

Bytes hex(std::string_view text) {
    return from_hex(text).value();
}

// The rule that `input` breaks, or nothing.
std::optional<Rule> broken_rule(std::string_view input) {
    const Bytes bytes = hex(input);
    const Result<void, DecodeError> result = validate(bytes);
    return result ? std::nullopt : std::optional{result.error().rule};
}

}  // namespace

// RFC 8949 appendix A.
TEST_CASE("items have the published encodings") {
    Writer writer;
    writer.unsigned_integer(23);
    writer.unsigned_integer(24);
    writer.unsigned_integer(1000);
    writer.unsigned_integer(1000000);
    writer.unsigned_integer(UINT64_MAX);
    CHECK(to_hex(writer.take()) == "1718181903e81a000f42401bffffffffffffffff");

    Writer more;
    more.integer(-1);
    more.integer(-1000);
    more.integer(INT64_MIN);
    more.text("\u00fc");
    more.bytes(hex("01020304"));
    more.array(0);
    more.map(0);
    more.boolean(false);
    more.boolean(true);
    more.null();
    more.tag(32);
    CHECK(to_hex(more.take()) == "203903e73b7fffffffffffffff62c3bc440102030480a0f4f5f6d820");
}

TEST_CASE("a reader gives back what a writer wrote") {
    REQUIRE(rc::check("integers", [](std::uint64_t number, std::int64_t signed_number) {
        Writer writer;
        writer.unsigned_integer(number);
        writer.integer(signed_number);
        Reader reader{writer.data()};
        RC_ASSERT(reader.unsigned_integer() == number);
        RC_ASSERT(reader.integer() == signed_number);
        RC_ASSERT(reader.finish().has_value());
    }));
    REQUIRE(rc::check("byte strings", [](const Bytes& bytes) {
        Writer writer;
        writer.bytes(bytes);
        Reader reader{writer.data()};
        RC_ASSERT(to_bytes(reader.bytes(bytes.size())) == bytes);
        RC_ASSERT(reader.finish().has_value());
    }));
}

TEST_CASE("each rule of the profile is kept") {
    CHECK(broken_rule("") == Rule::input_must_not_end_inside_an_item);
    CHECK(broken_rule("18") == Rule::input_must_not_end_inside_an_item);
    CHECK(broken_rule("1901") == Rule::input_must_not_end_inside_an_item);
    CHECK(broken_rule("4201") == Rule::input_must_not_end_inside_an_item);
    CHECK(broken_rule("8201") == Rule::input_must_not_end_inside_an_item);
    CHECK(broken_rule("1817") == Rule::argument_must_be_shortest);
    CHECK(broken_rule("1900ff") == Rule::argument_must_be_shortest);
    CHECK(broken_rule("1a0000ffff") == Rule::argument_must_be_shortest);
    CHECK(broken_rule("1b00000000ffffffff") == Rule::argument_must_be_shortest);
    CHECK(broken_rule("3817") == Rule::argument_must_be_shortest);
    CHECK(broken_rule("580101") == Rule::argument_must_be_shortest);
    CHECK(broken_rule("9f01ff") == Rule::length_must_be_definite);
    CHECK(broken_rule("5f4101ff") == Rule::length_must_be_definite);
    CHECK(broken_rule("ff") == Rule::length_must_be_definite);
    CHECK(broken_rule("1c") == Rule::item_must_be_of_the_expected_type);
    CHECK(broken_rule("3b8000000000000000") == Rule::integer_must_be_in_range);
    CHECK(broken_rule("61ff") == Rule::text_must_be_valid_utf8);
    CHECK(broken_rule("a201000100") == Rule::map_keys_must_be_unique_and_in_order);
    CHECK(broken_rule("a202000100") == Rule::map_keys_must_be_unique_and_in_order);
    CHECK(broken_rule("f90000") == Rule::floats_are_not_allowed);
    CHECK(broken_rule("fa47c35000") == Rule::floats_are_not_allowed);
    CHECK(broken_rule("fb3ff199999999999a") == Rule::floats_are_not_allowed);
    CHECK(broken_rule("f7") == Rule::simple_value_must_be_false_true_or_null);
    CHECK(broken_rule("f8f4") == Rule::simple_value_must_be_false_true_or_null);
    CHECK(broken_rule("c101") == Rule::tag_must_be_allowed_here);
    CHECK(broken_rule("0000") == Rule::nothing_may_follow_the_item);
}

// The order of RFC 8949 section 4.2.1: by the bytes of the encoded keys, not by their length.
TEST_CASE("map keys come in bytewise order") {
    CHECK_FALSE(broken_rule("a80a001864002000617a006261610081186400812000f400"));
    CHECK(broken_rule("a2617a000a00") == Rule::map_keys_must_be_unique_and_in_order);
    CHECK(broken_rule("a22000186400") == Rule::map_keys_must_be_unique_and_in_order);
}

TEST_CASE("items nest to the depth allowed and no deeper") {
    const auto nested = [](std::size_t depth) {
        Bytes bytes(depth - 1, 0x81);
        bytes.push_back(0x00);
        return validate(bytes);
    };
    CHECK(nested(depth_max).has_value());
    REQUIRE_FALSE(nested(depth_max + 1).has_value());
    CHECK(nested(depth_max + 1).error().rule == Rule::nesting_must_be_bounded);
}

TEST_CASE("a length that the input can't hold is refused before anything is set aside") {
    CHECK(broken_rule("9b0fffffffffffffff") == Rule::length_must_be_within_its_limit);
    CHECK(broken_rule("bb0fffffffffffffff") == Rule::length_must_be_within_its_limit);
    const Bytes array = hex("9affffffff00");
    Reader elements{array};
    CHECK(elements.array(SIZE_MAX) == 0);
    CHECK(elements.finish().error().rule == Rule::input_must_not_end_inside_an_item);
    const Bytes map = hex("a20000");
    Reader pairs{map};
    CHECK(pairs.map(SIZE_MAX) == 0);
    CHECK(pairs.finish().error().rule == Rule::input_must_not_end_inside_an_item);
    const Bytes bytes = hex("5bffffffffffffffff00");
    Reader reader{bytes};
    CHECK(reader.bytes(SIZE_MAX).empty());
    CHECK(reader.finish().error().rule == Rule::input_must_not_end_inside_an_item);
}

TEST_CASE("a reader keeps to the limits that it is given") {
    const Bytes text = hex("6161");
    Reader within{text};
    CHECK(within.text(1) == "a");
    CHECK(within.finish().has_value());
    Reader above{text};
    CHECK(above.text(0).empty());
    CHECK(above.finish().error() == DecodeError{Rule::length_must_be_within_its_limit, 1});

    const Bytes numbers = hex("820102");
    Reader elements{numbers};
    CHECK(elements.array(1) == 0);
    CHECK(elements.finish().error().rule == Rule::length_must_be_within_its_limit);
    const Bytes hundred = hex("1864");
    Reader range{hundred};
    CHECK(range.unsigned_integer(99) == 0);
    CHECK(range.failed());
}

TEST_CASE("a reader remembers its first failure and reads nothing after it") {
    const Bytes bytes = hex("0102");
    Reader reader{bytes};
    CHECK(reader.text(10).empty());
    CHECK(reader.unsigned_integer() == 0);
    reader.fail(Rule::value_must_be_known);
    CHECK(reader.finish().error() == DecodeError{Rule::item_must_be_of_the_expected_type, 0});
}

TEST_CASE("a tag is read only by name") {
    const Bytes bytes = hex("d2f5");
    Reader named{bytes};
    named.tag(18);
    CHECK(named.boolean());
    CHECK(named.finish().has_value());
    Reader other{bytes};
    other.tag(17);
    CHECK(other.finish().error().rule == Rule::tag_must_be_allowed_here);
}

TEST_CASE("only booleans are booleans") {
    for (const char* const wrong : {"f6", "01", "f8f5", ""}) {
        CAPTURE(wrong);
        const Bytes bytes = hex(wrong);
        Reader reader{bytes};
        CHECK_FALSE(reader.boolean());
        CHECK(reader.failed());
    }
}

TEST_CASE("UTF-8 is what RFC 3629 says") {
    for (const char* const good :
         {"", "61", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf", "f0908080", "f48fbfbf"}) {
        CAPTURE(good);
        CHECK(is_utf8(hex(good)));
    }
    for (const char* const wrong :
         {"80", "bf", "c0af", "c1bf", "c2", "c261", "e08080", "e09fbf", "eda080", "edbfbf", "e0a0", "f0808080",
          "f08fbfbf", "f4908080", "f5808080", "ff", "fe", "f09080", "61c2"}) {
        CAPTURE(wrong);
        CHECK_FALSE(is_utf8(hex(wrong)));
    }
}

TEST_CASE("every rule has a sentence of its own") {
    std::vector<std::string_view> seen;
    for (int i = 0; i <= static_cast<int>(Rule::value_must_be_known); ++i) {
        const std::string_view sentence = describe(static_cast<Rule>(i));
        CAPTURE(i);
        CHECK(sentence != "unknown rule");
        CHECK(std::find(seen.begin(), seen.end(), sentence) == seen.end());
        seen.push_back(sentence);
    }
}

}  // namespace datadeed::cbor
