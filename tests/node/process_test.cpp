#include "tests/node/process.h"

#include <signal.h>
#include <sys/stat.h>

#include "tests/support/catch.h"

// datadeed-node as people run it.

namespace datadeed::node {
namespace {

using test::Chain;
using test::code_of;
using test::Ended;
using test::get;
using test::port_of;
using test::Process;
using test::refuses;
using test::submit;

std::string tip_of(std::uint16_t port, const Chain& chain) {
    const auto body = json::parse(get(port, "/v1/node", chain.token()).body);
    REQUIRE(body);
    return std::to_string(body->unsigned_at("height").value_or(0)) + ' ' +
           std::string{body->text_at("block_hash").value_or("")};
}

TEST_CASE("a node commits over HTTP, is killed, and comes back at the same tip") {
    const Chain chain;
    std::string tip;
    {
        Process node{{"--config", chain.config_file()}, chain.folder() / "first.log"};
        const std::uint16_t api = port_of(node, "api");
        REQUIRE(node.wait_for("node.ready"));
        for (const char* id : {"a", "b/c"}) {
            const http::Response response = submit(api, chain.registration(id));
            INFO(response.body);
            REQUIRE(response.status == 200);
        }
        CHECK(get(api, "/v1/data/b%2Fc", chain.token()).status == 200);
        CHECK(get(api, "/v1/data").status == 401);
        tip = tip_of(api, chain);
        CHECK(tip.starts_with("2 "));
        node.send(SIGKILL);
        CHECK(node.wait_exit() == 128 + SIGKILL);
    }
    Process again{{"--config", chain.config_file()}, chain.folder() / "second.log"};
    const std::uint16_t api = port_of(again, "api");
    REQUIRE(again.wait_for("node.ready"));
    CHECK(tip_of(api, chain) == tip);
    CHECK(submit(api, chain.registration("d")).status == 200);
    again.send(SIGTERM);
    CHECK(again.wait_exit(std::chrono::seconds{5}) == 0);
    CHECK(again.wait_for("node.stopped"));
}

TEST_CASE("the ops port tells health, metrics and version") {
    const Chain chain;
    Process node{{"--config", chain.config_file()}, chain.folder() / "node.log"};
    const std::uint16_t ops = port_of(node, "ops");
    REQUIRE(node.wait_for("node.ready"));
    CHECK(get(ops, "/livez").body == "ok\n");
    CHECK(get(ops, "/readyz").status == 200);
    const auto ready = json::parse(get(ops, "/readyz?verbose").body);
    REQUIRE(ready);
    CHECK(ready->bool_at("ready") == true);
    CHECK(ready->find("checks")->as_object()->size() == 5);
    CHECK(submit(port_of(node, "api"), chain.registration("a")).status == 200);
    const std::string metrics = get(ops, "/metrics").body;
    CHECK(metrics.find("datadeed_block_height 1") != std::string::npos);
    CHECK(metrics.find("datadeed_tx_total{result=\"committed\"} 1") != std::string::npos);
    CHECK(metrics.find("datadeed_http_requests_total{route=\"/v1/transactions\",status=\"200\"} 1") !=
          std::string::npos);
    const auto version = json::parse(get(ops, "/version").body);
    REQUIRE(version);
    CHECK(version->text_at("chain") == to_hex(chain.id().value));
    CHECK(get(ops, "/v1/node").status == 404);
    node.send(SIGINT);
    CHECK(node.wait_exit(std::chrono::seconds{5}) == 0);
}

TEST_CASE("requests are answered on a thread of their own, not on that of the links") {
    const Chain chain;
    Process node{{"--config", chain.config_file()}, chain.folder() / "node.log"};
    const std::uint16_t api = port_of(node, "api");
    const std::uint16_t ops = port_of(node, "ops");
    REQUIRE(node.wait_for("node.ready"));
    const std::uint64_t links = node.thread_time("");
    const std::uint64_t http = node.thread_time("api");
    for (int i = 0; i < 200; ++i) {
        REQUIRE(get(api, "/v1/data", chain.token()).status == 200);
        REQUIRE(get(ops, "/metrics").status == 200);
    }
    CHECK(10 * (node.thread_time("") - links) < node.thread_time("api") - http);
    node.send(SIGTERM);
    CHECK(node.wait_exit(std::chrono::seconds{5}) == 0);
}

TEST_CASE("a node with a client that waits stops in time and tells the client") {
    const Chain chain;
    Process node{{"--config", chain.config_file()}, chain.folder() / "node.log"};
    const std::uint16_t api = port_of(node, "api");
    http::Connection idle{"127.0.0.1", api};
    REQUIRE(idle.call({.method = http::Method::get, .target = "/checkpoint"}));
    node.send(SIGTERM);
    CHECK(node.wait_exit(std::chrono::seconds{5}) == 0);
}

TEST_CASE("a second node on one folder is refused and names the first") {
    const Chain chain;
    Process first{{"--config", chain.config_file()}, chain.folder() / "node.log"};
    REQUIRE(first.wait_for("node.serving"));
    const Ended second = test::run_node({"--config", chain.config_file()}, chain.folder());
    INFO(second.output);
    CHECK(second.code == code_of(Exit::folder));
    CHECK(second.output.find("[folder.locked]") != std::string::npos);
    CHECK(second.output.find("process " + std::to_string(first.pid())) != std::string::npos);
}

TEST_CASE("a port in use is refused and named") {
    const Chain one;
    Process first{{"--config", one.config_file()}, one.folder() / "node.log"};
    const int api = port_of(first, "api");
    const int peer = port_of(first, "peer");
    const Chain two;
    two.write_config("", 0, api, 0);
    refuses(two, Exit::network, "node.port_in_use");
    two.write_config("", 0, 0, api);
    refuses(two, Exit::network, "node.port_in_use");
    two.write_config("", peer, 0, 0);
    refuses(two, Exit::network, "node.port_in_use");
}

TEST_CASE("keys that don't open or aren't the chain's are refused") {
    const Chain chain;
    const std::string keys = chain.folder() / "nodes/n0/keys/";
    SECTION("a wrong passphrase") {
        (void)chain.folder().write("nodes/n0/keys/passphrase", "wrong\n");
        refuses(chain, Exit::keys, "keys.wrong_passphrase");
    }
    SECTION("an empty passphrase file") {
        (void)chain.folder().write("nodes/n0/keys/passphrase", "\n");
        refuses(chain, Exit::keys, "keys.bad_passphrase_file");
    }
    SECTION("a key file that others may read") {
        REQUIRE(::chmod((keys + "vote.key").c_str(), 0644) == 0);
        refuses(chain, Exit::keys, "keys.readable_by_others");
    }
    SECTION("a passphrase file that others may read") {
        REQUIRE(::chmod((keys + "passphrase").c_str(), 0640) == 0);
        refuses(chain, Exit::keys, "keys.readable_by_others");
    }
    SECTION("a missing key file") {
        std::filesystem::remove(keys + "link.key");
        refuses(chain, Exit::missing, "file.not_found");
    }
    SECTION("a key in another's place") {
        std::filesystem::copy_file(keys + "link.key", keys + "vote.key",
                                   std::filesystem::copy_options::overwrite_existing);
        REQUIRE(::chmod((keys + "vote.key").c_str(), 0600) == 0);
        refuses(chain, Exit::keys, "keys.not_of_the_chain");
    }
    SECTION("a damaged key file") {
        (void)chain.folder().write("nodes/n0/keys/vote.key", "nonsense");
        refuses(chain, Exit::keys, "keyfile.malformed");
    }
}

TEST_CASE("a genesis document that isn't the folder's, or isn't one, is refused") {
    const Chain chain;
    {
        Process node{{"--config", chain.config_file()}, chain.folder() / "node.log"};
        REQUIRE(node.wait_for("node.serving"));
        node.send(SIGTERM);
        REQUIRE(node.wait_exit() == 0);
    }
    SECTION("of another chain") {
        const Chain other{"-2"};
        (void)chain.folder().write("genesis.cbor", std::string{as_text(other.genesis())});
        refuses(chain, Exit::wrong_chain, "folder.other_chain");
    }
    SECTION("missing") {
        std::filesystem::remove(chain.folder() / "genesis.cbor");
        refuses(chain, Exit::missing, "file.not_found");
    }
    SECTION("nonsense") {
        (void)chain.folder().write("genesis.cbor", "nonsense");
        refuses(chain, Exit::wrong_chain, "genesis.malformed");
    }
}

TEST_CASE("a name or peer that the chain doesn't know is refused") {
    const Chain chain;
    chain.write_config("[[peers]]\nname = \"n7\"\naddress = \"127.0.0.1:1\"\n");
    refuses(chain, Exit::usage, "config.unknown_peer");
    std::string text =
        "[node]\nname = \"n7\"\ndata_dir = \"data\"\ngenesis = \"../../genesis.cbor\"\n"
        "[keys]\nlink = \"keys/link.key\"\npassphrase_file = \"keys/passphrase\"\n";
    (void)chain.folder().write("nodes/n0/node.toml", text);
    refuses(chain, Exit::keys, "keys.not_a_node");
}

TEST_CASE("a folder that can't be written is refused") {
    const Chain chain;
    // A file in the place of the folder: refused to every user, root included.
    (void)chain.folder().write("nodes/n0/data", "a file");
    const Ended ended = test::run_node({"--config", chain.config_file()}, chain.folder());
    INFO(ended.output);
    CHECK((ended.code == code_of(Exit::folder) || ended.code == code_of(Exit::store)));
    CHECK(ended.output.find("  try: ") != std::string::npos);
}

TEST_CASE("a configuration is checked without starting") {
    const Chain chain;
    const Ended good = test::run_node({"--config", chain.config_file(), "--check-config"}, chain.folder());
    CHECK(good.code == 0);
    CHECK_FALSE(std::filesystem::exists(chain.folder() / "nodes/n0/data"));
    chain.write_config("[log]\nlevl = \"info\"\n");
    const Ended bad = test::run_node({"--config", chain.config_file()}, chain.folder());
    CHECK(bad.code == code_of(Exit::usage));
    CHECK(bad.output.find("node.toml:15:1: error: unknown key 'levl' in [log] - did you mean 'level'?") !=
          std::string::npos);
    CHECK(bad.output.ends_with("1 error\n"));
    CHECK(test::run_node({"--confg"}, chain.folder()).code == code_of(Exit::usage));
    CHECK(test::run_node({"--version"}, chain.folder()).output.starts_with("datadeed-node "));
    CHECK(test::run_node({"--help"}, chain.folder()).code == 0);
}

TEST_CASE("an answer that can't be written is no success") {
    Process full{{"--version"}, "/dev/full"};
    CHECK(full.wait_exit() == code_of(Exit::disk_full));
}

TEST_CASE("votes that are gone make a validator that says so and doesn't vote") {
    const Chain chain;
    {
        Process node{{"--config", chain.config_file()}, chain.folder() / "node.log"};
        const std::uint16_t api = port_of(node, "api");
        REQUIRE(node.wait_for("node.ready"));
        REQUIRE(submit(api, chain.registration("a")).status == 200);
        node.send(SIGTERM);
        REQUIRE(node.wait_exit() == 0);
    }
    std::filesystem::remove(chain.folder() / "nodes/n0/data/votes");
    Process node{{"--config", chain.config_file()}, chain.folder() / "second.log"};
    const http::Response ready = get(port_of(node, "ops"), "/readyz?verbose");
    INFO(ready.body);
    CHECK(ready.status == 503);
    CHECK(ready.body.find("doesn't vote") != std::string::npos);
}

}  // namespace
}  // namespace datadeed::node
