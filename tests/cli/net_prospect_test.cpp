#include "cli/net_prospect.h"

#include "cli/commands/net_text.h"
#include "json/json.h"
#include "tests/support/catch.h"

// Whether a change of nodes looks safe from one node, and what people are told of it.

namespace datadeed::cli {
namespace {

using enum ledger::NodeChangeKind;

NodeSeen validator(const char* name, bool reachable, std::uint64_t height = 1'000) {
    return {.member = name, .validator = true, .reachable = reachable, .votes = reachable, .height = height};
}

// Four validators, of whom so many are reached, and an observer that is at the tip.
NodesSeen four(std::size_t reached) {
    NodesSeen seen{.by = "n0", .height = 1'000, .nodes = {}};
    std::size_t i = 0;
    for (const char* name : {"n0", "n1", "n2", "n3"}) seen.nodes.push_back(validator(name, i++ < reached));
    seen.nodes.push_back({.member = "w", .validator = false, .reachable = true, .votes = false, .height = 1'000});
    return seen;
}

json::Value parsed(std::string_view text) {
    const auto value = json::parse(text);
    REQUIRE(value);
    return *value;
}

const char* const change_text =
    R"({"id":"ab","kind":"add_validator","member":"w","proposer":"op","until_ms":1800000000000,
"epoch":2,"voters":4,"needed":3,"approvals":["n0"],"refusals":["n1"],"waiting":["n2","n3"],"status":"open",
"blocked_by":null,"decided_height":null})";

}  // namespace

TEST_CASE("a validator may go as long as a quorum of the others is reached") {
    const Prospect fine = prospect_of(four(4), remove_validator, "n3");
    CHECK(fine.is_safe());
    CHECK(fine.validators == 3);
    CHECK(fine.quorum == 2);
    CHECK(fine.reachable == 3);
    CHECK(prospect_of(four(3), remove_validator, "n3").is_safe());
    CHECK(prospect_of(four(2), remove_validator, "n3").is_safe());
    const Prospect unsafe = prospect_of(four(2), remove_validator, "n0");
    REQUIRE(unsafe.reasons.size() == 1);
    CHECK(unsafe.reasons[0] == "it would leave 1 of 3 validators reachable and able to vote, 2 needed");
}

TEST_CASE("a node that is to vote must be connected and near the tip") {
    CHECK(prospect_of(four(4), add_validator, "w").is_safe());
    CHECK(prospect_of(four(4), add_validator, "w").validators == 5);
    CHECK(prospect_of(four(4), add_validator, "w").quorum == 4);
    NodesSeen seen = four(4);
    seen.nodes.back().height = 799;
    REQUIRE(prospect_of(seen, add_validator, "w").reasons.size() == 1);
    CHECK(prospect_of(seen, add_validator, "w").reasons[0] == "node 'w' is 201 blocks behind, at most 200 are fine");
    seen.nodes.back().height = 800;
    CHECK(prospect_of(seen, add_validator, "w").is_safe());
    seen.nodes.back().reachable = false;
    CHECK(prospect_of(seen, add_validator, "w").reasons ==
          std::vector<std::string>{"node 'w' isn't connected to 'n0'"});
    CHECK(prospect_of(four(4), add_validator, "stranger").reasons.size() == 1);
    // With three of five reached, four are needed: two reasons at once.
    CHECK(prospect_of(four(3), add_validator, "stranger").reasons.size() == 2);
}

TEST_CASE("keys are replaced only of a validator that is reached; observers don't matter to the quorum") {
    CHECK(prospect_of(four(3), replace_keys, "n0").is_safe());
    CHECK_FALSE(prospect_of(four(3), replace_keys, "n3").is_safe());
    CHECK(prospect_of(four(3), replace_keys, "w").is_safe());
    CHECK(prospect_of(four(4), add_observer, "new").is_safe());
    CHECK(prospect_of(four(4), remove_observer, "w").is_safe());
    CHECK_FALSE(prospect_of(four(2), remove_observer, "w").is_safe());
}

TEST_CASE("a validator that is connected and silent counts for nothing, until it gets new keys") {
    NodesSeen seen = four(4);
    seen.nodes[1].votes = false;
    seen.nodes[2].votes = false;
    const Prospect fewer = prospect_of(seen, remove_validator, "n0");
    REQUIRE(fewer.reasons.size() == 1);
    CHECK(fewer.reasons[0] == "it would leave 1 of 3 validators reachable and able to vote, 2 needed");
    CHECK_FALSE(prospect_of(seen, add_observer, "new").is_safe());
    CHECK(prospect_of(seen, replace_keys, "n1").is_safe());
    CHECK(prospect_of(seen, remove_validator, "n1").is_safe());
}

TEST_CASE("who serves is read from the node's answer, and another answer is told") {
    const json::Value body = parsed(R"({"seen_by":"n0","height":7,"epoch":{"nodes":[
        {"member":"n0","role":"validator","reachable":true,"votes":true,"height":7},
        {"member":"w","role":"observer","reachable":false,"votes":false,"height":null}]}})");
    const auto seen = read_nodes_seen(body);
    REQUIRE(seen);
    CHECK(seen->by == "n0");
    CHECK(seen->height == 7);
    REQUIRE(seen->nodes.size() == 2);
    CHECK(seen->nodes[0].validator);
    CHECK(seen->nodes[0].height == 7U);
    CHECK_FALSE(seen->nodes[1].validator);
    CHECK_FALSE(seen->nodes[1].height);
    CHECK(read_nodes_seen(parsed(R"({"height":7})")).error().code == "net.bad_answer");
    CHECK(read_nodes_seen(parsed(R"({"seen_by":"n0","height":7,"epoch":{"nodes":[{"member":"x"}]}})")).error().code ==
          "net.bad_answer");
}

TEST_CASE("people are told how many approvals are missing, and whose") {
    json::Value change = parsed(change_text);
    CHECK(change_kind_of(change) == add_validator);
    CHECK(reason_of(change) == "it's open: 1 of the 3 approvals that it needs are given; not voted yet: n2, n3");
    change.set("blocked_by", "key.taken");
    CHECK(reason_of(change).find("the last vote would be refused now: key.taken (The public key") != std::string::npos);
    change.set("status", "refused").set("decided_height", 9);
    CHECK(reason_of(change) ==
          "it was refused in block 9: with 1 of 4 against it, the 3 approvals that it needed can't come any more");
    change.set("status", "stale");
    CHECK(reason_of(change).find("epoch 2") != std::string::npos);
    change.set("status", "adopted");
    CHECK(reason_of(change) == "it was adopted in block 9 by 1 of 3, 1 against");
    change.set("status", "expired");
    CHECK(reason_of(change).ends_with("propose it again"));
    change.set("kind", "abolish");
    CHECK_FALSE(change_kind_of(change));
    CHECK(votes_text(parsed(change_text)).find("2027-01-15T08:00:00Z") != std::string::npos);
}

TEST_CASE("what a node answers steers no terminal") {
    json::Value change = parsed(change_text);
    change.set("waiting", json::Value::array({"n2\x1b[2J"}));
    CHECK(reason_of(change).find('\x1b') == std::string::npos);
    CHECK(votes_text(change).find('\x1b') == std::string::npos);
    CHECK(changes_text(json::Value::object({{"items", json::Value::array({change})}})).find('\x1b') ==
          std::string::npos);
}

}  // namespace datadeed::cli
