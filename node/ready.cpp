#include "node/ready.h"

#include <optional>
#include <utility>

#include "base/bytes.h"
#include "http/client.h"
#include "json/json.h"
#include "ledger/readiness.h"
#include "ledger/ready_file.h"
#include "node/startup.h"

namespace datadeed::node {
namespace {

Fault not_answered(const NodeConfig& config, std::string detail) {
    return {.exit = Exit::network,
            .code = "node.not_running",
            .detail = "the node at " + to_text(config.listen_ops) + " doesn't answer: " + std::move(detail),
            .hint = "start it with this configuration; it must run and be caught up to say that it is ready"};
}

std::string text_of(const json::Value& answer, const char* name) {
    return std::string{answer.text_at(name).value_or("")};
}

// What the running node says: the height at which it is ready.
Result<Height, Fault> ask_node(const NodeConfig& config, const GenesisDocument& genesis,
                               const crypto::PublicKey& vote) {
    http::Connection connection{config.listen_ops.host, config.listen_ops.port};
    const auto response =
        connection.call({.method = http::Method::post, .target = "/ready?vote=" + to_hex(vote.value)});
    if (!response) return fail(not_answered(config, response.error().detail));
    const auto answer = json::parse(response->body);
    if (!answer) return fail(not_answered(config, "its answer isn't JSON"));
    if (response->status != 200) {
        return fail(Fault{.exit = Exit::conflict,
                          .code = text_of(*answer, "code"),
                          .detail = text_of(*answer, "detail"),
                          .hint = text_of(*answer, "hint")});
    }
    const std::optional<std::uint64_t> height = answer->unsigned_at("height");
    const bool is_it =
        text_of(*answer, "node") == config.name && text_of(*answer, "chain") == to_hex(genesis.chain.value);
    if (is_it && height) return Height{*height};
    return fail(Fault{.exit = Exit::conflict,
                      .code = "node.other_chain",
                      .detail = "another node than this configuration's runs at " + to_text(config.listen_ops),
                      .hint = "check listen.ops, node.name and node.genesis"});
}

}  // namespace

Result<std::string, Fault> make_ready_file(const NodeConfig& config, bool observer) {
    const Result<GenesisDocument, Fault> genesis = read_genesis(config.genesis);
    if (!genesis) return fail(genesis.error());
    const Result<ReadyKeys, Fault> keys = open_ready_keys(config);
    if (!keys) return fail(keys.error());
    const bool votes = keys->vote && !observer;
    const Result<Height, Fault> height = votes ? ask_node(config, *genesis, keys->vote->public_key()) : Height{};
    if (!height) return fail(height.error());
    const ledger::MemberId member{config.name};
    const ledger::NodeSecrets secrets{
        .vote = votes ? &*keys->vote : nullptr, .link = &keys->link, .cosign = votes ? &*keys->cosign : nullptr};
    return ledger::format_ready_file({.chain = genesis->chain,
                                      .member = member,
                                      .keys = ledger::public_keys_of(secrets),
                                      .ready = ledger::sign_readiness(genesis->chain, member, secrets, *height)});
}

}  // namespace datadeed::node
