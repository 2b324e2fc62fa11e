#include <sys/stat.h>

#include "cli/dev/make.h"
#include "cli/dev/ports.h"
#include "cli/dev/text.h"
#include "client/files.h"
#include "client/profile.h"
#include "client/session.h"
#include "crypto/policy.h"
#include "ledger/genesis.h"
#include "tests/support/catch.h"
#include "tests/support/folder.h"

namespace datadeed::cli {
namespace {

DevPlan plan_in(const std::string& dir) {
    return {.dir = dir, .validators = 4, .observers = 1, .log_window_s = 3};
}

}  // namespace

TEST_CASE("a network has everything its nodes and users need") {
    const support::Folder folder;
    const Outcome<DevNetwork> made = make_network(plan_in(folder / "new"), 20'000);
    REQUIRE(made);
    CHECK(made->nodes.size() == 5);
    CHECK(made->nodes[4].role == "observer");
    CHECK(made->nodes[1].api == "http://127.0.0.1:20003");
    CHECK(made->profiles.size() == 7 + 4);  // roles, and members of validators
    const Outcome<Bytes> document = client::read_file(folder / "new/genesis.cbor", 1 << 20);
    REQUIRE(document);
    const auto genesis = ledger::decode_genesis(*document);
    REQUIRE(genesis);
    CHECK(to_hex(ledger::chain_id(*document).value) == made->chain);
    CHECK(genesis->parameters.log_match_window_ms == 3000);
    CHECK(genesis->nodes.validators.size() == 4);
    CHECK(genesis->nodes.observers.size() == 1);
    for (const auto& [role, file] : made->profiles) {
        INFO(role);
        const Outcome<client::Profile> profile = client::read_profile(file);
        REQUIRE(profile);
        CHECK(profile->nodes.size() == 5);
        const Outcome<crypto::SecretText> passphrase = client::read_passphrase_file(profile->passphrase_file);
        REQUIRE(passphrase);
        CHECK(client::Session::open(*profile, *passphrase));
    }
    struct stat status{};
    for (const std::string name : {"new/passphrase", "new/keys/owner.key", "new/nodes/node-0/keys/vote.key"}) {
        REQUIRE(::stat((folder / name).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777U) == 0600);
    }
    CHECK_FALSE(std::filesystem::exists(folder / "new/nodes/observer-0/keys/vote.key"));
}

TEST_CASE("the network is read back as it was saved, and a node is found by its name") {
    const support::Folder folder;
    Outcome<DevNetwork> made = make_network(plan_in(folder / "new"), 20'000);
    REQUIRE(made);
    made->nodes[2].process = {.pid = 4711, .start_ticks = 99, .config = made->nodes[2].config};
    REQUIRE(save_network(*made));
    Outcome<DevNetwork> loaded = load_network(folder / "new");
    REQUIRE(loaded);
    CHECK(loaded->nodes[2] == made->nodes[2]);
    CHECK(loaded->profiles == made->profiles);
    CHECK((*loaded->find("observer-0"))->role == "observer");
    CHECK(loaded->find("node-9").error().code == "dev.no_such_node");
    CHECK(load_network(folder / "nothing").error().code == "dev.no_network");
    folder.write("dev.json", "{}");
    CHECK(load_network(folder.path()).error().code == "dev.state_broken");
}

TEST_CASE("the policy names the validators' cosigners and their quorum, and reads back") {
    const support::Folder folder;
    REQUIRE(make_network(plan_in(folder / "new"), 20'000));
    const auto policy = crypto::parse_policy(as_text(*client::read_file(folder / "new/policy.txt", 1 << 16)));
    REQUIRE(policy);
    CHECK(policy->cosigners.size() == 4);
    CHECK(policy->quorum == 3);
}

TEST_CASE("a folder that isn't empty or no folder is refused and left as it is") {
    const support::Folder folder;
    CHECK(check_dir(folder.path()));
    CHECK(check_dir(folder / "new"));
    folder.write("file", "");
    CHECK(check_dir(folder.path()).error().code == "dev.folder_not_empty");
    CHECK(check_dir(folder / "file").error().code == "dev.dir_not_usable");
    CHECK(make_network(plan_in("/proc/new"), 20'000).error().code == "dev.dir_not_usable");
}

TEST_CASE("a port in use is named, and a block that was found is free") {
    Outcome<PortBlock> block = PortBlock::anywhere(6);
    REQUIRE(block);
    CHECK(block->first() < 32'000);
    const auto third = static_cast<std::uint16_t>(block->first() + 2);
    const Outcome<PortBlock> taken = PortBlock::at(third, 1);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == "dev.port_in_use");
    CHECK(taken.error().title == "port " + std::to_string(third) + " is in use");
    block->release();
    CHECK(PortBlock::at(third, 1));
    CHECK(PortBlock::at(65'530, 15).error().code == "dev.ports_out_of_range");
    CHECK(PortBlock::at(0, 1).error().code == "dev.ports_out_of_range");
}

}  // namespace datadeed::cli
