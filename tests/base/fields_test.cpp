#include "base/fields.h"

#include <rapidcheck.h>

#include "base/types.h"
#include "tests/support/catch.h"

namespace datadeed {
namespace {

enum class Colour : std::uint8_t { red = 1, blue = 2 };
constexpr bool is_known(Colour colour) {
    return colour == Colour::red || colour == Colour::blue;
}

using Name = Strong<struct NameTag, std::string>;

struct Inner {
    Digest root{};
    std::uint32_t count{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("root", self.root);
        visit("count", self.count);
    }
    friend bool operator==(const Inner&, const Inner&) = default;
};

struct Paint {
    static constexpr std::uint8_t kind = 1;
    Colour colour{Colour::red};

    static constexpr void fields(auto& self, auto&& visit) { visit("colour", self.colour); }
    friend bool operator==(const Paint&, const Paint&) = default;
};

struct Sand {
    static constexpr std::uint8_t kind = 4;

    static constexpr void fields(auto&, auto&&) {}
    friend bool operator==(const Sand&, const Sand&) = default;
};

struct Outer {
    Name name{};
    std::uint64_t number{};
    bool flag{};
    std::optional<std::uint64_t> maybe{};
    Bytes blob{};
    std::vector<std::uint64_t> list{};
    std::variant<Paint, Sand> work{};
    std::optional<Inner> inner{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("name", self.name, Limit{4});
        visit("number", self.number);
        visit("flag", self.flag);
        visit("maybe", self.maybe);
        visit("blob", self.blob, Limit{3});
        visit("list", self.list, Limit{2});
        visit("work", self.work);
        visit("inner", self.inner);
    }
    friend bool operator==(const Outer&, const Outer&) = default;
};

Outer sample() {
    return {.name = Name{"bob"},
            .number = 1000,
            .flag = true,
            .maybe = 7,
            .blob = {1, 2},
            .list = {3, 4},
            .work = Paint{.colour = Colour::blue},
            .inner = Inner{.root = {}, .count = 5}};
}

const std::string zero_digest = "5820" + std::string(64, '0');
const std::string sample_hex =
    "8863626f621903e8f507420102820304820102"
    "82" +
    zero_digest + "05";

std::optional<cbor::Rule> broken_rule(std::string_view hex) {
    const Bytes bytes = from_hex(hex).value();
    const Result<Outer, cbor::DecodeError> decoded = decode<Outer>(bytes);
    return decoded ? std::nullopt : std::optional{decoded.error().rule};
}

}  // namespace

TEST_CASE("a struct is an array of its fields in order") {
    CHECK(to_hex(encode(sample())) == sample_hex);
    CHECK(to_hex(encode(Outer{})) ==
          "886000f4f640808201"
          "01f6");
    CHECK(decode<Outer>(from_hex(sample_hex).value()).value() == sample());
}

TEST_CASE("a variant is an array of its kind and fields") {
    Outer outer = sample();
    outer.work = Sand{};
    CHECK(to_hex(encode(outer)) ==
          "8863626f621903e8f507420102820304"
          "8104"
          "82" +
              zero_digest + "05");
    CHECK(decode<Outer>(encode(outer)).value() == outer);
}

TEST_CASE("a struct takes exactly its number of fields") {
    CHECK(broken_rule("87"
                      "6000f4f640808201"
                      "01") == cbor::Rule::item_must_be_of_the_expected_type);
    CHECK(broken_rule("89"
                      "6000f4f6408082010"
                      "1f600") == cbor::Rule::item_must_be_of_the_expected_type);
    CHECK(broken_rule("88"
                      "6000f4f64080820101") == cbor::Rule::input_must_not_end_inside_an_item);
    CHECK(broken_rule("88"
                      "6000f4f64080820101f600") == cbor::Rule::nothing_may_follow_the_item);
}

TEST_CASE("a variant takes the kinds and counts it knows") {
    CHECK(broken_rule("88"
                      "6000f4f64080"
                      "8103"
                      "f6") == cbor::Rule::value_must_be_known);
    CHECK(broken_rule("88"
                      "6000f4f64080"
                      "8101"
                      "f6") == cbor::Rule::item_must_be_of_the_expected_type);
    CHECK(broken_rule("88"
                      "6000f4f64080"
                      "820401"
                      "f6") == cbor::Rule::item_must_be_of_the_expected_type);
    CHECK(broken_rule("88"
                      "6000f4f64080"
                      "80"
                      "f6") == cbor::Rule::item_must_be_of_the_expected_type);
}

TEST_CASE("an enum takes the numbers it knows") {
    CHECK(broken_rule("88"
                      "6000f4f64080"
                      "820102"
                      "f6") == std::nullopt);
    CHECK(broken_rule("88"
                      "6000f4f64080"
                      "820103"
                      "f6") == cbor::Rule::value_must_be_known);
    CHECK(broken_rule("88"
                      "6000f4f64080"
                      "8201190101"
                      "f6") == cbor::Rule::integer_must_be_in_range);
}

TEST_CASE("texts, byte strings and lists keep to their limits") {
    CHECK(broken_rule("88"
                      "6461616161"
                      "00f4f640"
                      "80"
                      "820101f6") == std::nullopt);
    CHECK(broken_rule("88"
                      "656161616161"
                      "00f4f640"
                      "80"
                      "820101f6") == cbor::Rule::length_must_be_within_its_limit);
    CHECK(broken_rule("88"
                      "6000f4f6"
                      "4401020304"
                      "80"
                      "820101f6") == cbor::Rule::length_must_be_within_its_limit);
    CHECK(broken_rule("88"
                      "6000f4f640"
                      "83010203"
                      "820101f6") == cbor::Rule::length_must_be_within_its_limit);
}

TEST_CASE("a fixed array takes exactly its bytes, a number its range") {
    const std::string before =
        "886000f4f64080820101"
        "82";
    CHECK(broken_rule(before + "581f" + std::string(62, '0') + "05") == cbor::Rule::length_must_be_within_its_limit);
    CHECK(broken_rule(before + "5821" + std::string(66, '0') + "05") == cbor::Rule::length_must_be_within_its_limit);
    CHECK(broken_rule(before + zero_digest + "1b0000000100000000") == cbor::Rule::integer_must_be_in_range);
}

TEST_CASE("what decodes encodes to the same bytes") {
    REQUIRE(rc::check("round trip of values", [](std::uint64_t number, bool flag, std::uint8_t blob_size) {
        Outer outer = sample();
        outer.number = number;
        outer.flag = flag;
        outer.maybe = flag ? std::optional{number} : std::nullopt;
        outer.blob.assign(blob_size % 4, 9);
        RC_ASSERT(decode<Outer>(encode(outer)).value() == outer);
    }));
    REQUIRE(
        rc::check("changed bytes fail or are another spelling-free value", [](std::uint16_t place, std::uint8_t byte) {
            Bytes bytes = from_hex(sample_hex).value();
            bytes[place % bytes.size()] = byte;
            if (const auto decoded = decode<Outer>(bytes)) RC_ASSERT(encode(*decoded) == bytes);
        }));
}

TEST_CASE("a decoding that stops early never reads what isn't there") {
    const Bytes bytes = from_hex(sample_hex).value();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(decode<Outer>(ByteView{bytes}.first(size)).has_value());
    }
}

}  // namespace datadeed
