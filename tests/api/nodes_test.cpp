#include "ledger/readiness.h"
#include "ledger/transaction.h"
#include "tests/api/world.h"
#include "tests/support/catch.h"

// Who runs nodes, and what is proposed to change about it, as the API shows it.

namespace datadeed::api {
namespace {

using test::World;

const json::Value& part_of(const json::Value& value, std::string_view name) {
    const json::Value* found = value.find(name);
    REQUIRE(found != nullptr);
    return *found;
}

ledger::Operation proposal(const World& world, const ledger::NodeChange& change) {
    return ledger::ProposeChange{.change = change, .until = TimeMs{world.now().value + 3'600'000}};
}

// A member "eye" that is to observe, with key 20.
ledger::NodeChange eye_joins(World& world) {
    world.commit("boss", {ledger::AdmitMember{.member = ledger::MemberId{"eye"},
                                              .organisation = "Press",
                                              .roles = {ledger::Role::observer},
                                              .keys = {}}});
    const crypto::SecretKey link = test::key_of(20);
    const ledger::NodeSecrets secrets{.vote = nullptr, .link = &link, .cosign = nullptr};
    const ledger::MemberId eye{"eye"};
    return {.kind = ledger::NodeChangeKind::add_observer,
            .member = eye,
            .keys = ledger::public_keys_of(secrets),
            .ready = ledger::sign_readiness(world.facts().chain, eye, secrets, world.height())};
}

ledger::ChangeId propose(World& world, const std::string& by, const ledger::NodeChange& change) {
    return ledger::change_id(world.commit(by, {proposal(world, change)}), 0);
}

}  // namespace

TEST_CASE("the present epoch names its nodes, their keys, since when they serve, and whether this node reaches them") {
    World world;
    const json::Value body = test::json_of(world.get("/v1/epochs/current"));
    const json::Value& epoch = part_of(body, "epoch");
    CHECK(epoch.unsigned_at("number") == 0U);
    CHECK(epoch.unsigned_at("from_height") == 1U);
    CHECK(part_of(epoch, "until_height").is_null());
    CHECK(epoch.unsigned_at("quorum") == 1U);
    CHECK(epoch.unsigned_at("approvals_needed") == 1U);
    CHECK(body.text_at("seen_by") == "zn0");
    REQUIRE(epoch.array_at("nodes")->size() == 1);
    const json::Value& node = epoch.array_at("nodes")->front();
    CHECK(node.text_at("member") == "zn0");
    CHECK(node.text_at("role") == "validator");
    CHECK(node.text_at("vote") == to_hex(test::key_of(1).public_key().value));
    CHECK(node.bool_at("reachable") == true);
    CHECK(node.bool_at("votes") == true);
    CHECK(node.unsigned_at("height") == world.height().value);
}

TEST_CASE("an epoch that is over stays, with its end and without a word on who is reached now") {
    World world;
    const ledger::ChangeId id = propose(world, "zn0", eye_joins(world));
    const json::Value now = test::json_of(world.get("/v1/epochs/current"));
    CHECK(part_of(now, "epoch").unsigned_at("number") == 1U);
    const auto& nodes = *part_of(now, "epoch").array_at("nodes");
    REQUIRE(nodes.size() == 2);
    CHECK(nodes.front().unsigned_at("since_epoch") == 0U);
    CHECK(nodes.front().unsigned_at("since_height") == 1U);
    CHECK(nodes.back().text_at("member") == "eye");
    CHECK(nodes.back().text_at("role") == "observer");
    CHECK(nodes.back().unsigned_at("since_epoch") == 1U);
    CHECK(nodes.back().unsigned_at("since_height") == world.height().value + 1);
    CHECK(nodes.back().bool_at("reachable") == false);
    CHECK(nodes.back().bool_at("votes") == false);
    CHECK(nodes.back().find("vote") == nullptr);
    CHECK(part_of(now, "epoch").unsigned_at("looked_back_to_epoch") == 0U);

    const json::Value past = test::json_of(world.get("/v1/epochs/0"));
    CHECK(part_of(past, "epoch").unsigned_at("until_height") == world.height().value + 1);
    CHECK(part_of(past, "epoch").array_at("nodes")->front().find("reachable") == nullptr);
    CHECK(past.find("seen_by") == nullptr);
    const json::Value before = test::json_of(world.get("/v1/epochs/current?at_height=1"));
    CHECK(part_of(before, "epoch").unsigned_at("number") == 0U);
    CHECK(part_of(test::json_of(world.get("/v1/changes/" + to_hex(id.value))), "change").text_at("status") ==
          "adopted");
    CHECK(part_of(test::json_of(world.get("/v1/blocks/1")), "certificate").array_at("signers")->size() == 1);
    CHECK(test::problem_code(world.get("/v1/epochs/2"), 404) == "epoch.not_found");
    CHECK(test::problem_code(world.get("/v1/epochs/99999999999"), 404) == "epoch.not_found");
    CHECK(test::problem_code(world.get("/v1/epochs/x"), 400) == "http.bad_number");
}

TEST_CASE("a change shows who voted how, who hasn't, and how many approvals it needs") {
    World world;
    const ledger::NodeChange change = eye_joins(world);
    const ledger::ChangeId id = propose(world, "boss", change);
    const std::string path = "/v1/changes/" + to_hex(id.value);
    const json::Value body = test::json_of(world.get(path));
    const json::Value& open = part_of(body, "change");
    CHECK(open.text_at("id") == to_hex(id.value));
    CHECK(open.text_at("kind") == "add_observer");
    CHECK(open.text_at("member") == "eye");
    CHECK(open.text_at("proposer") == "boss");
    CHECK(open.text_at("status") == "open");
    CHECK(open.unsigned_at("voters") == 1U);
    CHECK(open.unsigned_at("needed") == 1U);
    CHECK(open.unsigned_at("ready_height") == change.ready->height.value);
    CHECK(part_of(open, "keys").text_at("link") == to_hex(test::key_of(20).public_key().value));
    CHECK(open.array_at("waiting")->front().as_text() == "zn0");
    CHECK(part_of(open, "blocked_by").is_null());
    CHECK(part_of(open, "decided_height").is_null());

    world.commit("zn0", {ledger::VoteChange{.change = id, .approve = true}});
    const json::Value after = test::json_of(world.get(path));
    CHECK(part_of(after, "change").text_at("status") == "adopted");
    CHECK(part_of(after, "change").array_at("approvals")->front().as_text() == "zn0");
    CHECK(part_of(after, "change").array_at("waiting")->empty());
    CHECK(part_of(after, "change").unsigned_at("decided_height") == world.height().value);
    CHECK(test::problem_code(world.get("/v1/changes/" + std::string(64, '1')), 404) == "change.not_found");
    CHECK(test::problem_code(world.get("/v1/changes/12"), 400) == "http.bad_id");
}

TEST_CASE("an open change says which rule would refuse it now, and a change that can't be decided any more says why") {
    World world;
    const ledger::NodeChange change = eye_joins(world);
    const ledger::ChangeId blocked = propose(world, "boss", change);
    const ledger::ChangeId late = propose(world, "boss", change);
    const auto status = [&](const ledger::ChangeId& id) {
        const json::Value body = test::json_of(world.get("/v1/changes/" + to_hex(id.value)));
        return std::string{*part_of(body, "change").text_at("status")};
    };
    world.commit("bob", {ledger::AddKey{.key = test::key_of(20).public_key()}});
    const json::Value body = test::json_of(world.get("/v1/changes/" + to_hex(blocked.value)));
    CHECK(part_of(body, "change").text_at("blocked_by") == "key.taken");
    world.commit("zn0", {ledger::VoteChange{.change = blocked, .approve = false}});
    CHECK(status(blocked) == "refused");
    world.advance(4'000'000);
    CHECK(status(late) == "expired");

    const json::Value list = test::json_of(world.get("/v1/changes?limit=1"));
    CHECK(list.unsigned_at("total") == 2U);
    CHECK(list.bool_at("more") == true);
    const json::Value rest = test::json_of(world.get("/v1/changes?after=" + std::string{*list.text_at("next")}));
    CHECK(rest.array_at("items")->size() == 1);
    CHECK(test::problem_code(world.get("/v1/changes?after=xyz"), 400) == "http.bad_cursor");
}

TEST_CASE("a change that was proposed before others served is stale, and a transaction names what it proposed") {
    World world;
    const ledger::NodeChange change = eye_joins(world);
    const ledger::TxId tx = world.commit("boss", {proposal(world, change)});
    const std::string id = to_hex(ledger::change_id(tx, 0).value);
    const json::Value shown = test::json_of(world.get("/v1/tx/" + to_hex(tx.value)));
    CHECK(shown.array_at("operations")->front().text_at("change_id") == id);
    static_cast<void>(propose(world, "zn0", change));
    const json::Value stale = test::json_of(world.get("/v1/changes/" + id));
    CHECK(part_of(stale, "change").text_at("status") == "stale");
    CHECK(part_of(stale, "change").unsigned_at("voters") == 1U);
}

}  // namespace datadeed::api
