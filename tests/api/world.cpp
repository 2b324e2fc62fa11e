#include "tests/api/world.h"

#include <stdexcept>

#include "base/fields.h"
#include "base/overloaded.h"
#include "chain/prune.h"
#include "crypto/cose.h"
#include "node/api/token.h"
#include "tests/support/catch.h"

namespace datadeed::api::test {
namespace {

using ledger::MemberId;
using ledger::Role;

struct Person {
    const char* name;
    Role role;
    std::uint8_t key;
};
constexpr Person people[] = {{"ann", Role::owner, 10},       {"bob", Role::user, 11},
                             {"boss", Role::operator_, 12},  {"cat", Role::user, 13},
                             {"lab", Role::repository, 14},  {"rex", Role::regulator, 15},
                             {"ward", Role::repository, 16}, {"zn0", Role::validator, 17}};

ledger::Genesis make_genesis() {
    ledger::Genesis genesis;
    genesis.chain_name = "test";
    genesis.time = TimeMs{start_ms - 1000};
    genesis.parameters.log_match_window_ms = 60'000;
    genesis.parameters.log_expiry_window_ms = 120'000;
    for (const Person& person : people) {
        genesis.members.push_back({.id = MemberId{person.name},
                                   .organisation = "Org of " + std::string{person.name},
                                   .roles = {person.role},
                                   .keys = {key_of(person.key).public_key()}});
    }
    genesis.nodes.validators = {{.member = MemberId{"zn0"},
                                 .vote = key_of(1).public_key(),
                                 .link = key_of(2).public_key(),
                                 .cosign = key_of(3).public_key()}};
    return genesis;
}

}  // namespace

crypto::SecretKey key_of(std::uint8_t number) {
    ByteArray<32> seed{};
    seed.fill(number);
    return crypto::SecretKey::from_seed(seed);
}

World::World() : genesis_{make_genesis()} {
    for (const Person& person : people) keys_.emplace(person.name, key_of(person.key));
    REQUIRE(ledger::check(genesis_));
    chain_ = chain::open_memory_store(chain_disk_);
    state_ = std::make_unique<CountedStore>(chain::open_memory_store(state_disk_));
    REQUIRE(files_.create_folder("data"));
    context_.emplace(replica::make_verify_context(genesis_, cache_));
    replica::Identity identity{.self = MemberId{"zn0"}, .vote_keys = {}, .cosign_keys = {}};
    identity.vote_keys.push_back(replica::make_vote_key(key_of(1)));
    identity.cosign_keys.push_back(std::make_shared<const crypto::SecretKey>(key_of(3)));
    auto replica = replica::Replica::start(genesis_, std::move(identity),
                                           {.chain = chain_.get(),
                                            .state = state_.get(),
                                            .files = &files_,
                                            .votes_path = "data/votes",
                                            .state_options = {}});
    if (!replica) throw std::runtime_error(replica.error().code + ": " + replica.error().reason);
    replica_ = std::move(*replica);
    facts_ = {.name = MemberId{"zn0"},
              .chain = ledger::chain_id(encode(genesis_)),
              .chain_name = "test",
              .genesis = encode(genesis_),
              .version = "0.0.1"};
    api_ = std::make_unique<Api>(*this);
    advance(0);
}

std::vector<replica::Outcome> World::step(replica::Event event) {
    std::vector<replica::Outcome> outcomes;
    for (const replica::Action& action : replica_->step(std::move(event))) {
        if (const auto* reply = std::get_if<replica::Reply>(&action)) outcomes.push_back(reply->outcome);
        if (const auto* halt = std::get_if<replica::Halt>(&action)) throw std::runtime_error(halt->code + halt->reason);
    }
    return outcomes;
}

void World::prune(Height last) {
    REQUIRE(chain::prune_blocks(*chain_, last));
}

void World::advance(std::uint64_t milliseconds) {
    now_ = TimeMs{now_.value + milliseconds};
    (void)step(replica::Tick{.now = replica::MonotonicMs{now_.value}, .wall = now_});
}

std::shared_ptr<const replica::Status> World::status() const {
    auto status = std::make_shared<replica::Status>(replica_->status());
    if (!has_quorum_) status->has_quorum = false;
    return status;
}

Result<std::unique_ptr<chain::StateSnapshot>, chain::Error> World::state(std::optional<Height> at) const {
    return chain::StateSnapshot::open(*state_, at);
}

void World::submit(Bytes transaction, std::chrono::milliseconds wait, WhenSubmitted done) {
    asked_wait_ = wait;
    if (instead_) return done(*instead_);
    auto checked = replica::check_transaction(transaction, *context_);
    if (!checked) return done(replica::explain(transaction, checked.error()));
    std::vector<replica::Outcome> outcomes =
        step(replica::SubmitTransaction{.transaction = *checked, .token = replica::RequestToken{++last_token_}});
    // One node alone decides within a few ticks.
    for (int i = 0; i < 200 && (outcomes.empty() || std::holds_alternative<replica::Accepted>(outcomes.back())); ++i) {
        now_ = TimeMs{now_.value + 5};
        const auto more = step(replica::Tick{.now = replica::MonotonicMs{now_.value}, .wall = now_});
        outcomes.insert(outcomes.end(), more.begin(), more.end());
    }
    REQUIRE_FALSE(outcomes.empty());
    const replica::Outcome& outcome = wait.count() == 0 ? outcomes.front() : outcomes.back();
    std::visit([&done](const auto& what) { done(what); }, outcome);
}

Bytes World::sign(const std::string& member, std::vector<ledger::Operation> operations) {
    const ledger::Transaction transaction{.nonce = ledger::Nonce{now_.value * 1000 + ++nonce_},
                                          .expires = TimeMs{now_.value + 600'000},
                                          .operations = std::move(operations)};
    return ledger::sign_transaction(facts_.chain, transaction, key(member));
}

ledger::TxId World::commit(const std::string& member, std::vector<ledger::Operation> operations) {
    http::Request post = request(http::Method::post, "/v1/transactions");
    post.headers.add("Content-Type", "application/cose");
    post.headers.add("Prefer", "wait=10");
    post.body = sign(member, std::move(operations));
    const http::Response response = call(std::move(post));
    INFO(response.body);
    REQUIRE(response.status == 200);
    advance(50);
    return ledger::TxId{*array_from_hex<32>(*json_of(response).text_at("tx"))};
}

std::string World::token(const std::string& member) const {
    const Bytes payload =
        encode(Token{.member = MemberId{member}, .node = "zn0", .expires = TimeMs{now_.value + 300'000}});
    const Bytes aad = crypto::signing_context(token_context, facts_.chain);
    return "Datadeed " + to_base64(crypto::encode_sign1(crypto::make_sign1(key(member), token_type, aad, payload)));
}

http::Request World::request(http::Method method, const std::string& target) {
    http::Request request;
    request.method = method;
    request.target = target;
    const auto parsed = http::parse_target(target);
    REQUIRE(parsed);
    request.path = parsed->path;
    request.query = parsed->query;
    return request;
}

http::Response World::call(http::Request request) {
    std::optional<http::Response> response;
    api_->handle(std::move(request), [&response](http::Response made) {
        REQUIRE_FALSE(response);
        response = std::move(made);
    });
    REQUIRE(response);
    return *response;
}

http::Response World::get_open(const std::string& target) {
    return call(request(http::Method::get, target));
}

http::Response World::get(const std::string& target) {
    http::Request made = request(http::Method::get, target);
    made.headers.add("Authorization", token("bob"));
    return call(std::move(made));
}

json::Value json_of(const http::Response& response) {
    const auto value = json::parse(response.body);
    INFO(response.body);
    REQUIRE(value);
    return *value;
}

std::string problem_code(const http::Response& response, unsigned status) {
    INFO(response.body);
    REQUIRE(response.status == status);
    CHECK(response.content_type == "application/problem+json");
    const json::Value body = json_of(response);
    CHECK(body.unsigned_at("status") == status);
    CHECK_FALSE(body.text_at("title").value_or("").empty());
    CHECK_FALSE(body.text_at("detail").value_or("").empty());
    return std::string{body.text_at("code").value_or("")};
}

ledger::Operation register_data(const std::string& id) {
    return ledger::RegisterData{
        .data = ledger::DatasetId{id}, .title = "Title of " + id, .type = "table", .commitment = {}};
}

ledger::Terms some_terms() {
    return {.purposes = {ledger::Purpose{"research"}},
            .operations = {ledger::QueryOperation::count, ledger::QueryOperation::mean},
            .from = {},
            .until = TimeMs{start_ms + 3'600'000},
            .uses = 5,
            .depth = 2};
}

ledger::Operation grant(const std::string& data, const std::string& to) {
    return ledger::CreateGrant{
        .data = ledger::DatasetId{data}, .grantee = MemberId{to}, .parent = {}, .terms = some_terms()};
}

}  // namespace datadeed::api::test
