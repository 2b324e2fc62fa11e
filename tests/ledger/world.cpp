#include "tests/ledger/world.h"

#include <algorithm>
#include <map>
#include <utility>

#include "chain/evidence_judge.h"
#include "crypto/hash.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

GenesisMember member(const std::string& id, std::vector<Role> roles) {
    return {
        .id = MemberId{id}, .organisation = "House of " + id, .roles = std::move(roles), .keys = {public_key_of(id)}};
}

Validator validator(const std::string& id) {
    return {.member = MemberId{id},
            .vote = public_key_of(id + "/vote"),
            .link = public_key_of(id + "/link"),
            .cosign = public_key_of(id + "/cosign")};
}

std::string shown(const std::optional<Refusal>& refusal) {
    return refusal ? std::string{code(*refusal)} : "applied";
}

}  // namespace

const crypto::SecretKey& key_of(const std::string& name) {
    static std::map<std::string, crypto::SecretKey> keys;
    const auto known = keys.find(name);
    if (known != keys.end()) return known->second;
    const Digest seed = crypto::sha256(as_bytes(name));
    return keys.emplace(name, crypto::SecretKey::from_seed(seed)).first->second;
}

crypto::PublicKey public_key_of(const std::string& name) {
    return key_of(name).public_key();
}

Genesis small_genesis() {
    Genesis genesis{
        .version = 1, .chain_name = "test", .time = beginning, .parameters = {}, .members = {}, .nodes = {}};
    genesis.members = {member("ann", {Role::owner}),     member("ben", {Role::owner}),
                       member("max", {Role::manager}),   member("op", {Role::operator_}),
                       member("reg", {Role::regulator}), member("rep", {Role::repository}),
                       member("una", {Role::user}),      member("uri", {Role::user})};
    for (const char* id : {"node-1", "node-2", "node-3", "node-4"}) {
        genesis.members.push_back(member(id, {Role::validator}));
        genesis.nodes.validators.push_back(validator(id));
    }
    genesis.members.push_back(
        {.id = MemberId{"watch"}, .organisation = "Press", .roles = {Role::observer}, .keys = {}});
    genesis.nodes.observers.push_back({.member = MemberId{"watch"}, .link = public_key_of("watch/link")});
    std::ranges::sort(genesis.members, {}, &GenesisMember::id);
    return genesis;
}

Terms usual_terms() {
    return {.purposes = {Purpose{"research"}, Purpose{"teaching"}},
            .operations = {QueryOperation::count, QueryOperation::sum, QueryOperation::mean},
            .from = std::nullopt,
            .until = TimeMs{beginning.value + day_ms},
            .uses = 100,
            .depth = 3};
}

ManagerScope usual_scope() {
    return {
        .purposes = std::nullopt, .operations = std::nullopt, .until = std::nullopt, .uses = std::nullopt, .depth = 8};
}

Terms narrower(Terms terms) {
    --terms.depth;
    return terms;
}

World::World(const Genesis& genesis) : chain_{chain_id(encode(genesis))} {
    REQUIRE(check(genesis));
    state_.apply(genesis_state(genesis));
}

std::optional<Refusal> World::submit(const VerifiedTransaction& transaction) {
    BlockExecution execution{state_, {.height = height_.next(), .time = time_}, chain::evidence_judge()};
    const Result<void, Refusal> applied = execution.apply(transaction);
    const StateChanges changes = execution.finish();
    if (!applied) {
        CHECK(changes.empty());
        return applied.error();
    }
    state_.apply(changes);
    height_ = height_.next();
    ++time_.value;
    return std::nullopt;
}

std::optional<Refusal> World::submit(const std::string& signer, const std::vector<Operation>& operations) {
    for (const Operation& operation : operations) {
        if (const auto form = check(operation); !form) return form.error();
    }
    return submit(signed_by(signer, operations));
}

std::optional<Refusal> World::submit(const std::string& signer, const Operation& operation) {
    return submit(signer, std::vector{operation});
}

std::optional<Refusal> World::submit_with_key(const std::string& signing_key, const Operation& operation) {
    return submit(signing_key, operation);
}

VerifiedTransaction World::signed_by(const std::string& signing_key, const std::vector<Operation>& operations) {
    const Transaction content{.nonce = Nonce{time_.value * 1000 + ++nonces_made_},
                              .expires = TimeMs{time_.value + hour_ms},
                              .operations = operations};
    auto parsed = parse(chain_, sign_transaction(chain_, content, key_of(signing_key)));
    REQUIRE(parsed);
    auto verified = verify(std::move(*parsed));
    REQUIRE(verified);
    return std::move(*verified);
}

TxId World::must(const std::string& signer, const Operation& operation) {
    const VerifiedTransaction transaction = signed_by(signer, {operation});
    const std::optional<Refusal> refused = submit(transaction);
    INFO(name(operation) << " by " << signer << ": " << shown(refused));
    REQUIRE(!refused);
    return transaction.id();
}

GrantId World::must_grant(const std::string& signer, const CreateGrant& operation) {
    return grant_id(must(signer, operation), 0);
}

World world_with_census() {
    World world;
    for (const char* id : {"census", "maps"}) {
        world.must("ann", RegisterData{.data = DatasetId{id}, .title = "A title", .type = "table", .commitment = {}});
    }
    return world;
}

void check_ladder(const Ladder& ladder) {
    for (const Rung& rung : ladder) {
        INFO("expected " << code(rung.expected) << ", seen " << shown(rung.seen));
        CHECK(rung.seen == rung.expected);
    }
}

}  // namespace datadeed::ledger::test
