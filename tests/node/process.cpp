#include "tests/node/process.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

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
    : output_{output} {
    arguments.insert(arguments.begin(), datadeed::test::binary_dir() + "/bin/datadeed-node");
    std::vector<char*> raw;
    for (std::string& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
        const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(file, 1);
        ::dup2(file, 2);
        // Opened before: another user may have no way to it, as to a checkout in root's home.
        const int program = ::open(raw[0], O_PATH | O_CLOEXEC);
        if (user && (::setgroups(0, nullptr) != 0 || ::setgid(*user) != 0 || ::setuid(*user) != 0)) ::_exit(126);
        ::fexecve(program, raw.data(), environ);
        ::_exit(127);
    }
}

Process::~Process() {
    if (!is_running()) return;
    ::kill(pid_, SIGKILL);
    (void)wait_exit();
}

bool Process::is_running() const {
    if (status_) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
    status_ = status;
    return false;
}

std::uint64_t Process::thread_time(const std::string& name) const {
    for (const fs::directory_entry& task : fs::directory_iterator{"/proc/" + std::to_string(pid_) + "/task"}) {
        std::string comm;
        std::ifstream{task.path() / "comm"} >> comm;
        const bool is_it = name.empty() ? task.path().filename() == std::to_string(pid_) : comm == name;
        std::uint64_t time = 0;
        if (is_it && std::ifstream{task.path() / "schedstat"} >> time) return time;
    }
    FAIL("the process has no thread '" << name << "' whose time can be read");
    return 0;
}

std::string Process::output() const {
    std::ifstream in{output_, std::ios::binary};
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::optional<json::Value> Process::wait_for(const std::string& event) const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (bool running = true; running && std::chrono::steady_clock::now() < until;) {
        running = is_running();
        std::istringstream lines{output()};
        for (std::string line; std::getline(lines, line);) {
            const auto value = json::parse(line);
            if (value && value->text_at("event") == event) return *value;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    return std::nullopt;
}

std::optional<int> Process::wait_exit(std::chrono::seconds most) {
    const auto until = std::chrono::steady_clock::now() + most;
    while (is_running()) {
        if (std::chrono::steady_clock::now() > until) return std::nullopt;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    if (!WIFEXITED(*status_)) return std::nullopt;
    return WEXITSTATUS(*status_);
}

void Process::send(int signal) const {
    REQUIRE(::kill(pid_, signal) == 0);
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
