#include "chain/state_database.h"

#include <filesystem>

#include "chain/memory_store.h"
#include "chain/state_store.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::bytes_of;
using test::TemporaryFolder;

namespace {

// A state over two disks, with one key that each height sets anew.
struct Apart {
    MemoryDisk values{};
    MemoryDisk nodes{};
    std::unique_ptr<KvStore> kv{};
    std::unique_ptr<StateStore> state{};
    StateOptions options{};

    explicit Apart(StateOptions chosen = {}) : options{std::move(chosen)} { open(); }

    // As a process that starts after the last one ended, whatever it left.
    void open() {
        state.reset();
        values.heal();
        nodes.heal();
        kv = split_tree_nodes(open_memory_store(values), open_memory_store(nodes));
        state = StateStore::open(*kv, test::sample_chain, options).value();
    }

    Result<void, Error> apply(std::uint64_t height) {
        const std::optional<std::uint64_t> from = height == 0 ? std::nullopt : std::optional{height - 1};
        const ledger::StateChanges changes{{bytes_of("key"), bytes_of(std::to_string(height))}};
        const ledger::TreeUpdate tree = ledger::update(*state, from, changes, height).value();
        return state->apply({.height = Height{height}, .block_hash = {}, .changes = changes, .tree = tree, .log = {}});
    }
};

}  // namespace

TEST_CASE("values and tree nodes go to databases of their own") {
    Apart apart;
    REQUIRE(apart.apply(0));
    REQUIRE(apart.apply(1));
    CHECK(std::ranges::all_of(apart.nodes.content(), [](const auto& entry) { return entry.first.front() == 't'; }));
    CHECK(std::ranges::none_of(apart.values.content(), [](const auto& entry) { return entry.first.front() == 't'; }));
    CHECK(apart.nodes.content().size() == 2);
    const std::unique_ptr<StateSnapshot> then = StateSnapshot::open(*apart.kv, Height{0}).value();
    CHECK(then->get(bytes_of("key")) == bytes_of("0"));
    CHECK(ledger::root_of(*then, 0).value() != ledger::root_of(*then, 1).value());
}

TEST_CASE("a crash between the two writes leaves the height before, and the block can be applied again") {
    // At genesis as later: nodes without any value are no damage.
    for (const std::uint64_t height : {0U, 1U}) {
        Apart apart;
        if (height > 0) REQUIRE(apart.apply(0));
        apart.values.fail_after(0, Fault::store_io);
        REQUIRE_FALSE(apart.apply(height));
        apart.values.crash();
        apart.nodes.crash();
        apart.open();
        CHECK(apart.nodes.content().size() == height + 1);
        CHECK(apart.state->applied() == (height == 0 ? std::nullopt : std::optional{Height{0}}));
        REQUIRE(apart.apply(height));
        CHECK(apart.state->get(bytes_of("key")) == bytes_of(std::to_string(height)));
        CHECK(ledger::root_of(*apart.state, height).has_value());
    }
}

TEST_CASE("without its tree nodes a height isn't written") {
    Apart apart;
    REQUIRE(apart.apply(0));
    apart.nodes.fail_after(0, Fault::store_disk_full);
    CHECK(apart.apply(1).error().fault == Fault::store_disk_full);
    apart.open();
    CHECK(apart.state->applied() == Height{0});
}

TEST_CASE("nodes that a kept height needs outlive a crash, and go only after the values that named them") {
    Apart apart{{.history = 1}};
    for (std::uint64_t height = 0; height < 5; ++height) REQUIRE(apart.apply(height));
    CHECK(apart.nodes.content().size() < 5);
    const auto before = apart.nodes.content();
    apart.values.fail_after(0, Fault::store_io);
    REQUIRE_FALSE(apart.apply(5));
    for (const auto& [key, value] : before) CHECK(apart.nodes.content().contains(key));
    apart.open();
    const Height oldest = apart.state->oldest();
    const std::unique_ptr<StateSnapshot> snapshot = StateSnapshot::open(*apart.kv, oldest).value();
    REQUIRE(apart.apply(5));
    REQUIRE(apart.apply(6));
    CHECK(ledger::root_of(*snapshot, oldest.value).has_value());
}

TEST_CASE("a tree node that is gone is damage, not an answer") {
    Apart apart;
    REQUIRE(apart.apply(0));
    apart.nodes.content().clear();
    apart.open();
    CHECK(ledger::root_of(*apart.state, 0).error() == ledger::Refusal::state_node_missing);
    REQUIRE(apart.state->error().has_value());
    CHECK(apart.state->error()->fault == Fault::state_damaged);
}

TEST_CASE("on disk the two are found again, and a folder that was moved away is made anew") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/state";
    Batch batch;
    batch.put(bytes_of("tree"), bytes_of("node"));
    batch.put(bytes_of("value"), bytes_of("x"));
    {
        const std::unique_ptr<KvStore> store = open_state_database(posix_files(), path).value();
        REQUIRE(store->write(batch, Durability::synced));
    }
    const std::unique_ptr<KvStore> again = open_state_database(posix_files(), path).value();
    CHECK(again->get(bytes_of("tree")).value() == bytes_of("node"));
    CHECK(again->get(bytes_of("value")).value() == bytes_of("x"));
    CHECK(open_state_database(posix_files(), path).error().fault == Fault::store_locked);
}

TEST_CASE("damage in either of the two is the state's, which can be made anew") {
    for (const std::string part : {"/values", "/tree"}) {
        const TemporaryFolder folder;
        const std::string path = folder.path() + "/state";
        Batch batch;
        batch.put(bytes_of("tree"), bytes_of("node"));
        batch.put(bytes_of("value"), bytes_of("x"));
        REQUIRE(open_state_database(posix_files(), path).value()->write(batch, Durability::synced));
        std::filesystem::remove(path + part + "/CURRENT");
        CHECK(open_state_database(posix_files(), path).error().fault == Fault::state_damaged);
        std::filesystem::remove_all(path);
        CHECK(open_state_database(posix_files(), path));
    }
}

}  // namespace datadeed::chain
