#include "chain/snapshot_install.h"

#include <span>

#include "chain/keys.h"
#include "chain/state_database.h"
#include "ledger/state_keys.h"
#include "tests/chain/follower.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::fault_of;
using test::Follower;
using test::Installing;
using test::last_block;
using test::snapshot_height;
using test::SnapshotWorld;

namespace {

using Entries = std::vector<ledger::StateReader::Entry>;

Entries all_of(const KvStore& state, Height height) {
    return StateSnapshot::open(state, height).value()->scan({}, {}, 100'000);
}

}  // namespace

TEST_CASE("a state that was installed is the one that replaying gives, indexes and tree included") {
    Installing given;
    Follower node;
    given.set_up(node);
    CHECK(node.committer->replayed() == 0);
    CHECK(node.committer->tip().height == snapshot_height);
    CHECK(node.committer->state().applied() == snapshot_height);
    CHECK(node.committer->state().oldest() == snapshot_height);
    CHECK(all_of(*node.state_kv, snapshot_height) == all_of(given.world.state(), snapshot_height));
    const Digest root = given.snapshot.content().header.state_root;
    for (const auto& [key, value] : all_of(*node.state_kv, snapshot_height)) {
        if (ledger::state_keys::is_index(key)) continue;
        const ledger::StateProof proof = ledger::prove(node.committer->state(), snapshot_height.value, key).value();
        CHECK(ledger::verify(root, key, value, proof));
    }
}

TEST_CASE("after an installed state the next blocks give the same roots, state and log") {
    Installing given;
    Follower node;
    given.set_up(node);
    given.follow_all(node);
    CHECK(node.committer->tip() == given.world.chain().tip().value());
    for (Height height = snapshot_height; height.value <= last_block; height = height.next()) {
        CAPTURE(height.value);
        CHECK(all_of(*node.state_kv, height) == all_of(given.world.state(), height));
    }
    node.restart();
    REQUIRE(node.open(given.genesis()));
    CHECK(node.committer->replayed() == 0);
    CHECK(node.committer->tip() == given.world.chain().tip().value());
}

TEST_CASE("a power cut at any write leaves a state that can be begun again, or the whole one") {
    Installing given;
    bool is_done = false;
    for (std::uint64_t step = 0; !is_done; ++step) {
        CAPTURE(step);
        REQUIRE(step < 100);
        Follower node;
        node.state_disk.fail_after(step, Fault::store_disk_full);
        const auto installed = given.install(node);
        is_done = installed.has_value();
        if (!installed) CHECK(is_disk_full(installed.error()));
        node.state_disk.heal();
        node.restart();
        const auto opened = StateStore::open(*node.state_kv, given.world.made().id(), {});
        if (is_done) {
            CHECK((*opened)->applied() == snapshot_height);
            continue;
        }
        // Never taken for a state: without the record of its height it's empty, or told to be damaged.
        CHECK((opened ? !(*opened)->applied() : opened.error().fault == Fault::state_damaged));
    }
}

TEST_CASE("a chain that can't take the snapshot's block stays as it was") {
    Installing given;
    Follower node;
    REQUIRE(node.open(given.genesis()));
    node.restart();
    const MemoryDisk::Map before = node.chain_disk.content();
    node.chain_disk.fail_after(0, Fault::store_disk_full);
    CHECK(fault_of(skip_to(*node.chain_kv, given.start(), given.snapshot)) == Fault::store_disk_full);
    node.chain_disk.heal();
    node.restart();
    CHECK(node.chain_disk.content() == before);
    REQUIRE(skip_to(*node.chain_kv, given.start(), given.snapshot));
    CHECK(fault_of(skip_to(*node.chain_kv, given.start(), given.snapshot)) == Fault::chain_block_not_next);
}

TEST_CASE("a part that was tampered with is named, and nothing of it gets into the state") {
    Installing given;
    const std::size_t count = given.snapshot.content().parts.size();
    REQUIRE(count > 8);
    for (std::size_t bad = 0; bad < count; ++bad) {
        CAPTURE(bad);
        Follower node;
        std::vector<Bytes> keys_of_bad;
        std::size_t number = 0;
        const auto installed =
            install_state(*node.state_kv, given.world.made().id(), given.snapshot, [&](const Digest& root) {
                Bytes bytes = read_part(given.world.files(), SnapshotWorld::folder(), root).value();
                if (number++ != bad) return Result<Bytes, Error>{bytes};
                ledger::PartContent content = decode<ledger::PartContent>(bytes).value();
                for (const ledger::StateRecord& record : content.records) keys_of_bad.push_back(record.key);
                content.records.push_back({.key = test::bytes_of("more"), .value = {}});
                return Result<Bytes, Error>{encode(content)};
            });
        REQUIRE(fault_of(installed) == Fault::snapshot_part_wrong);
        CHECK(installed.error().place == "part " + std::to_string(bad));
        for (const Bytes& key : keys_of_bad) {
            CHECK_FALSE(node.state_disk.content().contains(keys::of(keys::value, key)));
        }
        CHECK_FALSE(node.state_disk.content().contains(keys::of(keys::meta)));
    }
}

TEST_CASE("a snapshot is installed into nothing else than an empty state") {
    Installing given;
    Follower node;
    REQUIRE(node.open(given.genesis()));
    CHECK(fault_of(given.install(node)) == Fault::folder_not_empty);
    // Half of one that was moved away is none: nodes of other heights would stay for ever.
    MemoryDisk nodes;
    for (const bool is_first : {true, false}) {
        MemoryDisk values;
        const auto state = split_tree_nodes(open_memory_store(values), open_memory_store(nodes));
        const auto installed = given.install(*state);
        CHECK(installed.has_value() == is_first);
        if (!is_first) CHECK(fault_of(installed) == Fault::folder_not_empty);
        CHECK(values.content().empty() == !is_first);
    }
}

TEST_CASE(
    "with tree nodes of their own a power cut at any write leaves a state that isn't taken for one, nor for empty") {
    Installing given;
    // Writes to the two disks come by turns: each is made to fail at each of its own.
    for (const bool is_nodes : {false, true}) {
        bool is_done = false;
        for (std::uint64_t step = 0; !is_done; ++step) {
            CAPTURE(is_nodes, step);
            REQUIRE(step < 100);
            MemoryDisk values;
            MemoryDisk nodes;
            (is_nodes ? nodes : values).fail_after(step, Fault::store_disk_full);
            const auto open = [&] { return split_tree_nodes(open_memory_store(values), open_memory_store(nodes)); };
            is_done = given.install(*open()).has_value();
            for (MemoryDisk* disk : {&values, &nodes}) {
                disk->heal();
                disk->crash();
            }
            const auto state = open();
            const auto opened = StateStore::open(*state, given.world.made().id(), {});
            if (is_done) {
                CHECK((*opened)->applied() == snapshot_height);
                continue;
            }
            CHECK((opened ? !(*opened)->applied() : opened.error().fault == Fault::state_damaged));
            const bool is_empty = values.content().empty() && nodes.content().empty();
            const auto again = given.install(*state);
            CHECK(again.has_value() == is_empty);
            if (!again) CHECK(again.error().fault == Fault::folder_not_empty);
        }
    }
}

TEST_CASE("a certified record that this version doesn't know is nobody's lie") {
    // As a later version's chain would have it.
    const ledger::StateRecord record{.key = ledger::state_keys::data(ledger::DatasetId{"d"}),
                                     .value = test::bytes_of("another layout")};
    const ledger::StateProofLeaf leaf = ledger::leaf_of(record);
    const Digest root = ledger::root_of(ledger::TreePlace{}, std::span{&leaf, 1}).value();
    audit::MadeChain later{
        8,
        {.at = Height{8}, .header = [&root](ledger::BlockHeader& header) { header.state_root = root; }},
        SnapshotWorld::changes()};
    SnapshotWorld world;
    SnapshotManifest manifest = world.write().value();
    const StoredHeader header = ChainView{*later.store()}.header(Height{8}).value().value();
    manifest.header = header.header;
    manifest.certificate = header.certificate;
    manifest.parts = {{.bits = 0, .root = root}};
    const CheckedManifest checked = world.check(manifest).value();
    Follower node;
    const auto installed = install_state(*node.state_kv, world.made().id(), checked, [&record](const Digest&) {
        return Result<Bytes, Error>{encode(ledger::PartContent{.records = {record}})};
    });
    CHECK(fault_of(installed) == Fault::snapshot_record_unknown);
    CHECK(installed.error().place == "part 0");
    CHECK_FALSE(node.state_disk.content().contains(keys::of(keys::meta)));
}

namespace {

// Two chains of one genesis document, as only validators that lie by a quorum could make them.
using Changes = std::vector<audit::MadeChange>;

audit::Spoil one_less(Height at) {
    return {.at = at,
            .transactions = [](std::vector<ledger::RawTransaction>& transactions) { transactions.pop_back(); }};
}

audit::Spoil empty_block(Height at) {
    return {.at = at, .transactions = [](std::vector<ledger::RawTransaction>& transactions) { transactions.clear(); }};
}

// What is said to a node that has `own` when it's given the snapshot of `other`'s last block; nothing is written.
std::string said_of(audit::MadeChain& own, SnapshotWorld& other) {
    const CheckedManifest snapshot = other.check(other.write().value()).value();
    const MemoryDisk::Map before = own.disk().content();
    const auto skipped = skip_to(*own.store(), {.chain = own.id(), .time = own.genesis().time}, snapshot);
    REQUIRE(fault_of(skipped) == Fault::snapshot_other_history);
    CHECK(own.disk().content() == before);
    return skipped.error().place + ": " + skipped.error().detail;
}

}  // namespace

TEST_CASE("a snapshot of another history than the node's own stops it, and nothing of it gets into the chain") {
    const Changes changes = SnapshotWorld::changes();
    SECTION("an epoch ended with another block") {
        audit::MadeChain own{6, {}, changes};
        SnapshotWorld other{8, one_less(Height{1}), changes};
        CHECK(said_of(own, other) == "height 2: this node has another block there");
    }
    SECTION("another block at the tip, where an epoch ends") {
        audit::MadeChain own{5, one_less(Height{5}), {changes[0]}};
        SnapshotWorld other{8, {}, changes};
        CHECK(said_of(own, other) == "height 5: this node has another block there");
    }
    SECTION("the next block stands on another one") {
        audit::MadeChain own{7, one_less(Height{7}), changes};
        SnapshotWorld other;
        CHECK(said_of(own, other) == "height 8: the snapshot's block doesn't follow on this node's tip");
    }
    SECTION("an epoch ends with the next block, which stands on another one") {
        audit::MadeChain own{4, one_less(Height{4}), {changes[0]}};
        SnapshotWorld other;
        CHECK(said_of(own, other) == "height 5: the snapshot's block doesn't follow on this node's tip");
    }
    SECTION("no epoch ended there") {
        audit::MadeChain own{6, {}, changes};
        SnapshotWorld other{8, {}, {changes[0]}};
        CHECK(said_of(own, other) ==
              "height 6: this node's tip is of epoch 2, the snapshot's history has epoch 1 there");
    }
    SECTION("the epoch goes back") {
        audit::MadeChain own{6, {}, {changes[0]}};
        SnapshotWorld other;
        CHECK(said_of(own, other) == "height 5: this node has another block there");
    }
    SECTION("the log is shorter") {
        // With the votes on a change in its last block.
        audit::MadeChain own{5, {}, changes};
        SnapshotWorld other{7, empty_block(Height{7}), {changes[0]}};
        CHECK(said_of(own, other) == "height 7: the snapshot's log has 15 entries, this node's has 16 already");
    }
    SECTION("its own history") {
        audit::MadeChain own{6, {}, changes};
        SnapshotWorld other;
        const CheckedManifest snapshot = other.check(other.write().value()).value();
        CHECK(skip_to(*own.store(), {.chain = own.id(), .time = own.genesis().time}, snapshot));
    }
}

TEST_CASE("a state that is lost above a gap isn't replayed over it, and the operator is told") {
    Installing given;
    Follower node;
    given.set_up(node);
    node.restart();
    node.state_disk = {};
    node.state_kv = open_memory_store(node.state_disk);
    CHECK(fault_of(node.open(given.genesis())) == Fault::chain_pruned);
    // The state before its chain: that one was never made the tip.
    Follower half;
    REQUIRE(given.install(half));
    CHECK(fault_of(half.open(given.genesis())) == Fault::state_ahead_of_chain);
}

}  // namespace datadeed::chain
