#include <utility>

#include "ledger/transaction.h"
#include "tests/api/world.h"
#include "tests/support/catch.h"
#include "tests/support/said.h"

// Evidence against validators as the API shows it: on the chain, and held by this node.

namespace datadeed::api {
namespace {

using datadeed::test::two_commits;
using datadeed::test::view_in;
using test::World;

const json::Value& part_at(const json::Value& value, std::string_view name) {
    const json::Value* found = value.find(name);
    REQUIRE(found != nullptr);
    return *found;
}

// The only validator contradicts itself at this height.
Bytes evidence_at(const World& world, Height height) {
    const crypto::SecretKey key = test::key_of(1);
    const datadeed::test::Voice voice{.chain = world.facts().chain, .number = 0, .key = &key};
    return encode(two_commits(voice, view_in(0, 3), height));
}

ledger::Charge charge_at(Height height) {
    return {.offence = ledger::Offence::two_votes, .epoch = {}, .view = 3, .height = height, .validator = 0};
}

ledger::EvidenceId id_at(Height height) {
    return ledger::evidence_id(charge_at(height), ledger::MemberId{"zn0"});
}

void hold(World& world, Height height) {
    world.held_[id_at(height)] = {.id = id_at(height),
                                  .charge = charge_at(height),
                                  .accused = ledger::MemberId{"zn0"},
                                  .bytes = evidence_at(world, height)};
}

void check_zn0_at_50(const json::Value& item, std::string_view status) {
    CHECK(item.text_at("id") == to_hex(id_at(Height{50}).value));
    CHECK(item.text_at("offence") == "two_votes");
    CHECK(item.text_at("accused") == "zn0");
    CHECK(item.unsigned_at("epoch") == 0U);
    CHECK(item.unsigned_at("view") == 3U);
    CHECK(item.unsigned_at("height") == 50U);
    CHECK(item.text_at("status") == status);
}

}  // namespace

TEST_CASE("what the node holds is shown with its bytes until it's on the chain, and what is there for ever") {
    World world;
    hold(world, Height{50});
    const std::string path = "/v1/evidence/" + to_hex(id_at(Height{50}).value);
    const json::Value before = test::json_of(world.get("/v1/evidence"));
    CHECK(before.array_at("items")->empty());
    CHECK(before.text_at("seen_by") == "zn0");
    REQUIRE(before.array_at("held")->size() == 1);
    check_zn0_at_50(before.array_at("held")->front(), "held");
    const json::Value held = test::json_of(world.get(path));
    check_zn0_at_50(part_at(held, "evidence"), "held");
    CHECK(part_at(held, "evidence").text_at("bytes") == to_hex(evidence_at(world, Height{50})));

    const ledger::TxId tx = world.commit("cat", {ledger::ReportEvidence{.evidence = evidence_at(world, Height{50})}});
    const json::Value after = test::json_of(world.get("/v1/evidence"));
    CHECK(after.array_at("held")->empty());
    CHECK(after.unsigned_at("total") == 1U);
    REQUIRE(after.array_at("items")->size() == 1);
    const json::Value& item = after.array_at("items")->front();
    check_zn0_at_50(item, "recorded");
    CHECK(item.text_at("reporter") == "cat");
    CHECK(item.unsigned_at("reported_height") == world.height().value);
    CHECK(item.text_at("tx") == to_hex(tx.value));
    world.held_.clear();
    const json::Value kept = test::json_of(world.get(path));
    check_zn0_at_50(part_at(kept, "evidence"), "recorded");
    CHECK(part_at(kept, "evidence").text_at("bytes") == to_hex(evidence_at(world, Height{50})));
}

TEST_CASE("evidence comes in pages, and what is held with the first one of the present alone") {
    World world;
    for (const std::uint64_t height : {50U, 51U, 52U}) {
        world.commit("cat", {ledger::ReportEvidence{.evidence = evidence_at(world, Height{height})}});
    }
    hold(world, Height{53});
    const json::Value first = test::json_of(world.get("/v1/evidence?limit=2"));
    CHECK(first.array_at("items")->size() == 2);
    CHECK(first.unsigned_at("total") == 3U);
    CHECK(first.array_at("held")->size() == 1);
    const std::string next{first.text_at("next").value()};
    const json::Value second = test::json_of(world.get("/v1/evidence?limit=2&after=" + next));
    CHECK(second.array_at("items")->size() == 1);
    CHECK(second.find("held") == nullptr);
    const json::Value past = test::json_of(world.get("/v1/evidence?at_height=1"));
    CHECK(past.array_at("items")->size() == 1);
    CHECK(past.find("held") == nullptr);
}

TEST_CASE("what is held says whether the chain can still take it") {
    World world;
    const auto reportable = [&world] {
        const json::Value body = test::json_of(world.get("/v1/evidence"));
        REQUIRE(body.array_at("held")->size() == 1);
        const auto told = body.array_at("held")->front().bool_at("reportable");
        const json::Value one = test::json_of(world.get("/v1/evidence/" + to_hex(id_at(Height{90}).value)));
        CHECK(part_at(one, "evidence").bool_at("reportable") == told);
        return told;
    };
    hold(world, Height{90});
    CHECK(reportable() == true);
    Bytes& bytes = world.held_.at(id_at(Height{90})).bytes;
    bytes.resize(ledger::evidence_size_max + 1);
    CHECK(reportable() == false);
    bytes.resize(ledger::evidence_size_max);
    CHECK(reportable() == true);
    for (std::uint64_t height = 1; height <= ledger::convictions_max; ++height) {
        CHECK(reportable() == true);
        world.commit("cat", {ledger::ReportEvidence{.evidence = evidence_at(world, Height{height})}});
    }
    CHECK(reportable() == false);
}

TEST_CASE("evidence that nobody has, and ids and cursors that are none, are told apart") {
    World world;
    CHECK(test::problem_code(world.get("/v1/evidence/" + std::string(64, 'a')), 404) == "evidence.not_found");
    // What is held now says nothing of the past.
    hold(world, Height{60});
    const std::string held = "/v1/evidence/" + to_hex(id_at(Height{60}).value);
    CHECK(world.get(held).status == 200);
    CHECK(test::problem_code(world.get(held + "?at_height=" + std::to_string(world.height().value)), 404) ==
          "evidence.not_found");
    CHECK(test::problem_code(world.get("/v1/evidence/xyz"), 400) == "http.bad_id");
    CHECK(test::problem_code(world.get("/v1/evidence?after=xyz"), 400) == "http.bad_cursor");
    CHECK(world.get_open("/v1/evidence").status == 401);
}

TEST_CASE("a report that proves nothing is refused with its code") {
    World world;
    http::Request request = World::request(http::Method::post, "/v1/transactions");
    request.headers.add("Content-Type", "application/cose");
    request.body = world.sign("cat", {ledger::ReportEvidence{.evidence = {1, 2, 3}}});
    CHECK(test::problem_code(world.call(std::move(request)), 422) == "evidence.malformed");
}

}  // namespace datadeed::api
