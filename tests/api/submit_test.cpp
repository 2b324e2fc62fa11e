#include "tests/api/world.h"
#include "tests/support/catch.h"

namespace datadeed::api {
namespace {

using test::World;

http::Request post(Bytes body, const std::string& prefer = "", const std::string& type = "application/cose") {
    http::Request request = World::request(http::Method::post, "/v1/transactions");
    if (!type.empty()) request.headers.add("Content-Type", type);
    if (!prefer.empty()) request.headers.add("Prefer", prefer);
    request.body = std::move(body);
    return request;
}

TEST_CASE("a transaction is accepted with its id and where to ask for it") {
    World world;
    const Bytes raw = world.sign("ann", {test::register_data("a")});
    const auto parsed = ledger::parse(world.facts().chain, raw);
    REQUIRE(parsed);
    const http::Response response = world.call(post(raw));
    REQUIRE(response.status == 202);
    CHECK(test::json_of(response).text_at("tx") == to_hex(parsed->id.value));
    CHECK(response.find_header("Location") == "/v1/tx/" + to_hex(parsed->id.value));
    CHECK(world.asked_wait_.count() == 0);
}

TEST_CASE("who waits gets the place of the final transaction") {
    World world;
    const http::Response response = world.call(post(world.sign("ann", {test::register_data("a")}), "wait=60"));
    REQUIRE(response.status == 200);
    const json::Value body = test::json_of(response);
    CHECK(body.unsigned_at("height") == 1U);
    CHECK(body.unsigned_at("index") == 0U);
    CHECK(body.unsigned_at("time_ms").value_or(0) >= test::start_ms);
    CHECK(world.asked_wait_ == std::chrono::seconds{60});
}

TEST_CASE("a transaction that is final already answers with its place") {
    World world;
    const Bytes raw = world.sign("ann", {test::register_data("a")});
    REQUIRE(world.call(post(raw, "wait=5")).status == 200);
    const http::Response again = world.call(post(raw, "wait=5"));
    REQUIRE(again.status == 200);
    CHECK(test::json_of(again).unsigned_at("height") == 1U);
    world.has_quorum_ = false;
    CHECK(world.call(post(raw)).status == 200);
}

TEST_CASE("a submission and a later question name one place: the index in the log, not in the block") {
    World world;
    world.commit("ann", {test::register_data("first")});
    const Bytes raw = world.sign("ann", {test::register_data("second")});
    const json::Value posted = test::json_of(world.call(post(raw, "wait=5")));
    world.advance(50);
    const json::Value asked = test::json_of(world.get("/v1/tx/" + std::string{*posted.text_at("tx")}));
    for (const json::Value& answer : {posted, asked, test::json_of(world.call(post(raw, "wait=5")))}) {
        CHECK(answer.unsigned_at("height") == 2U);
        CHECK(answer.unsigned_at("index") == 1U);  // alone in its block, second in the log
    }
    world.has_quorum_ = false;
    CHECK(test::json_of(world.call(post(raw))).unsigned_at("index") == 1U);
}

TEST_CASE("refusals of the ledger carry its code and the status of their kind") {
    World world;
    world.commit("ann", {test::register_data("a")});
    const auto refused = [&](const std::string& member, const ledger::Operation& operation, unsigned status) {
        return test::problem_code(world.call(post(world.sign(member, {operation}), "wait=5")), status);
    };
    CHECK(refused("bob", test::register_data("b"), 403) == "data.owner_role_required");
    CHECK(refused("ann", test::register_data("a"), 409) == "data.exists");
    CHECK(refused("ann", test::grant("nothing", "bob"), 404) == "data.not_found");
}

TEST_CASE("bytes that aren't a transaction of this chain are refused") {
    World world;
    const auto code = [&](Bytes body, unsigned status) {
        return test::problem_code(world.call(post(std::move(body))), status);
    };
    CHECK(code({1, 2, 3}, 422) == "tx.malformed");
    CHECK(code(Bytes(ledger::transaction_size_max + 1, 0), 413) == "tx.too_large");
    CHECK(code({}, 400) == "http.empty_body");
    Bytes changed = world.sign("ann", {test::register_data("a")});
    changed.back() ^= 1U;
    CHECK(code(changed, 403) == "tx.signature_wrong");
    ChainId other;
    other.value[3] = 9;
    const ledger::Transaction foreign{.nonce = ledger::Nonce{test::start_ms * 1000},
                                      .expires = TimeMs{test::start_ms + 60'000},
                                      .operations = {test::register_data("a")}};
    CHECK(code(ledger::sign_transaction(other, foreign, world.key("ann")), 403) == "tx.signature_wrong");
}

TEST_CASE("headers of a submission must be right") {
    World world;
    const Bytes raw = world.sign("ann", {test::register_data("a")});
    CHECK(test::problem_code(world.call(post(raw, "", "application/json")), 415) == "http.media_type");
    CHECK(test::problem_code(world.call(post(raw, "", "")), 415) == "http.media_type");
    for (const char* prefer : {"wait=61", "wait=", "wait=-1", "wait=1.5", "respond-async", "wait=007"}) {
        CAPTURE(prefer);
        CHECK(test::problem_code(world.call(post(raw, prefer)), 400) == "http.bad_prefer");
    }
}

TEST_CASE("what the node can't take now says when to try again") {
    World world;
    const Bytes raw = world.sign("ann", {test::register_data("a")});
    const auto answer = [&](Submitted outcome, unsigned status) {
        world.instead_ = std::move(outcome);
        const http::Response response = world.call(post(raw));
        CHECK(response.find_header("Retry-After"));
        return test::problem_code(response, status);
    };
    using replica::Busy;
    CHECK(answer(replica::NotTaken{.tx = {}, .reason = Busy::pool_full}, 429) == "pool.full");
    CHECK(answer(replica::NotTaken{.tx = {}, .reason = Busy::member_has_too_many}, 429) == "pool.member_full");
    CHECK(answer(replica::NotTaken{.tx = {}, .reason = Busy::too_many_waiting}, 429) == "node.too_many_waiting");
    CHECK(answer(ApiError::node_must_not_be_overloaded, 503) == "node.overloaded");
    CHECK(answer(ApiError::node_must_not_be_stopping, 503) == "node.stopping");
    world.has_quorum_ = false;
    CHECK(answer(ApiError::node_must_not_be_overloaded, 503) == "node.no_quorum");
}

TEST_CASE("a submission needs no token, reading does") {
    World world;
    CHECK(world.call(post(world.sign("ann", {test::register_data("a")}))).status == 202);
    for (const char* path : {"/v1/node", "/v1/data", "/v1/data/a", "/v1/grants", "/v1/members", "/v1/members/ann",
                             "/v1/logs", "/v1/blocks/1", "/tile/entries/000"}) {
        CAPTURE(path);
        CHECK(test::problem_code(world.get_open(path), 401) == "auth.token_missing");
    }
}

TEST_CASE("paths and methods are exact") {
    World world;
    for (const char* path : {"/", "/v1", "/v1/data/a/b", "/V1/data", "/v1/nodes", "/checkpoint/"}) {
        CAPTURE(path);
        CHECK(test::problem_code(world.get(path), 404) == "http.no_route");
    }
    CHECK(test::problem_code(world.get("/v1/data/"), 404) == "data.not_found");  // the empty id
    const http::Response wrong = world.call(World::request(http::Method::post, "/v1/node"));
    CHECK(test::problem_code(wrong, 405) == "http.method");
    CHECK(wrong.find_header("Allow") == "GET, HEAD");
    const http::Response got = world.call(World::request(http::Method::get, "/v1/transactions"));
    CHECK(test::problem_code(got, 405) == "http.method");
    CHECK(got.find_header("Allow") == "POST");
    CHECK(test::problem_code(world.get("/v1/data?ownr=ann"), 400) == "http.unknown_parameter");
    CHECK(test::problem_code(world.get("/v1/node?verbose"), 400) == "http.unknown_parameter");
}

TEST_CASE("metrics see a route's pattern, never what a client typed") {
    CHECK(Api::route_of(World::request(http::Method::get, "/v1/data/abc")) == "/v1/data/{id}");
    CHECK(Api::route_of(World::request(http::Method::get, "/anything")) == "other");
}

}  // namespace
}  // namespace datadeed::api
