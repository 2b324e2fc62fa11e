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

}  // namespace datadeed::cli
