#include "crypto/merkle.h"
#include "crypto/policy.h"
#include "crypto/tlog_proof.h"
#include "ledger/checkpoint_names.h"
#include "tests/api/world.h"
#include "tests/support/catch.h"

// Transactions, receipts, blocks, the node and the tiles of the log.

namespace datadeed::api {
namespace {

using test::World;

crypto::Policy policy_of(const World& world) {
    return {.origin = ledger::checkpoint_origin("test", world.facts().chain),
            .cosigners = {{.name = ledger::cosigner_name("test", ledger::MemberId{"zn0"}),
                           .type = crypto::KeyType::cosignature,
                           .key = test::key_of(3).public_key()}},
            .quorum = 1};
}

TEST_CASE("a final transaction is shown with its place and its operations") {
    World world;
    world.commit("ann", {test::register_data("a")});
    const ledger::TxId id = world.commit("ann", {test::register_data("b"), test::grant("b", "bob")});
    const json::Value tx = test::json_of(world.get("/v1/tx/" + to_hex(id.value)));
    CHECK(tx.text_at("status") == "committed");
    CHECK(tx.unsigned_at("height") == 2U);
    CHECK(tx.unsigned_at("index") == 1U);
    CHECK(tx.text_at("signer") == to_hex(world.key("ann").public_key().value));
    REQUIRE(tx.array_at("operations")->size() == 2);
    CHECK(tx.array_at("operations")->front().text_at("kind") == "register_data");
    CHECK(tx.array_at("operations")->back().text_at("grant") == to_hex(ledger::grant_id(id, 1).value));
}

TEST_CASE("a transaction on its way is pending, an unknown one isn't found") {
    World world;
    ledger::TxId id;
    id.value[0] = 7;
    const std::string path = "/v1/tx/" + to_hex(id.value);
    CHECK(test::problem_code(world.get(path), 404) == "tx.not_found");
    CHECK(test::problem_code(world.get(path + "/receipt"), 404) == "tx.not_found");
    world.pending_ = id;
    CHECK(test::json_of(world.get(path)).text_at("status") == "pending");
    CHECK(test::problem_code(world.get(path + "/receipt"), 503) == "receipt.not_ready");
    CHECK(test::problem_code(world.get("/v1/tx/xyz"), 400) == "http.bad_id");
    CHECK(test::problem_code(world.get("/v1/tx/" + std::string(64, 'A')), 400) == "http.bad_id");
}

TEST_CASE("a receipt convinces somebody who has nothing but the policy") {
    World world;
    std::vector<ledger::TxId> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(world.commit("ann", {test::register_data("set-" + std::to_string(i))}));
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const http::Response response = world.get("/v1/tx/" + to_hex(ids[i].value) + "/receipt");
        REQUIRE(response.status == 200);
        CHECK(response.content_type.starts_with("text/plain"));
        auto proof = crypto::parse_tlog_proof(response.body);
        REQUIRE(proof);
        REQUIRE(proof->extra);
        CHECK(proof->index == i);
        const auto verified = crypto::verify_proof(policy_of(world), *proof->extra, *proof);
        REQUIRE(verified);
        const auto parsed = ledger::parse(world.facts().chain, *proof->extra);
        REQUIRE(parsed);
        CHECK(parsed->id == ids[i]);
        Bytes changed = *proof->extra;
        changed.back() ^= 1U;
        CHECK_FALSE(crypto::verify_proof(policy_of(world), changed, *proof));
    }
}

TEST_CASE("what was pruned is told so, and its receipt still convinces whoever has the transaction") {
    World world;
    const ledger::TxId id = world.commit("ann", {test::register_data("a")});
    world.commit("ann", {test::register_data("b")});
    const std::string path = "/v1/tx/" + to_hex(id.value);
    const auto whole = crypto::parse_tlog_proof(world.get(path + "/receipt").body);
    REQUIRE(whole);
    world.prune(Height{1});
    const json::Value tx = test::json_of(world.get(path));
    CHECK(tx.text_at("status") == "committed");
    CHECK(tx.unsigned_at("height") == 1U);
    CHECK(tx.unsigned_at("index") == 0U);
    CHECK(tx.find("pruned") != nullptr);
    CHECK(tx.find("operations") == nullptr);
    CHECK(test::problem_code(world.get("/v1/blocks/1"), 410) == "chain.pruned");
    CHECK(world.get("/v1/blocks/2").status == 200);
    const auto proof = crypto::parse_tlog_proof(world.get(path + "/receipt").body);
    REQUIRE(proof);
    CHECK_FALSE(proof->extra.has_value());
    CHECK(crypto::verify_proof(policy_of(world), *whole->extra, *proof));
}

TEST_CASE("a block is shown with its transactions and who certified it") {
    World world;
    const ledger::TxId id = world.commit("ann", {test::register_data("a")});
    const json::Value block = test::json_of(world.get("/v1/blocks/1"));
    CHECK(block.unsigned_at("height") == 1U);
    CHECK(block.text_at("proposer") == "zn0");
    CHECK(block.array_at("transactions")->front().as_text() == to_hex(id.value));
    CHECK(block.unsigned_at("log_size") == 1U);
    CHECK(block.text_at("hash") == to_hex(world.status()->block_hash));
    CHECK(block.find("certificate")->array_at("signers")->front().as_text() == "zn0");
    CHECK(test::problem_code(world.get("/v1/blocks/2"), 404) == "block.not_found");
    CHECK(test::problem_code(world.get("/v1/blocks/0"), 404) == "block.not_found");
    CHECK(test::problem_code(world.get("/v1/blocks/01"), 400) == "http.bad_number");
    CHECK(test::problem_code(world.get("/v1/blocks/99999999999999999999"), 400) == "http.bad_number");
}

TEST_CASE("the node tells who it is and how it is") {
    World world;
    world.commit("ann", {test::register_data("a")});
    const json::Value node = test::json_of(world.get("/v1/node"));
    CHECK(node.text_at("name") == "zn0");
    CHECK(node.text_at("role") == "validator");
    CHECK(node.text_at("state") == "ready");
    CHECK(node.unsigned_at("height") == 1U);
    CHECK(node.text_at("primary") == "zn0");
    CHECK(node.text_at("chain") == to_hex(world.facts().chain.value));
    CHECK(node.array_at("peers")->empty());
    CHECK(node.find("pool")->unsigned_at("transactions") == 0U);
    world.has_quorum_ = false;
    CHECK(test::json_of(world.get("/v1/node")).text_at("state") == "no_quorum");
}

TEST_CASE("the genesis document is open to all, byte for byte") {
    World world;
    const http::Response response = world.get_open("/v1/genesis");
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/cbor");
    CHECK(ledger::chain_id(as_bytes(response.body)) == world.facts().chain);
}

TEST_CASE("the checkpoint is open to all and cosigned") {
    World world;
    CHECK(test::problem_code(world.get_open("/checkpoint"), 404) == "checkpoint.not_found");
    world.commit("ann", {test::register_data("a")});
    const http::Response response = world.get_open("/checkpoint");
    REQUIRE(response.status == 200);
    const auto verified = crypto::verify_checkpoint(policy_of(world), response.body);
    REQUIRE(verified);
    CHECK(verified->checkpoint.size == 1);
}

TEST_CASE("tiles hold the hashes of the log, and only as many as it has") {
    World world;
    std::vector<Bytes> leaves;
    for (int i = 0; i < 3; ++i) {
        const ledger::TxId id = world.commit("ann", {test::register_data("set-" + std::to_string(i))});
        const auto place = world.chain().find(id);
        REQUIRE(place);
        leaves.push_back(**world.chain().leaf((*place)->log_index));
    }
    const http::Response tile = world.get_open("/tile/0/000.p/3");
    REQUIRE(tile.status == 200);
    CHECK(tile.find_header("Cache-Control").value_or("").find("immutable") != std::string::npos);
    REQUIRE(tile.body.size() == 96);
    for (std::size_t i = 0; i < 3; ++i) {
        const Digest leaf = crypto::leaf_hash(leaves[i]);
        CHECK(tile.body.substr(32 * i, 32) == as_text(leaf));
    }
    CHECK(world.get_open("/tile/0/000.p/1").body == tile.body.substr(0, 32));
    for (const char* name : {"0/000", "0/000.p/4", "0/001.p/1", "1/000.p/1", "0/000.p/0", "0/000.p/256", "8/000",
                             "x/000", "0/0", "0/0000", "0/x001/000.p/1", "0/x000/000.p/3", "0/000.q/3", "0/000/3",
                             "00/000.p/1", "7/x999/x999/x999/x999/999", "0/x999/x999/x999/x999/x999/999.p/1"}) {
        CAPTURE(name);
        CHECK(test::problem_code(world.get_open("/tile/" + std::string{name}), 404) == "tile.not_found");
    }
}

TEST_CASE("bundles hold the transactions as signed, for members") {
    World world;
    const ledger::TxId id = world.commit("ann", {test::register_data("a")});
    world.commit("ann", {test::register_data("b")});
    const http::Response bundle = world.get("/tile/entries/000.p/2");
    REQUIRE(bundle.status == 200);
    const std::size_t size =
        static_cast<std::uint8_t>(bundle.body[0]) * 256U + static_cast<std::uint8_t>(bundle.body[1]);
    const auto parsed = ledger::parse(world.facts().chain, as_bytes(bundle.body.substr(2, size)));
    REQUIRE(parsed);
    CHECK(parsed->id == id);
    CHECK(test::problem_code(world.get("/tile/entries/000.p/3"), 404) == "tile.not_found");
    CHECK(test::problem_code(world.get("/tile/entries/000"), 404) == "tile.not_found");
}

}  // namespace
}  // namespace datadeed::api
