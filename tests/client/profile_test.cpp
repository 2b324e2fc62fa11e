#include "client/profile.h"

#include "tests/support/catch.h"
#include "tests/support/folder.h"

namespace datadeed::client {
namespace {

const std::string chain(64, 'a');
const std::string good = "chain = \"" + chain +
                         "\"\ngenesis = \"../genesis.cbor\"\nmember = \"owner\"\nkey_file = \"../keys/owner.key\"\n"
                         "passphrase_file = \"/etc/passphrase\"\n"
                         "[[nodes]]\nname = \"node-0\"\napi = \"http://127.0.0.1:8440\"\n"
                         "[[nodes]]\nname = \"node-1\"\napi = \"http://[::1]:8443\"\n";

std::string without(std::string text, const std::string& line) {
    const std::size_t at = text.find(line);
    return text.erase(at, text.find('\n', at) + 1 - at);
}

}  // namespace

TEST_CASE("a profile is read, with its file names relative to its folder") {
    const support::Folder folder;
    const Outcome<Profile> profile = read_profile(folder.write("owner.toml", good));
    REQUIRE(profile);
    CHECK(to_hex(profile->chain.value) == chain);
    CHECK(profile->member == "owner");
    const std::string above = std::filesystem::path{folder.path()}.parent_path().string();
    CHECK(profile->genesis == above + "/genesis.cbor");
    CHECK(profile->key_file == above + "/keys/owner.key");
    CHECK(profile->passphrase_file == "/etc/passphrase");
    CHECK(profile->nodes ==
          std::vector<NodeAddress>{{"node-0", "http://127.0.0.1:8440"}, {"node-1", "http://[::1]:8443"}});
}

TEST_CASE("what is written is read back, with names that need quoting") {
    const support::Folder folder;
    const Profile profile{.chain = ChainId{*array_from_hex<32>(chain)},
                          .genesis = "/a \"quoted\"\\ folder/genesis.cbor",
                          .member = "owner",
                          .key_file = "/数据/owner.key",
                          .passphrase_file = {},
                          .nodes = {{"node-0", "http://127.0.0.1:8440"}}};
    const Outcome<Profile> again = read_profile(folder.write("owner.toml", format_profile(profile)));
    REQUIRE(again);
    CHECK(*again == profile);
}

TEST_CASE("a profile that isn't right is refused with file, line and reason") {
    struct Case {
        std::string name;
        std::string text;
        std::string code;
        std::string says;
    };
    const std::vector<Case> cases{
        {"unknown key", "mmeber = \"owner\"\n" + good, "profile.unknown_key",
         "1:1: unknown key 'mmeber' - did you mean 'member'?"},
        {"unknown key of a node", good + "aip = \"x\"\n", "profile.unknown_key",
         "unknown key 'aip' - did you mean 'api'?"},
        {"no chain", without(good, "chain"), "profile.invalid", "'chain' is missing"},
        {"no member", without(good, "member"), "profile.invalid", "'member' is missing"},
        {"no key file", without(good, "key_file"), "profile.invalid", "'key_file' is missing"},
        {"no nodes", good.substr(0, good.find("[[nodes]]")), "profile.invalid", "the nodes are missing"},
        {"node without api", without(good, "api"), "profile.invalid", "'api' is missing"},
        {"short chain id", "chain = \"aa\"" + good.substr(good.find('\n')), "profile.invalid", "64 lower-case"},
        {"number as member", "member = 5\n" + without(good, "member"), "profile.invalid",
         "1:10: 'member' must be a text"},
        {"no TOML", "chain = \n", "profile.invalid", "owner.toml:1:"},
        {"a key twice", good.substr(0, good.find('\n') + 1) + good, "profile.invalid", "owner.toml:2:"},
        {"https", without(without(good, "api"), "api") + "api = \"https://127.0.0.1:1\"\n", "profile.invalid",
         "'api' is missing"},
        {"https alone", good.substr(0, good.rfind("api")) + "api = \"https://127.0.0.1:1\"\n", "profile.invalid",
         "'https://127.0.0.1:1' is not the address"},
    };
    const support::Folder folder;
    for (const Case& one : cases) {
        INFO(one.name);
        const Outcome<Profile> profile = read_profile(folder.write("owner.toml", one.text));
        REQUIRE_FALSE(profile);
        CHECK(profile.error().code == one.code);
        INFO(profile.error().title);
        CHECK(profile.error().title.find(one.says) != std::string::npos);
    }
}

TEST_CASE("a profile that isn't there is not found, and the way to name one is said") {
    const Outcome<Profile> profile = read_profile("/nowhere/owner.toml");
    REQUIRE_FALSE(profile);
    CHECK(profile.error().code == "profile.unreadable");
    CHECK(profile.error().status == 404);
    CHECK(profile.error().hint.at(0).find("--profile") != std::string::npos);
}

TEST_CASE("the address of an API is a host and a port, and nothing else") {
    CHECK(*parse_endpoint("http://127.0.0.1:8440") == Endpoint{"127.0.0.1", 8440});
    CHECK(*parse_endpoint("http://[::1]:80") == Endpoint{"::1", 80});
    CHECK(*parse_endpoint("http://localhost:65535") == Endpoint{"localhost", 65535});
    for (const std::string bad :
         {"", "127.0.0.1:80", "https://a:80", "http://a", "http://:80", "http://a:", "http://a:0", "http://a:65536",
          "http://a:80/", "http://a:x", "http://a:80x", "http://a:+80", "http://a:-80", "http://::1:80",
          "http://u@a:80", "http://[]:80", "http://a:123456"}) {
        INFO(bad);
        CHECK_FALSE(parse_endpoint(bad));
    }
}

}  // namespace datadeed::client
