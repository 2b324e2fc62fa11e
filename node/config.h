#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/sign.h"
#include "node/replica/limits.h"

// What a node is told by its configuration file, in TOML:
//
//     [node]
//     name = "n0"                            # the member id of this node on the chain
//     joins = false                          # whether it may run before the chain names it
//     data_dir = "data"                      # relative paths begin at the folder of the file
//     genesis = "../../genesis.cbor"
//     [keys]
//     link = "keys/link.key"
//     vote = "keys/vote.key"                 # an observer has neither of these two
//     cosign = "keys/cosign.key"
//     passphrase_file = "keys/passphrase"
//     [listen]
//     peer = "127.0.0.1:7000"                # port 0: any free one
//     api = "127.0.0.1:8440"
//     ops = "127.0.0.1:9440"
//     [[peers]]
//     name = "n1"
//     address = "127.0.0.1:7001"
//     key = "3b6a..."                        # its link key; only if the chain here doesn't name it yet
//
// Strict: a key that isn't known, a wrong type or a value out of range is an error with its place; nothing is silently
// ignored or corrected. config_keys() lists every key; docs/operations.md explains each. Values; any thread.

namespace datadeed::node {

inline constexpr std::size_t config_size_max = std::size_t{1} << 20U;  // bytes
inline constexpr std::size_t peers_max = 256;

struct Endpoint {
    std::string host{};     // a name or an address; without brackets for IPv6
    std::uint16_t port{0};  // 0: any free port, where listening

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// "host:port" or "[v6]:port". Nothing when it isn't of that form.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
[[nodiscard]] std::string to_text(const Endpoint& endpoint);
// Whether it is a loopback address, or the name localhost.
[[nodiscard]] bool is_loopback(const Endpoint& endpoint);

struct PeerConfig {
    std::string name{};
    Endpoint address{};
    std::optional<crypto::PublicKey> key{};  // its link key, where the chain as this node has it doesn't name it

    friend bool operator==(const PeerConfig&, const PeerConfig&) = default;
};

struct NodeConfig {
    std::string name{};
    bool joins{false};  // the chain, as it is here, needn't name it, nor its keys (yet)
    std::filesystem::path data_dir{};
    std::filesystem::path genesis{};

    std::filesystem::path link_key{};
    std::filesystem::path vote_key{};    // empty: none
    std::filesystem::path cosign_key{};  // empty: none
    // Keys that the chain is to name for this node, besides or in place of those: empty, none.
    std::filesystem::path next_vote_key{};
    std::filesystem::path next_cosign_key{};
    std::filesystem::path passphrase_file{};

    Endpoint listen_peer{.host = "127.0.0.1", .port = 7000};
    Endpoint listen_api{.host = "127.0.0.1", .port = 8440};
    Endpoint listen_ops{.host = "127.0.0.1", .port = 9440};
    std::vector<PeerConfig> peers{};

    std::string log_level{"info"};
    std::string log_format{"json"};
    std::filesystem::path log_file{};  // empty: standard error
    std::uint64_t log_file_mib{64};
    std::uint64_t log_files{8};

    std::uint64_t disk_free_min_mib{256};
    std::uint64_t history_blocks{100'000};                                 // 0: all
    std::uint64_t snapshot_transactions{replica::snapshot_every_default};  // 0: none is written
    bool whole_chain{false};                                               // takes every block, never a snapshot
    std::uint64_t keep_blocks{0};                                          // below the newest snapshot; 0: all
    std::filesystem::path archive_dir{};                                   // where older ones go
    std::uint64_t cache_mib{48};
    std::uint64_t verify_threads{1};
    std::uint64_t api_connections{1024};
};

// One thing that is wrong with a configuration. Line and column count from 1; 0 where a key is missing altogether.
struct ConfigError {
    std::size_t line{};
    std::size_t column{};
    std::string code{};     // such as "config.unknown_key"
    std::string message{};  // what, and why not
    std::string hint{};     // what to do; may be empty

    friend bool operator==(const ConfigError&, const ConfigError&) = default;
};

// One line without control characters, whatever the file holds:
// "node.toml:14:3: error: unknown key 'listn' in [node] - did you mean 'listen'? [config.unknown_key]"
[[nodiscard]] std::string to_text(const ConfigError& error, std::string_view file);

// All that is wrong, in the order of the file, or the configuration. Relative paths are made to begin at `folder`.
// Reads no file and looks at no path.
[[nodiscard]] Result<NodeConfig, std::vector<ConfigError>> parse_config(std::string_view text,
                                                                        const std::filesystem::path& folder);

// parse_config of a file. A file that can't be read is an error of code config.unreadable.
[[nodiscard]] Result<NodeConfig, std::vector<ConfigError>> load_config(const std::filesystem::path& file);

}  // namespace datadeed::node
