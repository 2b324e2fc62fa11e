#include "tests/node/process.h"

#include <sys/stat.h>

#include <fstream>

#include "base/fields.h"
#include "crypto/cose.h"
#include "crypto/keyfile.h"
#include "node/api/token.h"
#include "node/clock.h"
#include "tests/support/catch.h"
#include "tests/support/paths.h"

namespace datadeed::node::test {
namespace {

namespace fs = std::filesystem;
using ledger::MemberId;
using ledger::Role;

crypto::SecretKey key_of(const std::string& name) {
    ByteArray<32> seed{};
    for (std::size_t i = 0; i < name.size() && i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(name[i]);
    return crypto::SecretKey::from_seed(seed);
}

void write_private(const std::string& path, std::string_view text) {
    std::ofstream{path, std::ios::binary} << text;
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
}

ledger::Genesis make_genesis(const std::string& salt) {
    ledger::Genesis genesis;
    genesis.chain_name = "test" + salt;
    genesis.time = TimeMs{wall_now().value - 60'000};
    genesis.members = {{.id = MemberId{"ann"},
                        .organisation = "Org",
                        .roles = {Role::operator_, Role::owner},
                        .keys = {key_of("ann").public_key()}},
                       {.id = MemberId{"n0"}, .organisation = "Org", .roles = {Role::validator}, .keys = {}}};
    genesis.nodes.validators = {{.member = MemberId{"n0"},
                                 .vote = key_of("vote").public_key(),
                                 .link = key_of("link").public_key(),
                                 .cosign = key_of("cosign").public_key()}};
    return genesis;
}

std::uint64_t shifted_now(std::chrono::seconds ahead) {
    return wall_now().value + static_cast<std::uint64_t>(1000 * ahead.count());
}

std::vector<std::string> of_node(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), datadeed::test::binary_dir() + "/bin/datadeed-node");
    return arguments;
}

}  // namespace

Chain::Chain(const std::string& salt) {
    const ledger::Genesis genesis = make_genesis(salt);
    REQUIRE(ledger::check(genesis));
    genesis_ = encode(genesis);
    fs::create_directories(folder_ / "nodes/n0/keys");
    (void)folder_.write("genesis.cbor", std::string{as_text(genesis_)});
    write_private(folder_ / "nodes/n0/keys/passphrase", "correct horse\n");
    const crypto::SecretText passphrase{"correct horse"};
    for (const char* name : {"link", "vote", "cosign"}) {
        const auto sealed = crypto::seal_key(key_of(name), passphrase, crypto::KdfCost::least());
        REQUIRE(sealed);
        write_private(folder_ / ("nodes/n0/keys/" + std::string{name} + ".key"), as_text(*sealed));
    }
    write_config();
}

void Chain::write_config(const std::string& more, int peer, int api, int ops) const {
    const auto address = [](int port) { return "\"127.0.0.1:" + std::to_string(port) + "\"\n"; };
    (void)folder_.write("nodes/n0/node.toml",
                        "[node]\nname = \"n0\"\ndata_dir = \"data\"\ngenesis = \"../../genesis.cbor\"\n"
                        "[keys]\nlink = \"keys/link.key\"\nvote = \"keys/vote.key\"\ncosign = \"keys/cosign.key\"\n"
                        "passphrase_file = \"keys/passphrase\"\n"
                        "[listen]\npeer = " +
                            address(peer) + "api = " + address(api) + "ops = " + address(ops) + more);
}

Bytes Chain::registration(const std::string& id, std::chrono::seconds ahead) const {
    static std::uint64_t made = 0;  // two of one millisecond must differ
    const std::uint64_t now = shifted_now(ahead);
    const ledger::Transaction transaction{
        .nonce = ledger::Nonce{now * 1000 + ++made % 1000},
        .expires = TimeMs{now + 600'000},
        .operations = {
            ledger::RegisterData{.data = ledger::DatasetId{id}, .title = "T", .type = "table", .commitment = {}}}};
    return ledger::sign_transaction(this->id(), transaction, key_of("ann"));
}

std::string Chain::token(std::chrono::seconds ahead) const {
    const api::Token token{.member = MemberId{"ann"}, .node = "n0", .expires = TimeMs{shifted_now(ahead) + 300'000}};
    const Bytes aad = crypto::signing_context(api::token_context, id());
    return "Datadeed " +
           to_base64(crypto::encode_sign1(crypto::make_sign1(key_of("ann"), api::token_type, aad, encode(token))));
}

Process::Process(std::vector<std::string> arguments, const std::string& output, std::optional<uid_t> user)
    : Child{{.words = of_node(std::move(arguments)), .output = output, .environment = {}, .user = user}} {}

void Process::send(int signal) const {
    REQUIRE(Child::send(signal));
}

std::uint64_t Process::thread_time(const std::string& name) const {
    const std::optional<std::uint64_t> time = Child::thread_time(name);
    INFO("thread '" << name << "'");
    REQUIRE(time);
    return *time;
}

Ended run_node(const std::vector<std::string>& arguments, const support::Folder& folder, std::optional<uid_t> user) {
    Process process{arguments, folder / "ended.log", user};
    const std::optional<int> code = process.wait_exit();
    return {.code = code, .output = process.output()};
}

void refuses(const Chain& chain, Exit exit, const std::string& code, std::optional<uid_t> user) {
    const Ended ended = run_node({"--config", chain.config_file()}, chain.folder(), user);
    INFO(ended.output);
    CHECK(ended.code == code_of(exit));
    CHECK(ended.output.find("[" + code + "]") != std::string::npos);
    CHECK(ended.output.find("  try: ") != std::string::npos);
}

std::uint16_t port_of(const Process& node, const char* name) {
    const auto serving = node.wait_for("node.serving");
    INFO(node.output());
    REQUIRE(serving);
    return static_cast<std::uint16_t>(serving->unsigned_at(name).value_or(0));
}

http::Response get(std::uint16_t port, const std::string& target, const std::string& token) {
    http::Connection connection{"127.0.0.1", port};
    http::Call call{.method = http::Method::get, .target = target};
    if (!token.empty()) call.headers.emplace_back("Authorization", token);
    const auto response = connection.call(call);
    REQUIRE(response);
    return *response;
}

std::optional<http::Response> try_submit(std::uint16_t port, Bytes body) {
    http::Connection connection{"127.0.0.1", port};
    const http::Call call{.method = http::Method::post,
                          .target = "/v1/transactions",
                          .headers = {{"Prefer", "wait=30"}},
                          .content_type = "application/cose",
                          .body = std::move(body)};
    auto response = connection.call(call);
    if (!response) return std::nullopt;
    return std::move(*response);
}

http::Response submit(std::uint16_t port, Bytes body) {
    const std::optional<http::Response> response = try_submit(port, std::move(body));
    REQUIRE(response);
    return *response;
}

}  // namespace datadeed::node::test
