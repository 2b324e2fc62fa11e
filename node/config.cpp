#include "node/config.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <tuple>

#include <toml++/toml.h>

#include "base/bytes.h"
#include "base/overloaded.h"
#include "base/suggest.h"
#include "node/config_keys.h"

namespace datadeed::node {
namespace {

constexpr std::array<std::string_view, 3> peer_keys = {"name", "address", "key"};
constexpr std::array<std::string_view, 2> peer_keys_needed = {"name", "address"};

// Names from a file go to a terminal: no endless lines, and no half character at the cut.
std::string in_quotes(std::string_view text) {
    constexpr std::size_t most = 64;
    std::size_t end = std::min(text.size(), most);
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return "'" + std::string{text.substr(0, end)} + (end < text.size() ? "...'" : "'");
}

// Without control characters, those of C1 (U+0080 to U+009F) included. The TOML parser's own words quote the file, line
// breaks included.
std::string on_one_line(std::string text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_c1 =
            byte == 0xC2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xE0) == 0x80;
        if (is_c1) text.erase(i, 1);
        if (is_c1 || byte < 0x20 || byte == 0x7F) text[i] = '?';
    }
    return text;
}

std::string_view type_name(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "a whole number";
        case toml::node_type::floating_point:
            return "a fraction";
        case toml::node_type::boolean:
            return "a boolean";
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time:
            return "a date";
        case toml::node_type::none:
            break;
    }
    return "nothing";
}

struct Wrong {
    std::string code{};
    std::string message{};
    std::string hint{};
};

// Collects what is wrong while the table is walked.
class Parser {
public:
    explicit Parser(const std::filesystem::path& folder) : folder_{folder} {}

    Result<NodeConfig, std::vector<ConfigError>> parse(const toml::table& root) {
        for (const auto& [name, value] : root) read_top(name, value);
        for (const ConfigKey& key : config_keys()) {
            if (key.required && !seen_.contains(full_name(key))) {
                add({}, {"config.missing_key", "the key " + full_name(key) + " is missing: " + std::string{key.help},
                         "add " + std::string{key.name} + " = ... below [" + std::string{key.table} + "]"});
            }
        }
        if (config_.next_vote_key.empty() != config_.next_cosign_key.empty()) {
            add({}, {"config.missing_key", "keys.vote_next and keys.cosign_next go together", "name both files"});
        }
        if (config_.vote_key.empty() != config_.cosign_key.empty()) {
            add({}, {"config.missing_key", "keys.vote and keys.cosign go together",
                     "a validator has both, an observer neither"});
        }
        check_pruning();
        if (errors_.empty()) return config_;
        std::ranges::sort(errors_, {}, [](const ConfigError& e) { return std::tuple{e.line, e.column, e.message}; });
        return fail(errors_);
    }

private:
    // Blocks go into an archive, or stay; and only where snapshots stand for them.
    void check_pruning() {
        const bool prunes = config_.keep_blocks > 0;
        if (prunes && config_.archive_dir.empty()) {
            add({}, {"config.missing_key", "storage.keep_blocks goes together with storage.archive_dir",
                     "name the folder that is to have older blocks"});
        }
        if (!prunes && !config_.archive_dir.empty()) {
            add({}, {"config.missing_key", "storage.archive_dir goes together with storage.keep_blocks",
                     "say how many blocks are to stay"});
        }
        if (prunes && config_.snapshot_transactions == 0) {
            add({}, {"config.bad_value", "storage.keep_blocks needs snapshots, and storage.snapshot_transactions is 0",
                     "give it a number, or remove storage.keep_blocks and storage.archive_dir: whoever catches up "
                     "needs snapshots"});
        }
    }

    static std::string full_name(const ConfigKey& key) { return std::string{key.table} + '.' + std::string{key.name}; }

    void add(const toml::source_position& at, Wrong wrong) {
        errors_.push_back({.line = at.line,
                           .column = at.column,
                           .code = std::move(wrong.code),
                           .message = std::move(wrong.message),
                           .hint = std::move(wrong.hint)});
    }

    void unknown(const toml::key& name, const std::string& where, std::span<const std::string_view> candidates) {
        const std::optional<std::string_view> meant = nearest(name.str(), candidates);
        add(name.source().begin,
            {"config.unknown_key", "unknown key " + in_quotes(name.str()) + " in " + where,
             meant ? "did you mean '" + std::string{*meant} + "'?" : "see docs/operations.md for all keys"});
    }

    void read_top(const toml::key& name, const toml::node& value) {
        std::vector<std::string_view> tables = {"peers"};
        for (const ConfigKey& key : config_keys()) {
            if (std::ranges::find(tables, key.table) == tables.end()) tables.push_back(key.table);
        }
        if (name.str() == "peers") return read_peers(value);
        if (std::ranges::find(tables, name.str()) == tables.end()) return unknown(name, "the file", tables);
        if (const toml::table* table = value.as_table()) return read_table(name.str(), *table);
        add(value.source().begin,
            {"config.wrong_type",
             std::string{name.str()} + " is " + std::string{type_name(value)} + ", but should be a table",
             "write [" + std::string{name.str()} + "] on a line of its own"});
    }

    void read_table(std::string_view table, const toml::table& entries) {
        std::vector<std::string_view> names;
        for (const ConfigKey& key : config_keys()) {
            if (key.table == table) names.push_back(key.name);
        }
        for (const auto& [name, value] : entries) {
            const auto key = std::ranges::find_if(config_keys(), [&, wanted = name.str()](const ConfigKey& k) {
                return k.table == table && k.name == wanted;
            });
            if (key == config_keys().end()) {
                unknown(name, "[" + std::string{table} + "]", names);
            } else {
                seen_.insert(full_name(*key));
                read_value(*key, value);
            }
        }
    }

    void read_value(const ConfigKey& key, const toml::node& value) {
        const std::string name = full_name(key);
        const auto* number = std::get_if<NumberKey>(&key.kind);
        const auto* flag = std::get_if<BoolKey>(&key.kind);
        const bool fits = number != nullptr ? value.is_integer()
                          : flag != nullptr ? value.is_boolean()
                                            : value.is_string();
        if (!fits) {
            const std::string_view wanted = number != nullptr ? "a whole number"
                                            : flag != nullptr ? "true or false"
                                                              : "a text";
            const bool bare = number != nullptr || flag != nullptr;
            return add(value.source().begin,
                       {"config.wrong_type",
                        name + " is " + std::string{type_name(value)} + ", but should be " + std::string{wanted},
                        bare ? "write it without quotes" : "write it in \"quotes\""});
        }
        if (flag != nullptr) {
            flag->at(config_) = value.as_boolean()->get();
            return;
        }
        const std::optional<Wrong> wrong = number != nullptr ? read_number(*number, value.as_integer()->get())
                                                             : read_text(key, value.as_string()->get());
        if (wrong) add(value.source().begin, {wrong->code, name + ": " + wrong->message, wrong->hint});
    }

    std::optional<Wrong> read_number(const NumberKey& key, std::int64_t value) {
        if (value < 0 || static_cast<std::uint64_t>(value) < key.min || static_cast<std::uint64_t>(value) > key.max) {
            return Wrong{"config.out_of_range", std::to_string(value) + " is out of range",
                         "allowed is " + std::to_string(key.min) + " to " + std::to_string(key.max)};
        }
        key.at(config_) = static_cast<std::uint64_t>(value);
        return std::nullopt;
    }

    std::optional<Wrong> read_text(const ConfigKey& key, const std::string& value) {
        return std::visit(Overloaded{
                              [&](const TextKey& k) { return read_checked(k, value); },
                              [&](const WordKey& k) { return read_word(k, value); },
                              [&](const PathKey& k) { return read_path(k, value); },
                              [&](const EndpointKey& k) { return read_endpoint(k, value); },
                              [](const auto&) -> std::optional<Wrong> { return std::nullopt; },
                          },
                          key.kind);
    }

    std::optional<Wrong> read_checked(const TextKey& key, const std::string& value) {
        if (const std::optional<std::string> problem = key.check(value)) {
            return Wrong{"config.bad_value", in_quotes(value) + " can't be used", *problem};
        }
        key.at(config_) = value;
        return std::nullopt;
    }

    std::optional<Wrong> read_word(const WordKey& key, const std::string& value) {
        if (std::ranges::find(key.words, value) == key.words.end()) {
            std::string all;
            for (const std::string_view word : key.words) all += (all.empty() ? "" : ", ") + std::string{word};
            return Wrong{"config.bad_value", in_quotes(value) + " is not one of the words", "allowed is " + all};
        }
        key.at(config_) = value;
        return std::nullopt;
    }

    std::optional<Wrong> read_path(const PathKey& key, const std::string& value) {
        if (value.empty() || value.find('\0') != std::string::npos) {
            return Wrong{"config.bad_value", "the path is empty or has a NUL in it", "name a file or folder"};
        }
        key.at(config_) = (folder_ / value).lexically_normal();
        return std::nullopt;
    }

    std::optional<Wrong> read_endpoint(const EndpointKey& key, const std::string& value) {
        const std::optional<Endpoint> endpoint = parse_endpoint(value);
        if (!endpoint) {
            return Wrong{"config.bad_value", in_quotes(value) + " is not an address",
                         "write host:port, as in 127.0.0.1:7000 or [::1]:7000"};
        }
        if (key.loopback_only && !is_loopback(*endpoint)) {
            return Wrong{"config.not_loopback",
                         in_quotes(value) + " can be reached by other machines, without encryption",
                         "listen on 127.0.0.1 and put a TLS proxy before it"};
        }
        key.at(config_) = *endpoint;
        return std::nullopt;
    }

    void read_peers(const toml::node& value) {
        const toml::array* list = value.as_array();
        if (list == nullptr) {
            return add(
                value.source().begin,
                {"config.wrong_type", "peers is " + std::string{type_name(value)} + ", but should be a list of tables",
                 "write [[peers]] before each name and address"});
        }
        for (const toml::node& element : *list) {
            if (config_.peers.size() == peers_max) {
                return add(element.source().begin,
                           {"config.out_of_range", "more than " + std::to_string(peers_max) + " peers", "list fewer"});
            }
            if (const toml::table* peer = element.as_table()) {
                read_peer(*peer);
            } else {
                add(element.source().begin,
                    {"config.wrong_type", "a peer is " + std::string{type_name(element)} + ", but should be a table",
                     "write [[peers]] before each name and address"});
            }
        }
    }

    void read_peer(const toml::table& entries) {
        PeerConfig peer;
        for (const auto& [name, value] : entries) {
            if (std::ranges::find(peer_keys, name.str()) == peer_keys.end()) {
                unknown(name, "[[peers]]", peer_keys);
                continue;
            }
            const std::string full = "peers." + std::string{name.str()};
            if (!value.is_string()) {
                add(value.source().begin,
                    {"config.wrong_type", full + " is " + std::string{type_name(value)} + ", but should be a text",
                     "write it in \"quotes\""});
                continue;
            }
            read_peer_value(peer, full, value);
        }
        for (const std::string_view name : peer_keys_needed) {
            if (!entries.contains(name)) {
                add(entries.source().begin, {"config.missing_key", "a peer has no " + std::string{name},
                                             "add " + std::string{name} + " = \"...\" below [[peers]]"});
            }
        }
        const auto same = [&peer](const PeerConfig& other) { return other.name == peer.name; };
        if (!peer.name.empty() && std::ranges::any_of(config_.peers, same)) {
            add(entries.source().begin,
                {"config.duplicate_peer", "the peer " + in_quotes(peer.name) + " is listed twice",
                 "remove one of the two"});
        }
        config_.peers.push_back(std::move(peer));
    }

    void read_peer_value(PeerConfig& peer, const std::string& full, const toml::node& value) {
        const std::string& text = value.as_string()->get();
        if (full == "peers.name") {
            if (const std::optional<std::string> problem = check_member_id(text)) {
                return add(value.source().begin,
                           {"config.bad_value", full + ": " + in_quotes(text) + " can't be used", *problem});
            }
            peer.name = text;
            return;
        }
        if (full == "peers.key") {
            if (const auto bytes = array_from_hex<32>(text)) {
                peer.key = crypto::PublicKey{*bytes};
                return;
            }
            return add(value.source().begin, {"config.bad_value", full + ": " + in_quotes(text) + " is not a key",
                                              "write the 64 hex digits that the peer's operator gives"});
        }
        const std::optional<Endpoint> endpoint = parse_endpoint(text);
        if (!endpoint || endpoint->port == 0) {
            return add(value.source().begin, {"config.bad_value", full + ": " + in_quotes(text) + " is not an address",
                                              "write host:port, as in 10.0.0.7:7000"});
        }
        peer.address = *endpoint;
    }

    std::filesystem::path folder_;
    NodeConfig config_;
    std::set<std::string> seen_;
    std::vector<ConfigError> errors_;
};

std::vector<ConfigError> single(ConfigError error) {
    return {std::move(error)};
}

}  // namespace

std::string to_text(const ConfigError& error, std::string_view file) {
    std::string text{file};
    if (error.line != 0) text += ':' + std::to_string(error.line) + ':' + std::to_string(error.column);
    text += ": error: " + error.message;
    if (!error.hint.empty()) text += " - " + error.hint;
    return on_one_line(text + " [" + error.code + "]");
}

Result<NodeConfig, std::vector<ConfigError>> parse_config(std::string_view text, const std::filesystem::path& folder) {
    if (text.size() > config_size_max) {
        return fail(single({0, 0, "config.too_large", "the file is larger than 1 MiB", "is it the right file?"}));
    }
    try {
        return Parser{folder}.parse(toml::parse(text));
    } catch (const toml::parse_error& error) {
        const toml::source_position at = error.source().begin;
        return fail(
            single({at.line, at.column, "config.syntax", std::string{error.description()}, "the file must be TOML"}));
    }
}

Result<NodeConfig, std::vector<ConfigError>> load_config(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    int why = errno;
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) {
        why = EISDIR;
    } else if (in) {
        std::string text(config_size_max + 1, '\0');
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        why = errno;
        text.resize(static_cast<std::size_t>(in.gcount()));
        const std::filesystem::path folder = std::filesystem::absolute(file, ignored).parent_path();
        if (!in.bad()) return parse_config(text, folder);
    }
    return fail(single({0, 0, "config.unreadable", "the file can't be read: " + std::generic_category().message(why),
                        "check the path and its rights"}));
}

}  // namespace datadeed::node
