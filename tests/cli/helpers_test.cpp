#include "cli/commands/helpers.h"

#include "tests/support/catch.h"

namespace datadeed::cli {

TEST_CASE("an object is shown to people as names and words, never as JSON") {
    using json::Value;
    const Value owner = Value::object({{"member", "ann"}, {"share_bp", std::uint64_t{7500}}});
    const Value buyer = Value::object({{"member", "ben"}, {"share_bp", std::uint64_t{2500}}});
    Value owners = Value::array();
    owners.push(owner).push(buyer);
    Value words = Value::array();
    words.push("count").push("mean");
    const Value scope = Value::object({{"operations", words}, {"depth", std::uint64_t{8}}});
    const Value object = Value::object({{"title", ""},
                                        {"none", Value{}},
                                        {"owners", owners},
                                        {"offers", Value::array()},
                                        {"manager", Value::object({{"member", "max"}, {"scope", scope}})},
                                        {"made_ms", std::uint64_t{1'800'000'000'000}}});
    CHECK(describe(object) ==
          "title    -\n"
          "none     -\n"
          "owners   member ann, share_bp 7500; member ben, share_bp 2500\n"
          "offers   -\n"
          "manager  member max, scope (operations (count, mean), depth 8)\n"
          "made_ms  2027-01-15T08:00:00Z\n");
}

TEST_CASE("a list that the node didn't count to its end says so in words, one that was read whole says how many") {
    using json::Value;
    const auto page = [](const Value& list) { return describe_list(list, {{"id", "ID"}}); };
    const Value item = Value::object({{"id", "a"}});
    const Value counted = Value::object({{"items", Value::array({item})}, {"total", std::uint64_t{3648}}});
    CHECK(page(counted) == "ID\na\n1 of 3,648\n");
    Value long_one = counted;
    long_one.set("total", std::uint64_t{10'000}).set("total_is_at_least", true).set("more", true).set("next", "a");
    CHECK(page(long_one) == "ID\na\n1 of 10,000 or more; go on with --after 'a', or --all\n");

    Value last = Value::object({{"items", Value::array({item})}, {"total", std::uint64_t{10'000}}});
    last.set("total_is_at_least", true).set("more", false).set("height", std::uint64_t{7});
    const Value::Array all(10'002, item);
    const Value whole = with_all_items(last, all, true);
    CHECK(whole.unsigned_at("total") == 10'002U);
    CHECK(whole.find("total_is_at_least") == nullptr);
    CHECK(whole.array_at("items")->size() == 10'002);
    CHECK(whole.bool_at("more") == false);
    CHECK(whole.unsigned_at("height") == 7U);
    // What comes after some item isn't all of the list.
    const Value rest = with_all_items(last, {item}, false);
    CHECK(rest.unsigned_at("total") == 10'000U);
    CHECK(rest.bool_at("total_is_at_least") == true);
    // A total that is exact is left as the node gave it.
    CHECK(with_all_items(counted, {item}, true).unsigned_at("total") == 3648U);
}

}  // namespace datadeed::cli
