#include "node/wiring.h"

#include <map>

#include "crypto/random.h"
#include "node/replica/wire.h"
#include "node/version.h"

namespace datadeed::node {
namespace {

static_assert(replica::wire_size_max <= net::Limits{}.queue_bytes, "a link must carry every message");

constexpr std::size_t api_body_max = 128 * 1024;  // twice a transaction, so that a long one is refused by name
constexpr std::size_t ops_connections = 64;

std::map<std::string, crypto::PublicKey> link_keys(const ledger::Genesis& genesis) {
    std::map<std::string, crypto::PublicKey> keys;
    for (const ledger::Validator& validator : genesis.nodes.validators) keys[validator.member.value] = validator.link;
    for (const ledger::Observer& observer : genesis.nodes.observers) keys[observer.member.value] = observer.link;
    return keys;
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

Result<net::Config, Fault> net_config(const NodeConfig& config, const GenesisDocument& genesis) {
    const std::map<std::string, crypto::PublicKey> keys = link_keys(genesis.content);
    net::Config made{.listen_host = config.listen_peer.host,
                     .listen_port = config.listen_peer.port,
                     .name = config.name,
                     .chain = genesis.chain,
                     .wire_version = 1,
                     .peers = {},
                     .key_check = {},
                     .always_welcome = {},
                     .random = random_number,
                     .limits = {}};
    made.limits.frame_bytes = replica::wire_size_max;
    for (const ledger::Validator& validator : genesis.content.nodes.validators) {
        made.always_welcome.insert(validator.member.value);
    }
    for (const PeerConfig& peer : config.peers) {
        if (peer.name == config.name) continue;
        const auto key = keys.find(peer.name);
        if (key == keys.end()) {
            return fail(Fault{.exit = Exit::usage,
                              .code = "config.unknown_peer",
                              .detail = "the genesis document names no node '" + peer.name + "'",
                              .hint = "check the [[peers]] of the configuration"});
        }
        made.peers.push_back(
            {.name = peer.name, .host = peer.address.host, .port = peer.address.port, .key = key->second});
    }
    made.key_check = [keys](const crypto::PublicKey& key) -> std::optional<std::string> {
        for (const auto& [name, known] : keys) {
            if (known == key) return name;
        }
        return std::nullopt;
    };
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
            .version = std::string{version()},
            .nodes = genesis.content.nodes};
}

Fault fault_of(const net::Failure& failure, const char* key) {
    return listen_fault(failure.error == net::Error::port_must_be_free, net::code_of(failure.error), failure.detail,
                        key);
}

Fault fault_of(const http::Failure& failure, const char* key) {
    return listen_fault(failure.error == http::Error::port_must_be_free, http::code_of(failure.error), failure.detail,
                        key);
}

void log_link(const Log& log, const net::LinkEvent& event) {
    std::vector<LogField> fields = {{"peer", event.peer}, {"address", event.address}, {"text", event.text}};
    if (event.error) fields.emplace_back("code", net::code_of(*event.error));
    if (event.key) fields.emplace_back("key", to_hex(event.key->value));
    log.write(event.warning ? LogLevel::warn : LogLevel::debug, event.warning ? "peer.refused" : "peer.link",
              std::move(fields));
}

}  // namespace datadeed::node
