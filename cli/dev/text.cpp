#include "cli/dev/text.h"

#include "client/profile.h"

namespace datadeed::cli {
namespace {

std::uint16_t api_port(const DevNode& node) {
    const Outcome<client::Endpoint> endpoint = client::parse_endpoint(node.api);
    return endpoint ? endpoint->port : std::uint16_t{0};
}

std::string peer_address(const DevNode& node) {
    return loopback(static_cast<std::uint16_t>(api_port(node) + 1));
}

}  // namespace

std::string loopback(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

std::string config_text(const DevNode& node, std::span<const DevNode> all) {
    const std::uint16_t port = api_port(node);
    std::string text = "# Written by 'datadeed dev up'. docs/operations.md explains each key.\n";
    text += "[node]\nname = \"" + node.name + "\"\ndata_dir = \"data\"\ngenesis = \"../../genesis.cbor\"\n";
    text += "\n[keys]\nlink = \"keys/link.key\"\n";
    if (node.role == "validator") text += "vote = \"keys/vote.key\"\ncosign = \"keys/cosign.key\"\n";
    text += "passphrase_file = \"../../passphrase\"\n";
    text += "\n[listen]\npeer = \"" + peer_address(node) + "\"\napi = \"" + loopback(port) + "\"\nops = \"" +
            loopback(static_cast<std::uint16_t>(port + 2)) + "\"\n";
    for (const DevNode& peer : all) {
        if (peer.name == node.name) continue;
        text += "\n[[peers]]\nname = \"" + peer.name + "\"\naddress = \"" + peer_address(peer) + "\"\n";
    }
    return text;
}

}  // namespace datadeed::cli
