#include "crypto/cose.h"
#include "tests/api/world.h"
#include "tests/support/catch.h"

// What a client can send that is no transaction of this chain, each with an answer of its own, and nothing changed by
// it.

namespace datadeed::api {
namespace {

using test::World;

http::Response post(World& world, Bytes body) {
    http::Request request = World::request(http::Method::post, "/v1/transactions");
    request.headers.add("Content-Type", "application/cose");
    request.headers.add("Prefer", "wait=5");
    request.body = std::move(body);
    return world.call(std::move(request));
}

// All that a member can see: the tip with its hash (which covers the state's root), and the lists.
std::string seen(World& world) {
    std::string all;
    for (const char* path : {"/v1/data", "/v1/members", "/v1/grants"}) all += world.get(path).body;
    const auto tip = world.chain().tip();
    REQUIRE(tip);
    return all + " height " + std::to_string(world.height().value) + " log " + std::to_string(tip->log_size) + " " +
           to_hex(tip->hash) + " " + json::dump(*test::json_of(world.get("/v1/node")).find("pool"));
}

// A message of the right form around any payload.
Bytes around(const World& world, ByteView payload) {
    const Bytes context = crypto::signing_context(ledger::transaction_context, world.facts().chain);
    return crypto::encode_sign1(crypto::make_sign1(world.key("ann"), ledger::transaction_type, context, payload));
}

struct Case {
    const char* what;
    Bytes body;
    unsigned status;
    const char* code;
    const char* says;  // part of the detail
};

void refuses(World& world, const Case& bad) {
    INFO(bad.what);
    const std::string before = seen(world);
    const http::Response response = post(world, bad.body);
    CHECK(test::problem_code(response, bad.status) == bad.code);
    INFO(response.body);
    CHECK(test::json_of(response).text_at("detail").value_or("").find(bad.says) != std::string_view::npos);
    CHECK(seen(world) == before);
}

Bytes plus(Bytes bytes, std::uint8_t last) {
    bytes.push_back(last);
    return bytes;
}

TEST_CASE("bytes of a broken form are told which rule they break and at which byte, and change nothing") {
    World world;
    world.commit("ann", {test::register_data("first")});
    const Bytes good = world.sign("ann", {test::register_data("a")});
    const Bytes deep(40, 0x81);  // each an array that holds the next
    Bytes long_form = good;      // the array's 4 elements, said in two bytes
    long_form[1] = 0x98;
    long_form.insert(long_form.begin() + 2, 0x04);
    const Bytes cut{good.begin(), good.end() - 1};
    const auto at = [](const Bytes& bytes) { return bytes.size(); };
    const std::string trailing = "At byte " + std::to_string(at(good)) + ": bytes follow the item";
    const std::size_t payload_at = at(around(world, deep)) - 66 - deep.size();
    const std::string nested_payload = "At byte " + std::to_string(payload_at + 16) + ": items nest too deeply";
    const std::vector<Case> cases{
        {"truncated", cut, 422, "tx.malformed", "the bytes end inside an item"},
        {"one byte", {0xD2}, 422, "tx.malformed", "At byte 1: the bytes end inside an item"},
        {"oversized", Bytes(ledger::transaction_size_max + 1, 0), 413, "tx.too_large", "65,535"},
        {"deeply nested", deep, 422, "tx.malformed", "At byte 16: items nest too deeply"},
        {"deeply nested inside", around(world, deep), 422, "tx.malformed", nested_payload.c_str()},
        {"non-canonical length", long_form, 422, "tx.malformed", "At byte 1: a number is not in its shortest form"},
        {"open length", {0xD2, 0x9F, 0xFF}, 422, "tx.malformed", "At byte 1: a length is left open (indefinite)"},
        {"trailing byte", plus(good, 0), 422, "tx.malformed", trailing.c_str()},
        {"no transaction inside", around(world, Bytes{0x01}), 422, "tx.malformed", "not of the expected type"},
        {"text", to_bytes(as_bytes("{\"hello\":1}")), 422, "tx.malformed", "At byte "},
    };
    for (const Case& bad : cases) refuses(world, bad);
    CHECK(post(world, good).status == 200);
}

TEST_CASE("without a quorum, malformed bytes are told the same") {
    World world;
    world.has_quorum_ = false;
    const http::Response response = post(world, Bytes(40, 0x81));
    CHECK(test::problem_code(response, 422) == "tx.malformed");
    CHECK(response.body.find("At byte 16: items nest too deeply") != std::string::npos);
}

TEST_CASE("a transaction of another chain, key or time is refused by its own name and changes nothing") {
    World world;
    world.commit("ann", {test::register_data("first")});
    const auto signed_by = [&world](const crypto::SecretKey& key, const ChainId& chain, std::int64_t shift_ms) {
        const std::uint64_t now = world.now().value + static_cast<std::uint64_t>(shift_ms);
        const ledger::Transaction transaction{.nonce = ledger::Nonce{now * 1000},
                                              .expires = TimeMs{now + 600'000},
                                              .operations = {test::register_data("a")}};
        return ledger::sign_transaction(chain, transaction, key);
    };
    const ChainId here = world.facts().chain;
    ChainId other = here;
    other.value[0] ^= 1U;
    constexpr std::int64_t hour = 3'600'000;
    // Of one member, but naming another's key: the key's place in the protected header, after the head {1: -19, 4:.
    Bytes anothers = signed_by(world.key("ann"), here, 0);
    const crypto::PublicKey bob = world.key("bob").public_key();
    const crypto::PublicKey ann = world.key("ann").public_key();
    const auto kid = std::ranges::search(anothers, ann.value);
    REQUIRE(kid);
    std::ranges::copy(bob.value, kid.begin());
    const std::vector<Case> cases{
        {"wrong chain", signed_by(world.key("ann"), other, 0), 403, "tx.signature_wrong", "for this chain"},
        {"another's key", anothers, 403, "tx.signature_wrong", "named key"},
        {"unknown key", signed_by(test::key_of(99), here, 0), 403, "key.not_found", "No member"},
        {"expired", signed_by(world.key("ann"), here, -hour), 409, "tx.expired", "expiry"},
        {"an hour ahead", signed_by(world.key("ann"), here, hour), 409, "tx.nonce_too_far_ahead", "nonce"},
    };
    for (const Case& bad : cases) refuses(world, bad);
}

TEST_CASE("a replay gets its old place, and its nonce is of no use for anything else") {
    World world;
    const auto with_nonce = [&world](std::uint64_t nonce, const char* id) {
        const ledger::Transaction transaction{.nonce = ledger::Nonce{nonce},
                                              .expires = TimeMs{world.now().value + 600'000},
                                              .operations = {test::register_data(id)}};
        return ledger::sign_transaction(world.facts().chain, transaction, world.key("ann"));
    };
    const std::uint64_t nonce = world.now().value * 1000;
    const Bytes first = with_nonce(nonce, "a");
    const http::Response committed = post(world, first);
    REQUIRE(committed.status == 200);
    world.advance(50);
    const std::string before = seen(world);
    const http::Response again = post(world, first);
    CHECK(again.status == 200);
    CHECK(again.body == committed.body);
    CHECK(seen(world) == before);
    refuses(world, {"the same nonce", with_nonce(nonce, "b"), 409, "tx.nonce_used", "same nonce"});
}

}  // namespace
}  // namespace datadeed::api
