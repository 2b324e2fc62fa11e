#include "node/config_keys.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/overloaded.h"

namespace datadeed::node {
namespace {

constexpr std::array<std::string_view, 4> log_levels = {"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 2> log_formats = {"json", "text"};

constexpr ConfigKey text(std::string_view table, std::string_view name, std::string_view help,
                         std::string& (*at)(NodeConfig&)) {
    return {table, name, true, help, TextKey{at, check_member_id}};
}

constexpr ConfigKey word(std::string_view table, std::string_view name, std::string_view help,
                         std::string& (*at)(NodeConfig&), std::span<const std::string_view> words) {
    return {table, name, false, help, WordKey{at, words}};
}

constexpr ConfigKey path(std::string_view table, std::string_view name, bool required, std::string_view help,
                         std::filesystem::path& (*at)(NodeConfig&)) {
    return {table, name, required, help, PathKey{at}};
}

constexpr ConfigKey listen(std::string_view name, bool loopback_only, std::string_view help,
                           Endpoint& (*at)(NodeConfig&)) {
    return {"listen", name, false, help, EndpointKey{at, loopback_only}};
}

constexpr ConfigKey flag(std::string_view table, std::string_view name, std::string_view help,
                         bool& (*at)(NodeConfig&)) {
    return {table, name, false, help, BoolKey{at}};
}

struct Range {
    std::uint64_t min{};
    std::uint64_t max{};
};

constexpr ConfigKey number(std::string_view table, std::string_view name, std::string_view help,
                           std::uint64_t& (*at)(NodeConfig&), Range range) {
    return {table, name, false, help, NumberKey{at, range.min, range.max}};
}

using C = NodeConfig;

const std::array every_key = {
    text("node", "name", "the member id of this node on the chain", [](C& c) -> auto& { return c.name; }),
    flag("node", "joins", "true: run though the chain, as far as it is here, names neither this node nor its keys",
         [](C& c) -> auto& { return c.joins; }),
    path("node", "data_dir", true, "folder of the chain, the state and the votes",
         [](C& c) -> auto& { return c.data_dir; }),
    path("node", "genesis", true, "the genesis document of the chain", [](C& c) -> auto& { return c.genesis; }),
    path("keys", "link", true, "key file for links to other nodes", [](C& c) -> auto& { return c.link_key; }),
    path("keys", "vote", false, "key file for votes; validators only", [](C& c) -> auto& { return c.vote_key; }),
    path("keys", "cosign", false, "key file for cosignatures of checkpoints; validators only",
         [](C& c) -> auto& { return c.cosign_key; }),
    path("keys", "vote_next", false, "key file for votes that the chain is to name for this node",
         [](C& c) -> auto& { return c.next_vote_key; }),
    path("keys", "cosign_next", false, "key file for cosignatures that the chain is to name for this node",
         [](C& c) -> auto& { return c.next_cosign_key; }),
    path("keys", "passphrase_file", true, "file with the passphrase of the key files, mode 0600",
         [](C& c) -> auto& { return c.passphrase_file; }),
    listen("peer", false, "where other nodes connect (TLS 1.3, both sides known by key)",
           [](C& c) -> auto& { return c.listen_peer; }),
    listen("api", true, "where clients connect (HTTP, loopback only)", [](C& c) -> auto& { return c.listen_api; }),
    listen("ops", true, "health and metrics (HTTP, loopback only)", [](C& c) -> auto& { return c.listen_ops; }),
    word(
        "log", "level", "the least important level that is written", [](C& c) -> auto& { return c.log_level; },
        log_levels),
    word(
        "log", "format", "json: an object a line; text: for people", [](C& c) -> auto& { return c.log_format; },
        log_formats),
    path("log", "file", false, "a file instead of standard error", [](C& c) -> auto& { return c.log_file; }),
    number("log", "file_mib", "size at which a log file is put aside", [](C& c) -> auto& { return c.log_file_mib; },
           {1, 1024}),
    number("log", "files", "how many log files are kept", [](C& c) -> auto& { return c.log_files; }, {1, 100}),
    number("storage", "disk_free_min_mib", "free space below which the node isn't ready",
           [](C& c) -> auto& { return c.disk_free_min_mib; }, {1, 1'048'576}),
    number("storage", "history_blocks", "how many blocks back the state can be asked about; 0: all",
           [](C& c) -> auto& { return c.history_blocks; }, {0, 1'000'000'000}),
    number("storage", "snapshot_transactions", "transactions between two snapshots that this node writes; 0: none",
           [](C& c) -> auto& { return c.snapshot_transactions; }, {0, 1'000'000'000}),
    flag("storage", "whole_chain", "true: take every block, and never skip some by a snapshot",
         [](C& c) -> auto& { return c.whole_chain; }),
    number("storage", "keep_blocks", "blocks below the tip that this node keeps; older ones are archived; 0: all",
           [](C& c) -> auto& { return c.keep_blocks; }, {0, 1'000'000'000}),
    path("storage", "archive_dir", false, "folder for blocks that are older than those",
         [](C& c) -> auto& { return c.archive_dir; }),
    number("storage", "cache_mib", "memory for state used lately", [](C& c) -> auto& { return c.cache_mib; },
           {2, 65'536}),
    number("threads", "verify", "threads that check signatures", [](C& c) -> auto& { return c.verify_threads; },
           {1, 64}),
    number("api", "connections", "most HTTP connections at once", [](C& c) -> auto& { return c.api_connections; },
           {8, 65'536}),
};

}  // namespace

std::span<const ConfigKey> config_keys() {
    return every_key;
}

std::string default_of(const ConfigKey& key) {
    NodeConfig defaults;
    const auto quoted = [](const std::string& value) { return value.empty() ? value : '"' + value + '"'; };
    return std::visit(Overloaded{
                          [&](const TextKey& k) { return quoted(k.at(defaults)); },
                          [&](const WordKey& k) { return quoted(k.at(defaults)); },
                          [&](const PathKey& k) { return quoted(k.at(defaults).string()); },
                          [&](const EndpointKey& k) { return quoted(to_text(k.at(defaults))); },
                          [&](const BoolKey& k) { return std::string{k.at(defaults) ? "true" : "false"}; },
                          [&](const NumberKey& k) { return std::to_string(k.at(defaults)); },
                      },
                      key.kind);
}

std::optional<std::string> check_member_id(std::string_view text) {
    const auto first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const auto later = [first](char c) { return first(c) || c == '.' || c == '_' || c == '-'; };
    if (text.empty() || text.size() > 63 || !first(text.front()) || !std::ranges::all_of(text, later)) {
        return "a member id is 1 to 63 of a-z 0-9 . _ - and begins with a letter or digit";
    }
    return std::nullopt;
}

}  // namespace datadeed::node
