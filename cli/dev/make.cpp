#include "cli/dev/make.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "audit/epochs.h"
#include "cli/dev/text.h"
#include "client/files.h"
#include "client/profile.h"
#include "client/refusal.h"
#include "client/time_text.h"
#include "crypto/keyfile.h"
#include "crypto/policy.h"
#include "crypto/random.h"
#include "ledger/genesis.h"

namespace datadeed::cli {
namespace {

namespace fs = std::filesystem;
using client::Mode;
using crypto::SecretKey;

constexpr crypto::KdfCost dev_cost{.operations = 1, .memory_bytes = std::uint64_t{8} << 20U};

struct Person {
    ledger::Role role{};
    std::string_view organisation{};
};
constexpr std::array<Person, 7> people{{{ledger::Role::operator_, "Ledger Operations"},
                                        {ledger::Role::owner, "General Hospital"},
                                        {ledger::Role::manager, "Data Trust"},
                                        {ledger::Role::user, "Research Institute"},
                                        {ledger::Role::repository, "Health Data Repository"},
                                        {ledger::Role::verifier, "Verification Office"},
                                        {ledger::Role::regulator, "Data Regulator"}}};

Problem dir_not_usable(const std::string& dir, const std::error_code& error) {
    return {.code = "dev.dir_not_usable",
            .title = "can't use the folder '" + dir + "'",
            .detail = error.message(),
            .hint = {"choose a folder that you may write to: --dir DIR"},
            .status = 403};
}

// Whether this is the file that the shell sends our output to: "dev up --dir DIR > DIR/up.json" makes it before we
// begin.
bool is_own_output(const std::string& path) {
    struct stat file{};
    if (::stat(path.c_str(), &file) != 0) return false;
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        struct stat output{};
        if (::fstat(fd, &output) == 0 && output.st_dev == file.st_dev && output.st_ino == file.st_ino) return true;
    }
    return false;
}

bool holds_nothing(const std::string& dir, std::error_code& error) {
    for (fs::directory_iterator entry{dir, error}; !error && entry != fs::directory_iterator{};
         entry.increment(error)) {
        if (!is_own_output(entry->path().string())) return false;
    }
    return true;
}

// Makes the network step by step; remembers the first problem, after which nothing more is written.
class Maker {
public:
    Maker(const DevPlan& plan, std::string dir, std::uint16_t first_port)
        : plan_{plan}, dir_{std::move(dir)}, first_port_{first_port} {
        const ByteArray<16> random = crypto::random_array<16>();
        passphrase_ = to_hex(random);
    }

    Outcome<DevNetwork> make() {
        make_folder("keys");
        make_folder("profiles");
        make_folder("nodes");
        write("passphrase", passphrase_ + "\n", Mode::secret);
        for (const Person& person : people) add_person(person);
        for (std::size_t i = 0; i < plan_.validators; ++i) add_validator("node-" + std::to_string(i), i);
        for (std::size_t i = 0; i < plan_.observers; ++i) add_observer("observer-" + std::to_string(i), i);
        if (problem_) return fail(*problem_);
        add_genesis();
        for (const DevNode& node : network_.nodes) add_config(node);
        for (const Person& person : people) add_profile(std::string{name(person.role)});
        for (const ledger::Validator& validator : genesis_.nodes.validators) add_profile(validator.member.value);
        add_policy();
        if (problem_) return fail(*problem_);
        network_.dir = dir_;
        if (Outcome<void> saved = save_network(network_); !saved) return fail(saved.error());
        return std::move(network_);
    }

private:
    void make_folder(const std::string& name) {
        std::error_code error;
        if (!problem_ && !fs::create_directories(fs::path{dir_} / name, error) && error) {
            problem_ = dir_not_usable(dir_, error);
        }
    }

    void write(const std::string& name, std::string_view text, Mode mode) {
        if (problem_) return;
        if (const Outcome<void> written = client::create_file(dir_ + "/" + name, as_bytes(text), mode); !written) {
            problem_ = written.error();
        }
    }

    crypto::PublicKey new_key(const std::string& file) {
        const SecretKey key = SecretKey::generate();
        const Result<Bytes, crypto::Error> sealed = crypto::seal_key(key, crypto::SecretText{passphrase_}, dev_cost);
        if (!sealed) {
            problem_ = Problem{.code = std::string{crypto::code(sealed.error())},
                               .title = "can't make the key file '" + file + "'",
                               .detail = std::string{crypto::describe(sealed.error())},
                               .hint = {},
                               .status = 500};
            return key.public_key();
        }
        write(file, as_text(*sealed), Mode::secret);
        return key.public_key();
    }

    void add_person(const Person& person) {
        const std::string role{name(person.role)};
        genesis_.members.push_back({.id = ledger::MemberId{role},
                                    .organisation = std::string{person.organisation},
                                    .roles = {person.role},
                                    .keys = {new_key("keys/" + role + ".key")}});
    }

    // The addresses and folders of the node that comes next.
    void add_node(const std::string& name, ledger::Role role, std::size_t number, std::vector<crypto::PublicKey> keys) {
        const auto port = static_cast<std::uint16_t>(first_port_ + ports_per_node * network_.nodes.size());
        const std::string folder = dir_ + "/nodes/" + name;
        make_folder("nodes/" + name + "/keys");
        network_.nodes.push_back({.name = name,
                                  .role = std::string{ledger::name(role)},
                                  .api = "http://" + loopback(port),
                                  .ops = "http://" + loopback(static_cast<std::uint16_t>(port + 2)),
                                  .data_dir = folder + "/data",
                                  .config = folder + "/node.toml",
                                  .log = folder + "/node.log",
                                  .process = {}});
        genesis_.members.push_back({.id = ledger::MemberId{name},
                                    .organisation = "Node Operator " + std::to_string(number + 1),
                                    .roles = {role},
                                    .keys = std::move(keys)});
    }

    // Its member has a signing key too: members of validators vote on changes of nodes.
    void add_validator(const std::string& name, std::size_t number) {
        add_node(name, ledger::Role::validator, number, {new_key("keys/" + name + ".key")});
        const std::string keys = "nodes/" + name + "/keys/";
        genesis_.nodes.validators.push_back({.member = ledger::MemberId{name},
                                             .vote = new_key(keys + "vote.key"),
                                             .link = new_key(keys + "link.key"),
                                             .cosign = new_key(keys + "cosign.key")});
    }

    void add_observer(const std::string& name, std::size_t number) {
        add_node(name, ledger::Role::observer, plan_.validators + number, {});
        genesis_.nodes.observers.push_back(
            {.member = ledger::MemberId{name}, .link = new_key("nodes/" + name + "/keys/link.key")});
    }

    void add_genesis() {
        const ByteArray<4> random = crypto::random_array<4>();
        genesis_.chain_name = "dev-" + to_hex(random);
        genesis_.time = client::now_ms();
        ledger::Parameters& parameters = genesis_.parameters;
        parameters.log_match_window_ms = plan_.log_window_s * 1000;
        if (plan_.log_expiry_s) parameters.log_expiry_window_ms = *plan_.log_expiry_s * 1000;
        parameters.log_expiry_window_ms = std::max(parameters.log_expiry_window_ms, parameters.log_match_window_ms);
        std::ranges::sort(genesis_.members, {}, &ledger::GenesisMember::id);
        std::ranges::sort(genesis_.nodes.validators, {}, &ledger::Validator::member);
        std::ranges::sort(genesis_.nodes.observers, {}, &ledger::Observer::member);
        if (const Result<void, ledger::Refusal> checked = check(genesis_); !checked) {
            problem_ = client::to_problem(checked.error());
            return;
        }
        const Bytes document = encode(genesis_);
        chain_ = ledger::chain_id(document);
        network_.chain = to_hex(chain_.value);
        write("genesis.cbor", as_text(document), Mode::shared);
    }

    void add_config(const DevNode& node) {
        write("nodes/" + node.name + "/node.toml", config_text(node, network_.nodes), Mode::shared);
    }

    void add_profile(const std::string& member) {
        client::Profile profile{.chain = chain_,
                                .genesis = "../genesis.cbor",
                                .member = member,
                                .key_file = "../keys/" + member + ".key",
                                .passphrase_file = "../passphrase",
                                .nodes = {}};
        for (const DevNode& node : network_.nodes) profile.nodes.push_back({.name = node.name, .api = node.api});
        write("profiles/" + member + ".toml", client::format_profile(profile), Mode::shared);
        network_.profiles[member] = dir_ + "/profiles/" + member + ".toml";
    }

    void add_policy() { write("policy.txt", crypto::format_policy(audit::policy_of(genesis_, chain_)), Mode::shared); }

    const DevPlan& plan_;
    std::string dir_;
    std::uint16_t first_port_;
    std::string passphrase_;
    ledger::Genesis genesis_{};
    ChainId chain_{};
    DevNetwork network_{};
    std::optional<Problem> problem_{};
};

}  // namespace

Outcome<void> check_dir(const std::string& dir) {
    std::error_code error;
    const fs::file_status status = fs::status(dir, error);
    if (status.type() == fs::file_type::not_found) return {};
    if (error) return fail(dir_not_usable(dir, error));
    if (!fs::is_directory(status)) return fail(dir_not_usable(dir, std::make_error_code(std::errc::not_a_directory)));
    const bool empty = holds_nothing(dir, error);
    if (error) return fail(dir_not_usable(dir, error));
    if (empty) return {};
    return fail(
        Problem{.code = "dev.folder_not_empty",
                .title = "the folder '" + dir + "' isn't empty",
                .detail = "a new network begins in an empty folder, so that it never overwrites keys or a chain",
                .hint = {"choose another folder",
                         "datadeed dev start --dir " + dir + " starts the nodes of a network that is there already"},
                .status = 409});
}

Outcome<DevNetwork> make_network(const DevPlan& plan, std::uint16_t first_port) {
    std::error_code error;
    fs::create_directories(plan.dir, error);
    if (error) return fail(dir_not_usable(plan.dir, error));
    const fs::path dir = fs::canonical(plan.dir, error);
    if (error) return fail(dir_not_usable(plan.dir, error));
    return Maker{plan, dir.string(), first_port}.make();
}

}  // namespace datadeed::cli
