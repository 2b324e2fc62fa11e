#include "node/config.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "node/config_keys.h"
#include "tests/support/catch.h"
#include "tests/support/paths.h"

namespace datadeed::node {
namespace {

const std::string good = R"([node]
name = "n0"
data_dir = "data"
genesis = "../genesis.cbor"
[keys]
link = "keys/link.key"
vote = "keys/vote.key"
cosign = "keys/cosign.key"
passphrase_file = "keys/passphrase"
[listen]
peer = "0.0.0.0:7000"
api = "127.0.0.1:8440"
ops = "[::1]:9440"
[log]
level = "debug"
[[peers]]
name = "n1"
address = "10.0.0.7:7001"
)";

std::vector<std::string> errors_of(const std::string& text) {
    const auto config = parse_config(text, "/etc/datadeed");
    std::vector<std::string> lines;
    if (config) return lines;
    for (const ConfigError& error : config.error()) lines.push_back(to_text(error, "node.toml"));
    return lines;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

struct Mistake {
    std::string from{};
    std::string to{};
    std::string error{};
};

TEST_CASE("a complete configuration is read, with paths from its folder") {
    const auto config = parse_config(good, "/etc/datadeed");
    REQUIRE(config);
    CHECK(config->name == "n0");
    CHECK(config->data_dir == "/etc/datadeed/data");
    CHECK(config->genesis == "/etc/genesis.cbor");
    CHECK(config->vote_key == "/etc/datadeed/keys/vote.key");
    CHECK(config->listen_peer == Endpoint{.host = "0.0.0.0", .port = 7000});
    CHECK(config->listen_ops == Endpoint{.host = "::1", .port = 9440});
    CHECK(config->log_level == "debug");
    CHECK(config->log_format == "json");
    REQUIRE(config->peers.size() == 1);
    CHECK(config->peers[0] == PeerConfig{.name = "n1", .address = {.host = "10.0.0.7", .port = 7001}});
}

TEST_CASE("a node that joins has keys that the chain is to name, and peers that it doesn't name yet") {
    const std::string key(64, 'a');
    std::string text = replaced(good, "name = \"n0\"", "name = \"n0\"\njoins = true");
    text = replaced(text, "[listen]", "vote_next = \"v\"\ncosign_next = \"c\"\n[listen]");
    text = replaced(text, "7001\"", "7001\"\nkey = \"" + key + "\"");
    const auto config = parse_config(text, "/etc");
    REQUIRE(config);
    CHECK(config->joins);
    CHECK(config->next_vote_key == "/etc/v");
    CHECK(config->next_cosign_key == "/etc/c");
    REQUIRE(config->peers.front().key);
    CHECK(to_hex(config->peers.front().key->value) == key);
}

TEST_CASE("every mistake in a configuration has its own error with its place") {
    const std::vector<Mistake> mistakes = {
        {"ops = ", "opps = ",
         "node.toml:13:1: error: unknown key 'opps' in [listen] - did you mean 'ops'? [config.unknown_key]"},
        {"[listen]", "[lisen]",
         "node.toml:10:2: error: unknown key 'lisen' in the file - did you mean 'listen'? "
         "[config.unknown_key]"},
        {"level =", "zzzzzzzz =",
         "node.toml:15:1: error: unknown key 'zzzzzzzz' in [log] - see docs/operations.md for "
         "all keys [config.unknown_key]"},
        {"name = \"n0\"", "name = \"n0\"\njoins = 1",
         "node.toml:3:9: error: node.joins is a whole number, but should be true or false - write it without quotes "
         "[config.wrong_type]"},
        {"7001\"", "7001\"\nkey = \"aa\"",
         "node.toml:19:7: error: peers.key: 'aa' is not a key - write the 64 hex digits that the peer's operator gives "
         "[config.bad_value]"},
        {"vote = ", "vote_next = \"n\"\nvote = ",
         "node.toml: error: keys.vote_next and keys.cosign_next go together - name both files [config.missing_key]"},
        {"[log]", "[storage]\nkeep_blocks = 7\n[log]",
         "node.toml: error: storage.keep_blocks goes together with storage.archive_dir - name the folder that is to "
         "have "
         "older blocks [config.missing_key]"},
        {"[log]", "[storage]\narchive_dir = \"a\"\n[log]",
         "node.toml: error: storage.archive_dir goes together with storage.keep_blocks - say how many blocks are to "
         "stay "
         "[config.missing_key]"},
        {"[log]", "[storage]\nkeep_blocks = 7\narchive_dir = \"a\"\nsnapshot_transactions = 0\n[log]",
         "node.toml: error: storage.keep_blocks needs snapshots, and storage.snapshot_transactions is 0 - give it a "
         "number, or remove storage.keep_blocks and storage.archive_dir: whoever catches up needs snapshots "
         "[config.bad_value]"},
        {"\"debug\"", "\"loud\"",
         "node.toml:15:9: error: log.level: 'loud' is not one of the words - allowed is debug, "
         "info, warn, error [config.bad_value]"},
        {"\"debug\"", "7",
         "node.toml:15:9: error: log.level is a whole number, but should be a text - write it in "
         "\"quotes\" [config.wrong_type]"},
        {"level = \"debug\"", "files = \"8\"",
         "node.toml:15:9: error: log.files is a text, but should be a whole number - "
         "write it without quotes [config.wrong_type]"},
        {"level = \"debug\"", "files = 0",
         "node.toml:15:9: error: log.files: 0 is out of range - allowed is 1 to 100 [config.out_of_range]"},
        {"level = \"debug\"", "files = 101",
         "node.toml:15:9: error: log.files: 101 is out of range - allowed is 1 to 100 [config.out_of_range]"},
        {"level = \"debug\"", "files = -1",
         "node.toml:15:9: error: log.files: -1 is out of range - allowed is 1 to 100 [config.out_of_range]"},
        {"level = \"debug\"", "files = 1.5",
         "node.toml:15:9: error: log.files is a fraction, but should be a whole number - "
         "write it without quotes [config.wrong_type]"},
        {"\"127.0.0.1:8440\"", "\"0.0.0.0:8440\"",
         "node.toml:12:7: error: listen.api: '0.0.0.0:8440' can be reached by other machines, without encryption - "
         "listen "
         "on 127.0.0.1 and put a TLS proxy before it [config.not_loopback]"},
        {"\"127.0.0.1:8440\"", "\"127.0.0.1:99999\"",
         "node.toml:12:7: error: listen.api: '127.0.0.1:99999' is not an address - write host:port, as in "
         "127.0.0.1:7000 "
         "or [::1]:7000 [config.bad_value]"},
        {"\"n0\"", "\"N 0\"",
         "node.toml:2:8: error: node.name: 'N 0' can't be used - a member id is 1 to 63 of a-z 0-9 . _ - "
         "and begins with a letter or digit [config.bad_value]"},
        {"\"data\"", "\"\"",
         "node.toml:3:12: error: node.data_dir: the path is empty or has a NUL in it - name a file or "
         "folder [config.bad_value]"},
        {"data_dir = \"data\"\n", "",
         "node.toml: error: the key node.data_dir is missing: folder of the chain, the state "
         "and the votes - add data_dir = ... below [node] [config.missing_key]"},
        {"vote = \"keys/vote.key\"\n", "",
         "node.toml: error: keys.vote and keys.cosign go together - a validator has both, "
         "an observer neither [config.missing_key]"},
        {"address = \"10.0.0.7:7001\"", "addr = \"10.0.0.7:7001\"",
         "node.toml:18:1: error: unknown key 'addr' in [[peers]] - see docs/operations.md for all keys "
         "[config.unknown_key]"},
        {"\"10.0.0.7:7001\"", "\"10.0.0.7\"",
         "node.toml:18:11: error: peers.address: '10.0.0.7' is not an address - write "
         "host:port, as in 10.0.0.7:7000 [config.bad_value]"},
        {"[[peers]]", "[peers]",
         "node.toml:16:1: error: peers is a table, but should be a list of tables - write [[peers]] "
         "before each name and address [config.wrong_type]"},
    };
    for (const Mistake& mistake : mistakes) {
        const std::vector<std::string> errors = errors_of(replaced(good, mistake.from, mistake.to));
        INFO(mistake.to);
        REQUIRE_FALSE(errors.empty());
        CHECK(std::ranges::find(errors, mistake.error) != errors.end());
        if (std::ranges::find(errors, mistake.error) == errors.end()) CHECK(errors[0] == mistake.error);
    }
}

TEST_CASE("all errors are told at once, in the order of the file") {
    std::string text = replaced(good, "name = \"n0\"", "nam = \"n0\"");
    text = replaced(text, "\"debug\"", "\"loud\"");
    const std::vector<std::string> errors = errors_of(text);
    REQUIRE(errors.size() == 3);
    CHECK(errors[0].starts_with("node.toml: error: the key node.name is missing"));
    CHECK(errors[1].starts_with("node.toml:2:1: error: unknown key 'nam' in [node] - did you mean 'name'?"));
    CHECK(errors[2].starts_with("node.toml:15:9: error: log.level"));
}

TEST_CASE("text that isn't TOML is refused with its place") {
    const std::vector<std::string> errors = errors_of("[node]\nname = \"n0\n");
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].starts_with("node.toml:2:"));
    CHECK(errors[0].ends_with("[config.syntax]"));
}

TEST_CASE("a key given twice is refused") {
    const std::vector<std::string> errors =
        errors_of(replaced(good, "name = \"n0\"\n", "name = \"n0\"\nname = \"n1\"\n"));
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].starts_with("node.toml:3:"));
    CHECK(errors[0].ends_with("[config.syntax]"));
}

TEST_CASE("a peer listed twice is refused") {
    const std::vector<std::string> errors = errors_of(good + "[[peers]]\nname = \"n1\"\naddress = \"10.0.0.8:1\"\n");
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].find("the peer 'n1' is listed twice") != std::string::npos);
}

TEST_CASE("control characters of a file never reach the terminal") {
    const std::vector<std::string> errors = errors_of("\"a\\u001b[31m\" = 1\n");
    REQUIRE_FALSE(errors.empty());
    for (const std::string& error : errors) CHECK(error.find('\x1b') == std::string::npos);
}

TEST_CASE("long and odd names in errors end between characters, and C1 controls are left out") {
    const std::string name = "\"\xC2\x9B" + std::string(61, 'x') + "\xE6\x95\xB0\xE6\x8D\xAE\"";
    const std::vector<std::string> errors = errors_of(name + " = 1\n");
    REQUIRE_FALSE(errors.empty());
    const std::string said = "unknown key '?" + std::string(61, 'x') + "...'";
    CHECK(std::ranges::any_of(errors, [&](const std::string& error) { return error.find(said) != std::string::npos; }));
}

TEST_CASE("an error stays on one line, whatever the parser quotes from the file") {
    const std::vector<std::string> errors = errors_of("node = t\n\v\n");
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].ends_with("[config.syntax]"));
    CHECK(errors[0].find_first_of("\n\v") == std::string::npos);
}

TEST_CASE("a file that is missing, a folder or too large is refused") {
    const auto missing = load_config("/nonexistent/node.toml");
    REQUIRE_FALSE(missing);
    CHECK(missing.error()[0].code == "config.unreadable");
    const auto folder = load_config("/");
    REQUIRE_FALSE(folder);
    CHECK(folder.error()[0].code == "config.unreadable");
    const auto large = parse_config(std::string(config_size_max + 1, '#'), "/");
    REQUIRE_FALSE(large);
    CHECK(large.error()[0].code == "config.too_large");
}

TEST_CASE("endpoints have one spelling") {
    CHECK(parse_endpoint("localhost:1").value() == Endpoint{.host = "localhost", .port = 1});
    CHECK(to_text(*parse_endpoint("[::1]:65535")) == "[::1]:65535");
    for (const char* bad :
         {"", ":1", "a:", "a:-1", "a:01", "a:65536", "a b:1", "::1:1", "[]:1", "a:1:", "a:+1", "[g]:1"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_endpoint(bad));
    }
    CHECK(is_loopback({.host = "127.9.9.9", .port = 0}));
    CHECK_FALSE(is_loopback({.host = "127.evil.example", .port = 0}));
    CHECK_FALSE(is_loopback({.host = "10.0.0.1", .port = 0}));
}

TEST_CASE("docs/operations.md explains every key with its default") {
    std::ifstream in{datadeed::test::source_dir() + "/docs/operations.md"};
    REQUIRE(in);
    std::stringstream text;
    text << in.rdbuf();
    for (const ConfigKey& key : config_keys()) {
        const std::string full = std::string{key.table} + '.' + std::string{key.name};
        const std::string default_text = default_of(key);
        const std::string row = "| `" + full + "` | " +
                                (key.required           ? std::string{"required"}
                                 : default_text.empty() ? std::string{"none"}
                                                        : '`' + default_text + '`') +
                                " |";
        CAPTURE(row);
        CHECK(text.str().find(row) != std::string::npos);
    }
}

}  // namespace
}  // namespace datadeed::node
