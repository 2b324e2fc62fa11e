#include "json/json.h"

#include <rapidcheck.h>

#include "base/cbor.h"
#include "tests/support/catch.h"

namespace datadeed::json {

namespace {

struct Bad {
    std::string text;
    Rule rule;
    std::size_t line{1};
    std::size_t column{1};
};

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

// At most four, so that three levels of them stay small.
rc::Gen<std::vector<Value>> few(const rc::Gen<Value>& element) {
    return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, 5), [element](std::size_t count) {
        return rc::gen::container<std::vector<Value>>(count, element);
    });
}

rc::Gen<Value> any_value(int depth) {
    const auto number = rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t n) { return Value{n}; });
    const auto text = rc::gen::map(rc::gen::string<std::string>(), [](std::string s) {
        return cbor::is_utf8(as_bytes(s)) && s.find('\0') == std::string::npos ? Value{s} : Value{true};
    });
    if (depth == 0) return rc::gen::oneOf(number, text);
    const auto list =
        rc::gen::map(few(any_value(depth - 1)), [](std::vector<Value> elements) { return Value{std::move(elements)}; });
    const auto object = rc::gen::map(few(any_value(depth - 1)), [](const std::vector<Value>& all) {
        Value made = Value::object();
        for (std::size_t i = 0; i < all.size(); ++i) made.set("name \"" + std::to_string(i), all[i]);
        return made;
    });
    return rc::gen::oneOf(number, text, list, object);
}

}  // namespace

TEST_CASE("JSON text becomes the value that it says") {
    const auto value = parse(R"( {"a": [1, -2, true, null, "\u00e9\n"], "b": {"c": 18446744073709551615}} )");
    REQUIRE(value);
    CHECK(value->array_at("a")->at(0).as_unsigned() == 1);
    CHECK(value->array_at("a")->at(1).as_integer() == -2);
    CHECK(value->array_at("a")->at(2).as_bool() == true);
    CHECK(value->array_at("a")->at(3).is_null());
    CHECK(value->array_at("a")->at(4).as_text() == "\xC3\xA9\n");
    CHECK(value->find("b")->unsigned_at("c") == UINT64_MAX);
    CHECK(value->find("b")->find("c")->as_integer() == std::nullopt);
    CHECK(value->find("missing") == nullptr);
}

TEST_CASE("what isn't strict JSON is refused with its rule and place") {
    const std::vector<Bad> all{
        {.text = "", .rule = Rule::text_must_be_json},
        {.text = "{", .rule = Rule::text_must_be_json},
        {.text = "[1,]", .rule = Rule::text_must_be_json, .column = 4},
        {.text = "{\"a\":1} x", .rule = Rule::text_must_be_json, .column = 9},
        {.text = "{} {}", .rule = Rule::text_must_be_json, .column = 4},
        {.text = "// no\n1", .rule = Rule::text_must_be_json},
        {.text = "'a'", .rule = Rule::text_must_be_json},
        {.text = "NaN", .rule = Rule::text_must_be_json},
        {.text = "01", .rule = Rule::text_must_be_json, .column = 2},
        {.text = "\"\\ud800\"", .rule = Rule::text_must_be_json, .column = 8},
        {.text = "\"\xC3\x28\"", .rule = Rule::text_must_be_valid_utf8, .column = 3},
        {.text = "\"\xED\xA0\x80\"", .rule = Rule::text_must_be_valid_utf8, .column = 3},
        {.text = std::string{"{}\0x", 4}, .rule = Rule::text_must_not_hold_nul_or_byte_order_mark, .column = 3},
        {.text = "\xEF\xBB\xBF{}", .rule = Rule::text_must_not_hold_nul_or_byte_order_mark},
        {.text = "{\"a\":1,\n \"a\":2}", .rule = Rule::member_names_must_be_unique, .line = 2, .column = 4},
        {.text = "{\"a\":1,\"\\u0061\":2}", .rule = Rule::member_names_must_be_unique, .column = 15},
        {.text = "[1.0]", .rule = Rule::numbers_must_be_integers_of_64_bits, .column = 5},
        {.text = "[1e3]", .rule = Rule::numbers_must_be_integers_of_64_bits, .column = 5},
        {.text = "[18446744073709551616]", .rule = Rule::numbers_must_be_integers_of_64_bits, .column = 22},
        {.text = "[-9223372036854775809]", .rule = Rule::numbers_must_be_integers_of_64_bits, .column = 22},
        {.text = nested(17), .rule = Rule::nesting_must_be_bounded, .column = 17},
        {.text = nested(200'000), .rule = Rule::nesting_must_be_bounded, .column = 17},
        {.text = "\"" + std::string(1 << 20, 'a') + "\"",
         .rule = Rule::text_must_be_within_its_size,
         .column = (1 << 20) + 1},
    };
    for (const Bad& bad : all) {
        CAPTURE(bad.text.substr(0, 60));
        const auto value = parse(bad.text);
        REQUIRE_FALSE(value);
        CHECK(std::string{code(value.error().rule)} == std::string{code(bad.rule)});
        CHECK(value.error().line == bad.line);
        CHECK(value.error().column == bad.column);
        CHECK(to_text(value.error()).find(std::string{describe(bad.rule)}) != std::string::npos);
    }
    CHECK(parse(nested(16)));
}

TEST_CASE("an object may have so many members") {
    std::string text;
    for (int i = 0; i < 256; ++i) text += (i == 0 ? "{" : ",") + std::string{"\""} + std::to_string(i) + "\":0";
    CHECK(parse(text + "}"));
    const auto refused = parse(text + R"(,"one more":0})");
    REQUIRE_FALSE(refused);
    CHECK(std::string{code(refused.error().rule)} == "json.too_many_members");
}

TEST_CASE("a name that stands in two objects is no duplicate") {
    CHECK(parse(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
}

TEST_CASE("what is printed reads back as the same value, on one line and indented") {
    REQUIRE(rc::check("dump then parse", [] {
        const Value value = *any_value(3);
        RC_ASSERT(parse(dump(value)).value() == value);
        RC_ASSERT(parse(dump(value, 2)).value() == value);
    }));
}

TEST_CASE("printing escapes what would steer a terminal, and it reads back as it was") {
    const Value value{"a\xC2\x9B\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\xA8\xC2\xA0\xE2\x82\xAC\xF0\x9F\x98\x80"};
    CHECK(dump(value) == "\"a\\u009b\\u202e\\u2066\\u2028\xC2\xA0\xE2\x82\xAC\xF0\x9F\x98\x80\"");
    CHECK(parse(dump(value)).value() == value);
}

TEST_CASE("printing escapes what must be and keeps the order of members") {
    Value value = Value::object({{"z", "\"\\\b\f\n\r\t\x01\x7f/"}, {"a", Value::array({1, -1, true, nullptr})}});
    CHECK(dump(value) == R"({"z":"\"\\\b\f\n\r\t\u0001\u007f/","a":[1,-1,true,null]})");
    CHECK(dump(Value::object({{"a", Value::array()}, {"b", Value::object()}, {"c", 1}}), 2) ==
          "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": 1\n}");
    CHECK(dump(Value{"a\xFF\xC3\xA9\xC3"}) == "\"a\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD\"");
}

TEST_CASE("thousandths print exactly") {
    CHECK(dump(Value::thousandths(1500)) == "1.500");
    CHECK(dump(Value::thousandths(-7)) == "-0.007");
    CHECK(dump(Value::thousandths(INT64_MIN)) == "-9223372036854775.808");
}

TEST_CASE("setting a member again replaces it in its place") {
    Value value;
    value.set("a", 1).set("b", 2).set("a", 3);
    CHECK(dump(value) == R"({"a":3,"b":2})");
    Value list;
    list.push(1).push("x");
    CHECK(dump(list) == R"([1,"x"])");
}

}  // namespace datadeed::json
