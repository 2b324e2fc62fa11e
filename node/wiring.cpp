#include "node/wiring.h"

#include <algorithm>
#include <map>

#include "crypto/random.h"
#include "node/replica/wire.h"
#include "node/version.h"

namespace datadeed::node {
namespace {

static_assert(replica::wire_size_max <= net::Limits{}.queue_bytes, "a link must carry every message");

constexpr std::size_t api_body_max = std::size_t{128}
                                     << 10U;  // twice a transaction, so that a long one is refused by name
constexpr std::size_t ops_connections = 64;

using Keys = std::map<std::string, crypto::PublicKey>;

Keys link_keys(const ledger::ValidatorSet& nodes) {
    Keys keys;
    for (const ledger::Validator& validator : nodes.validators) keys[validator.member.value] = validator.link;
    for (const ledger::Observer& observer : nodes.observers) keys[observer.member.value] = observer.link;
    return keys;
}

// The key to expect at a peer's address: what the chain says, unless the configuration knows better.
std::optional<crypto::PublicKey> key_of(const PeerConfig& peer, const Keys& keys) {
    if (peer.key) return peer.key;
    const auto known = keys.find(peer.name);
    if (known == keys.end()) return std::nullopt;
    return known->second;
}

std::uint64_t random_number() {
    const ByteArray<8> bytes = crypto::random_array<8>();
    std::uint64_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8U | byte;
    return number;
}

Fault listen_fault(bool in_use, std::string_view code, std::string detail, const char* key) {
    return {.exit = Exit::network,
            .code = in_use ? "node.port_in_use" : std::string{code},
            .detail = std::string{key} + ": " + std::move(detail),
            .hint = in_use ? "stop the program that has the port, or change " + std::string{key}
                           : "check " + std::string{key} + " in the configuration"};
}

}  // namespace

net::Welcome welcome_of(const NodeConfig& config, const ledger::ValidatorSet& nodes) {
    const Keys keys = link_keys(nodes);
    net::Welcome welcome;
    Keys pinned;
    for (const ledger::Validator& validator : nodes.validators) {
        welcome.always_welcome.insert(validator.member.value);
    }
    for (const PeerConfig& peer : config.peers) {
        const std::optional<crypto::PublicKey> key = key_of(peer, keys);
        if (peer.name == config.name || !key) continue;
        welcome.peers.push_back({.name = peer.name, .host = peer.address.host, .port = peer.address.port, .key = *key});
        if (peer.key) pinned[peer.name] = *peer.key;
    }
    welcome.key_check = [keys, pinned](const crypto::PublicKey& key) -> std::optional<std::string> {
        for (const Keys* list : {&keys, &pinned}) {
            const auto found = std::ranges::find(*list, key, &Keys::value_type::second);
            if (found != list->end()) return found->first;
        }
        return std::nullopt;
    };
    return welcome;
}

std::vector<std::string> pinned_peers(const NodeConfig& config) {
    std::vector<std::string> pinned;
    for (const PeerConfig& peer : config.peers) {
        if (peer.key && peer.name != config.name) pinned.push_back(peer.name);
    }
    return pinned;
}

std::vector<std::string> unknown_peers(const NodeConfig& config, const ledger::ValidatorSet& nodes) {
    const Keys keys = link_keys(nodes);
    std::vector<std::string> unknown;
    for (const PeerConfig& peer : config.peers) {
        if (!key_of(peer, keys)) unknown.push_back(peer.name);
    }
    return unknown;
}

Fault unknown_peer(const std::string& name) {
    return {.exit = Exit::usage,
            .code = "config.unknown_peer",
            .detail = "the genesis document names no node '" + name + "'",
            .hint = "check the [[peers]] of the configuration; give the key of one that joined later"};
}

net::Config net_config(const NodeConfig& config, const ChainId& chain, const ledger::ValidatorSet& nodes) {
    net::Config made{.listen_host = config.listen_peer.host,
                     .listen_port = config.listen_peer.port,
                     .name = config.name,
                     .chain = chain,
                     .wire_version = 1,
                     .welcome = welcome_of(config, nodes),
                     .random = random_number,
                     .limits = {}};
    made.limits.frame_bytes = replica::wire_size_max;
    return made;
}

http::ServerConfig api_config(const NodeConfig& config) {
    http::ServerConfig made{
        .address = config.listen_api.host, .port = config.listen_api.port, .hosts = {}, .limits = {}};
    made.limits.connections = static_cast<std::size_t>(config.api_connections);
    made.limits.body_bytes = api_body_max;
    return made;
}

http::ServerConfig ops_config(const NodeConfig& config) {
    http::ServerConfig made{
        .address = config.listen_ops.host, .port = config.listen_ops.port, .hosts = {}, .limits = {}};
    made.limits.connections = ops_connections;
    made.limits.body_bytes = 0;
    return made;
}

api::NodeFacts facts_of(const NodeConfig& config, const GenesisDocument& genesis) {
    return {.name = ledger::MemberId{config.name},
            .chain = genesis.chain,
            .chain_name = genesis.content.chain_name,
            .genesis = genesis.bytes,
            .version = std::string{version()}};
}

Fault fault_of(const net::Failure& failure, const char* key) {
    return listen_fault(failure.error == net::Error::port_must_be_free, net::code_of(failure.error), failure.detail,
                        key);
}

Fault fault_of(const http::Failure& failure, const char* key) {
    return listen_fault(failure.error == http::Error::port_must_be_free, http::code_of(failure.error), failure.detail,
                        key);
}

bool is_question(ByteView message) {
    const std::optional<replica::WireKind> kind = replica::kind_of(message);
    return kind == replica::WireKind::fetch_blocks || kind == replica::WireKind::fetch_snapshot ||
           kind == replica::WireKind::fetch_part;
}

void log_takeover(const Log& log, const chain::TakenOver& outcome) {
    if (outcome.height) log.info("snapshot.taken_over", {{"height", outcome.height->value}});
    if (outcome.discarded) log.warn("snapshot.discarded", {{"why", chain::to_text(*outcome.discarded)}});
}

void log_link(const Log& log, const net::LinkEvent& event) {
    std::vector<LogField> fields = {{"peer", event.peer}, {"address", event.address}, {"text", event.text}};
    if (event.error) fields.emplace_back("code", net::code_of(*event.error));
    if (event.key) fields.emplace_back("key", to_hex(event.key->value));
    log.write(event.warning ? LogLevel::warn : LogLevel::debug, event.warning ? "peer.refused" : "peer.link",
              std::move(fields));
}

}  // namespace datadeed::node
