#include "node/api/token.h"

#include "crypto/cose.h"
#include "crypto/hash.h"
#include "tests/api/world.h"
#include "tests/support/catch.h"
#include "tests/support/page.h"

namespace datadeed::api {
namespace {

using test::World;

struct Made {
    std::string member{"bob"};
    std::string node{"zn0"};
    std::uint64_t expires_in{300'000};
    std::string key{"bob"};
    std::string_view type{token_type};
    std::string_view context{token_context};
    std::optional<ChainId> chain{};
};

std::string make(const World& world, const Made& made) {
    const Token token{.member = ledger::MemberId{made.member},
                      .node = made.node,
                      .expires = TimeMs{world.now().value + made.expires_in}};
    const Bytes aad = crypto::signing_context(made.context, made.chain.value_or(world.facts().chain));
    const auto message = crypto::make_sign1(world.key(made.key), made.type, aad, encode(token));
    return "Datadeed " + to_base64(crypto::encode_sign1(message));
}

std::string refusal(World& world, const std::string& authorization) {
    http::Request request = World::request(http::Method::get, "/v1/node");
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    const http::Response response = world.call(std::move(request));
    if (response.status == 200) return "ok";
    CHECK(response.find_header("WWW-Authenticate") == "Datadeed");
    return test::problem_code(response, 401);
}

TEST_CASE("a token of a member opens reading, again and again until it expires") {
    World world;
    const std::string token = make(world, {});
    CHECK(refusal(world, token) == "ok");
    CHECK(refusal(world, token) == "ok");
    world.advance(300'000);
    CHECK(refusal(world, token) == "auth.token_expired");
}

TEST_CASE("every broken rule of a token has its own code") {
    World world;
    ChainId other;
    other.value[0] = 1;
    CHECK(refusal(world, "") == "auth.token_missing");
    CHECK(refusal(world, "Bearer abc") == "auth.token_malformed");
    CHECK(refusal(world, "Datadeed !!!") == "auth.token_malformed");
    CHECK(refusal(world, "Datadeed AAAA") == "auth.token_malformed");
    CHECK(refusal(world, "Datadeed " + std::string(5000, 'A')) == "auth.token_malformed");
    CHECK(refusal(world, make(world, {.type = "datadeed/tx"})) == "auth.token_malformed");
    CHECK(refusal(world, make(world, {.node = "n9"})) == "auth.token_wrong_node");
    CHECK(refusal(world, make(world, {.expires_in = 0})) == "auth.token_expired");
    CHECK(refusal(world, make(world, {.expires_in = token_ahead_max_ms + 1})) == "auth.token_too_long");
    CHECK(refusal(world, make(world, {.expires_in = token_ahead_max_ms})) == "ok");
    CHECK(refusal(world, make(world, {.context = "datadeed/tx/1"})) == "auth.token_bad_signature");
    CHECK(refusal(world, make(world, {.chain = other})) == "auth.token_bad_signature");
    CHECK(refusal(world, make(world, {.member = "ann"})) == "auth.token_wrong_key");
    CHECK(refusal(world, make(world, {.member = "nobody"})) == "auth.token_wrong_key");
}

// A9: the same answer, byte for byte, whatever was asked for and whoever isn't there.
TEST_CASE("what doesn't open reading tells nothing of what is there") {
    World world;
    world.commit("ann", {test::register_data("there")});
    const auto answer_to = [&](const std::string& target, const std::string& authorization) {
        http::Request request = World::request(http::Method::get, target);
        if (!authorization.empty()) request.headers.add("Authorization", authorization);
        const http::Response response = world.call(std::move(request));
        CHECK(response.status == 401);
        return response.body;
    };
    const std::string wrong_key = make(world, {.member = "ann"});
    const std::string nobody = make(world, {.member = "nobody"});
    for (const std::string& authorization : {std::string{}, wrong_key, nobody}) {
        CHECK(answer_to("/v1/data/there", authorization) == answer_to("/v1/data/not-there", authorization));
        CHECK(answer_to("/v1/members/ann", authorization) == answer_to("/v1/members/nobody", authorization));
        CHECK(answer_to("/tile/entries/000", authorization) == answer_to("/tile/entries/999", authorization));
    }
    CHECK(answer_to("/v1/node", wrong_key) == answer_to("/v1/node", nobody));
}

TEST_CASE("a changed byte makes a token invalid, also when the original is known") {
    World world;
    std::string token = make(world, {});
    CHECK(refusal(world, token) == "ok");
    token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
    CHECK(refusal(world, token) == "auth.token_bad_signature");
}

TEST_CASE("a key that was retired stops reading at once, though its token was used before") {
    World world;
    const std::string token = make(world, {});
    CHECK(refusal(world, token) == "ok");
    world.commit("bob", {ledger::AddKey{.key = test::key_of(77).public_key()}});
    world.commit("bob", {ledger::RetireKey{.key = test::key_of(11).public_key()}});
    CHECK(refusal(world, token) == "auth.token_wrong_key");
}

TEST_CASE("the tokens that are remembered are few") {
    World world;
    TokenChecker checker{world.facts().chain, ledger::MemberId{"zn0"}};
    const auto state = world.state(std::nullopt);
    REQUIRE(state);
    for (std::uint64_t i = 0; i < token_cache_max + 10; ++i) {
        const std::string token = make(world, {.expires_in = 1000 + i});
        REQUIRE(checker.check(token, world.now(), Height{1}, **state));
    }
    CHECK(checker.cached() == token_cache_max);
}

// By the key whose seed is 32 times 01, for the chain whose id is SHA-256 of "chain".
TEST_CASE("the page on formats shows a token as it is") {
    ByteArray<32> seed{};
    seed.fill(1);
    const Token token{.member = ledger::MemberId{"a"}, .node = "n", .expires = TimeMs{1'800'000'000'000}};
    const Bytes aad = crypto::signing_context(token_context, ChainId{crypto::sha256(as_bytes("chain"))});
    const Bytes message =
        crypto::encode_sign1(crypto::make_sign1(crypto::SecretKey::from_seed(seed), token_type, aad, encode(token)));
    datadeed::test::check_page_shows("formats.md", "a token", message);
}

}  // namespace
}  // namespace datadeed::api
