#include "cli/commands/helpers.h"

#include <functional>

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

namespace {

// A node's pages, one after another, with what was asked for.
struct Pages {
    Outcome<json::Value> operator()(const std::string& target) {
        targets.push_back(target);
        json::Value page = json::Value::object(
            {{"items", json::Value::array({json::Value{targets.size()}})}, {"height", std::uint64_t{7}}});
        if (targets.size() <= nexts.size()) page.set("next", nexts[targets.size() - 1]);
        return page;
    }

    std::vector<std::string> nexts;
    std::vector<std::string> targets{};
};

Args all_pages() {
    Args args;
    args.set_flag("all");
    return args;
}

const ListQuery query{.path = "/v1/data", .filter = "owner=x&", .one_height = true, .told_once = {}};

}  // namespace

TEST_CASE("all pages of a list are read at the height of the first") {
    Pages pages{.nexts = {"a b"}};
    const Outcome<json::Value> whole = list(std::ref(pages), all_pages(), query);
    REQUIRE(whole);
    CHECK(whole->array_at("items")->size() == 2);
    CHECK(pages.targets ==
          std::vector<std::string>{"/v1/data?owner=x&limit=100", "/v1/data?owner=x&limit=100&at_height=7&after=a%20b"});
}

TEST_CASE("a list that comes back to a page already read is a bad answer") {
    Args behind = all_pages();
    behind.set_text("after", "a");
    const auto [args, nexts] = GENERATE_COPY(std::pair{all_pages(), std::vector<std::string>{"a", "a"}},
                                             std::pair{all_pages(), std::vector<std::string>{"a", "b", "a"}},
                                             std::pair{behind, std::vector<std::string>{"b", "a"}});
    Pages pages{.nexts = nexts};
    const Outcome<json::Value> circle = list(std::ref(pages), args, query);
    REQUIRE_FALSE(circle);
    CHECK(circle.error().code == client::code::bad_answer);
    CHECK(pages.targets.size() == nexts.size());
}

TEST_CASE("without --all one page is given whatever its next") {
    Pages pages{.nexts = {"a"}};
    Args args;
    args.set_text("after", "a");
    CHECK(list(std::ref(pages), args, query)->text_at("next") == "a");
}

}  // namespace datadeed::cli
