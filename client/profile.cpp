#include "client/profile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <sstream>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "base/suggest.h"
#include "client/files.h"

namespace datadeed::client {
namespace {

constexpr std::size_t profile_size_max = std::size_t{1} << 16U;
constexpr std::size_t nodes_max = 256;
constexpr std::array<std::string_view, 6> known_keys{"chain",    "genesis",         "member",
                                                     "key_file", "passphrase_file", "nodes"};
constexpr std::array<std::string_view, 2> known_node_keys{"name", "api"};

// Where the file says it, for editors: "owner.toml:3:1".
std::string place_of(const std::string& path, const toml::source_region& region) {
    return path + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column);
}

Problem invalid(const std::string& where, const std::string& what) {
    return {.code = "profile.invalid",
            .title = where + ": " + what,
            .detail = "the profile can't be used as it is",
            .hint = {"'datadeed dev up' writes profiles that work; docs/commands.md lists the keys"},
            .status = 400};
}

// Reads one table key by key; remembers the first problem.
class TableReader {
public:
    TableReader(const std::string& path, const toml::table& table) : path_{path}, table_{table} {}

    void refuse_unknown(std::span<const std::string_view> known) {
        for (const auto& [key, node] : table_) {
            const std::string_view name = key.str();
            if (std::ranges::find(known, name) != known.end()) continue;
            const std::string what = "unknown key '" + std::string{name} + "'" + did_you_mean(name, known);
            Problem problem = invalid(place_of(path_, key.source()), what);
            problem.code = "profile.unknown_key";
            return set(std::move(problem));
        }
    }

    std::string text(std::string_view key, bool required) {
        const toml::node* const node = table_.get(key);
        if (node == nullptr) {
            if (required) set(invalid(place_of(path_, table_.source()), "'" + std::string{key} + "' is missing"));
            return {};
        }
        const std::optional<std::string> value = node->value_exact<std::string>();
        if (!value || value->empty()) {
            set(invalid(place_of(path_, node->source()), "'" + std::string{key} + "' must be a text, and not empty"));
        }
        return value.value_or("");
    }

    void set(Problem problem) {
        if (!problem_) problem_ = std::move(problem);
    }

    [[nodiscard]] std::string place() const { return place_of(path_, table_.source()); }
    [[nodiscard]] const std::optional<Problem>& problem() const { return problem_; }

private:
    const std::string& path_;
    const toml::table& table_;
    std::optional<Problem> problem_;
};

Outcome<NodeAddress> read_node(const std::string& path, const toml::table& table) {
    TableReader reader{path, table};
    reader.refuse_unknown(known_node_keys);
    NodeAddress node{.name = reader.text("name", true), .api = reader.text("api", true)};
    if (reader.problem()) return fail(*reader.problem());
    if (const Outcome<Endpoint> endpoint = parse_endpoint(node.api); !endpoint) {
        return fail(invalid(reader.place(), endpoint.error().title));
    }
    return node;
}

Outcome<std::vector<NodeAddress>> read_nodes(const std::string& path, const toml::table& table) {
    const toml::array* const list = table["nodes"].as_array();
    if (list == nullptr || list->empty() || list->size() > nodes_max || !list->is_array_of_tables()) {
        return fail(invalid(path, "the nodes are missing: at least one [[nodes]] with name and api"));
    }
    std::vector<NodeAddress> nodes;
    for (const toml::node& element : *list) {
        Outcome<NodeAddress> node = read_node(path, *element.as_table());
        if (!node) return fail(node.error());
        nodes.push_back(std::move(*node));
    }
    return nodes;
}

std::string beside(const std::string& path, const std::string& name) {
    if (name.empty()) return name;
    return (std::filesystem::path{path}.parent_path() / name).lexically_normal().string();
}

Outcome<Profile> from_table(const std::string& path, const toml::table& table) {
    TableReader reader{path, table};
    reader.refuse_unknown(known_keys);
    const std::string chain = reader.text("chain", true);
    Profile profile{.chain = {},
                    .genesis = beside(path, reader.text("genesis", true)),
                    .member = reader.text("member", true),
                    .key_file = beside(path, reader.text("key_file", true)),
                    .passphrase_file = beside(path, reader.text("passphrase_file", false)),
                    .nodes = {}};
    if (reader.problem()) return fail(*reader.problem());
    const std::optional<Digest> id = array_from_hex<32>(chain);
    if (!id) return fail(invalid(path, "'chain' must be 64 lower-case hexadecimal digits"));
    profile.chain = ChainId{*id};
    Outcome<std::vector<NodeAddress>> nodes = read_nodes(path, table);
    if (!nodes) return fail(nodes.error());
    profile.nodes = std::move(*nodes);
    return profile;
}

std::string quoted(const std::string& text) {
    std::ostringstream out;
    out << toml::value<std::string>{text};
    return out.str();
}

}  // namespace

Outcome<Profile> read_profile(const std::string& path) {
    const Outcome<Bytes> bytes = read_file(path, profile_size_max);
    if (!bytes) {
        Problem problem = bytes.error();
        problem.code = "profile.unreadable";
        problem.hint = {"name a profile with --profile FILE or DATADEED_PROFILE"};
        return fail(std::move(problem));
    }
    try {
        return from_table(path, toml::parse(as_text(*bytes), path));
    } catch (const toml::parse_error& error) {
        return fail(invalid(place_of(path, error.source()), std::string{error.description()}));
    }
}

std::string format_profile(const Profile& profile) {
    std::string text = "chain = " + quoted(to_hex(profile.chain.value)) + "\n";
    text += "genesis = " + quoted(profile.genesis) + "\n";
    text += "member = " + quoted(profile.member) + "\n";
    text += "key_file = " + quoted(profile.key_file) + "\n";
    if (!profile.passphrase_file.empty()) text += "passphrase_file = " + quoted(profile.passphrase_file) + "\n";
    for (const NodeAddress& node : profile.nodes) {
        text += "\n[[nodes]]\nname = " + quoted(node.name) + "\napi = " + quoted(node.api) + "\n";
    }
    return text;
}

Outcome<Endpoint> parse_endpoint(const std::string& api) {
    constexpr std::string_view scheme = "http://";
    const Problem wrong{.code = code::usage_value,
                        .title = "'" + api + "' is not the address of a node's API",
                        .detail = "it has the form http://HOST:PORT",
                        .hint = {"http://127.0.0.1:8440"},
                        .status = 400};
    if (!api.starts_with(scheme)) return fail(wrong);
    const std::string rest = api.substr(scheme.size());
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string::npos || colon == 0) return fail(wrong);
    Endpoint endpoint{.host = rest.substr(0, colon), .port = 0};
    if (endpoint.host.starts_with('[') && endpoint.host.ends_with(']')) {
        endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
    } else if (endpoint.host.find_first_of(":/@?#[]") != std::string::npos) {
        return fail(wrong);
    }
    const char* const end = rest.data() + rest.size();
    const auto [stopped, error] = std::from_chars(rest.data() + colon + 1, end, endpoint.port);
    if (endpoint.host.empty() || error != std::errc{} || stopped != end || endpoint.port == 0) return fail(wrong);
    return endpoint;
}

}  // namespace datadeed::client
