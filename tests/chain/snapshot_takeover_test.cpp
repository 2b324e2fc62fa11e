#include "chain/snapshot_takeover.h"

#include "chain/snapshot_files.h"
#include "chain/state_database.h"
#include "tests/chain/snapshot_world.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {
namespace {

const std::string taken_from = test::SnapshotWorld::folder();

// The disks of a node, as the folders of a real one.
class MemoryPlace final : public StatePlace {
public:
    Result<std::unique_ptr<KvStore>, Error> begin() override {
        next_ = {};
        if (fails_at) next_.fail_after(*fails_at, fault);
        return open_memory_store(next_);
    }
    Result<void, Error> adopt() override {
        if (adopt_fails) return fail(Error{.fault = Fault::file_io, .place = "state", .detail = {}});
        next_.heal();
        state = next_;
        return {};
    }

    Result<void, Error> discard() override {
        next_ = {};
        return {};
    }
    // Whether nothing was left beside the state.
    [[nodiscard]] bool is_tidy() { return next_.content().empty(); }

    MemoryDisk state;
    std::optional<std::uint64_t> fails_at;
    Fault fault{Fault::store_io};
    bool adopt_fails{false};

private:
    MemoryDisk next_;
};

struct TakingOver {
    TakingOver() { REQUIRE(world.write()); }

    [[nodiscard]] Result<TakenOver, Error> run() {
        const std::unique_ptr<KvStore> chain = open_memory_store(chain_disk);
        const consensus::Ed25519Verifier signatures;
        return take_over_snapshot({.files = world.files(),
                                   .folder = taken_from,
                                   .chain = *chain,
                                   .state = state,
                                   .genesis = world.made().genesis(),
                                   .signatures = signatures});
    }
    [[nodiscard]] Height tip() {
        const std::unique_ptr<KvStore> chain = open_memory_store(chain_disk);
        return ChainStore::open(*chain, {.chain = world.made().id(), .time = world.made().genesis().time})
            .value()
            .tip()
            .height;
    }
    [[nodiscard]] bool is_whole() { return world.files().exists(manifest_path(taken_from)).value(); }
    // The node opens as if it had replayed all blocks.
    void must_open(std::uint64_t replayed = 0) {
        const std::unique_ptr<KvStore> chain = open_memory_store(chain_disk);
        const std::unique_ptr<KvStore> values = open_memory_store(state.state);
        const auto committer = Committer::open({.chain = *chain, .state = *values}, world.made().genesis(), {});
        REQUIRE(committer);
        CHECK((*committer)->tip().height == Height{8});
        CHECK((*committer)->replayed() == replayed);
        const auto ours = StateSnapshot::open(*values).value();
        const auto theirs = StateSnapshot::open(world.state()).value();
        CHECK(ours->scan({}, {}, 100'000) == theirs->scan({}, {}, 100'000));
    }

    test::SnapshotWorld world{8};
    MemoryDisk chain_disk;
    MemoryPlace state;
};

}  // namespace

TEST_CASE("a snapshot that came whole is gone on from, once") {
    TakingOver node;
    const Result<TakenOver, Error> taken = node.run();
    REQUIRE(taken);
    CHECK(taken->height == Height{8});
    CHECK_FALSE(taken->discarded.has_value());
    CHECK_FALSE(node.is_whole());
    CHECK(node.world.files().list(taken_from).value().empty());
    node.must_open();
    const Result<TakenOver, Error> again = node.run();
    REQUIRE(again);
    CHECK_FALSE(again->height.has_value());
    node.must_open();
}

TEST_CASE("a snapshot that blocks have passed meanwhile gives its state, and they are executed on it") {
    TakingOver node;
    const auto fifth = StateSnapshot::open(node.world.state(), Height{5}).value();
    REQUIRE(write_snapshot(node.world.files(), taken_from, {.state = *fifth, .chain = node.world.chain()},
                           {.sorting = {}, .part_bytes = test::small_part}));
    node.chain_disk = node.world.made().disk();
    const Result<TakenOver, Error> taken = node.run();
    REQUIRE(taken);
    CHECK(taken->height == Height{5});
    CHECK(node.tip() == Height{8});
    node.must_open(3);
}

TEST_CASE("where there's no whole snapshot nothing changes") {
    TakingOver node;
    REQUIRE(node.world.files().remove(manifest_path(taken_from)));
    const Result<TakenOver, Error> taken = node.run();
    REQUIRE(taken);
    CHECK_FALSE(taken->height.has_value());
    CHECK(node.state.state.content().empty());
    CHECK(node.tip() == Height{0});
}

TEST_CASE("a takeover that is interrupted anywhere is done by the next one") {
    std::uint64_t interrupted = 0;
    for (std::uint64_t step = 0;; ++step) {
        TakingOver node;
        node.state.fails_at = step;
        const Result<TakenOver, Error> taken = node.run();
        if (taken) break;
        ++interrupted;
        CHECK(taken.error().fault == Fault::store_io);
        CHECK(node.tip() == Height{0});
        CHECK(node.is_whole());
        node.state.fails_at.reset();
        REQUIRE(node.run());
        node.must_open();
    }
    CHECK(interrupted > 5);
    for (std::uint64_t step = 0; step < 2; ++step) {  // the chain's beginning, and the skip
        TakingOver node;
        node.chain_disk.fail_after(step, Fault::store_io);
        REQUIRE_FALSE(node.run());
        node.chain_disk.heal();
        node.chain_disk.crash();
        REQUIRE(node.run());
        node.must_open();
    }
    TakingOver node;
    node.state.adopt_fails = true;
    REQUIRE_FALSE(node.run());
    CHECK(node.tip() == Height{8});
    CHECK(node.is_whole());
    node.state.adopt_fails = false;
    CHECK(node.run().value().height == Height{8});
    node.must_open();
}

TEST_CASE("a takeover whose folder can't be emptied is told, and done again by the next one") {
    for (std::uint64_t step = 0;; ++step) {
        TakingOver node;
        node.world.files().fail_after(step, Fault::file_io);
        const Result<TakenOver, Error> taken = node.run();
        node.world.files().heal();
        if (taken) {
            CHECK(step > 2);
            break;
        }
        CHECK(taken.error().fault == Fault::file_io);
        node.must_open();  // all that the node needs is there
        REQUIRE(node.run());
        node.must_open();
    }
}

TEST_CASE("a disk without room for it leaves the node as it was, and the snapshot for another day") {
    TakingOver node;
    node.state.fails_at = 3;
    node.state.fault = Fault::store_disk_full;
    const Result<TakenOver, Error> taken = node.run();
    REQUIRE(taken);
    CHECK_FALSE(taken->height.has_value());
    REQUIRE(taken->discarded.has_value());
    CHECK(taken->discarded->fault == Fault::store_disk_full);
    CHECK(node.state.is_tidy());
    CHECK(node.tip() == Height{0});
    CHECK(node.is_whole());
    node.state.fails_at.reset();
    CHECK(node.run().value().height == Height{8});
    node.must_open();
}

TEST_CASE("a snapshot that the disk changed is thrown away, and the node stays where it was") {
    TakingOver node;
    std::string path;
    SECTION("a part") {
        const std::vector<std::string> names = node.world.files().list(taken_from).value();
        for (const std::string& name : names) {
            if (name.starts_with("part-")) path = taken_from + "/" + name;
        }
    }
    SECTION("the manifest") {
        path = manifest_path(taken_from);
    }
    Bytes content = node.world.files().content(path).value();
    content[content.size() / 2] ^= 1U;
    node.world.files().set_content(path, content);
    const Result<TakenOver, Error> taken = node.run();
    REQUIRE(taken);
    CHECK_FALSE(taken->height.has_value());
    REQUIRE(taken->discarded.has_value());
    CHECK(node.state.state.content().empty());
    CHECK(node.state.is_tidy());
    CHECK(node.tip() == Height{0});
    CHECK_FALSE(node.is_whole());
}

TEST_CASE("a real folder's state is replaced whole, whatever lay beside it") {
    const test::TemporaryFolder temporary;
    const std::string path = temporary.path() + "/state";
    const std::unique_ptr<StatePlace> place = make_state_place(posix_files(), path);
    for (const char* text : {"old", "new", "newer"}) {
        Result<std::unique_ptr<KvStore>, Error> next = place->begin();
        REQUIRE(next);
        bool is_empty = true;
        REQUIRE((*next)->scan({}, [&](ByteView, ByteView) { return is_empty = false; }));
        CHECK(is_empty);
        Batch batch;
        batch.put(as_bytes("key"), as_bytes(text));
        REQUIRE((*next)->write(batch, Durability::synced));
        next->reset();
        // Interrupted: what was begun is thrown away.
        next = place->begin();
        REQUIRE(next);
        REQUIRE((*next)->write(batch, Durability::synced));
        next->reset();
        REQUIRE(place->adopt());
        const auto state = open_state_database(posix_files(), path);
        REQUIRE(state);
        CHECK((*state)->get(as_bytes("key")).value() == test::bytes_of(text));
    }
    REQUIRE(place->begin());
    REQUIRE(place->discard());
    CHECK(posix_files().list(temporary.path()).value() == std::vector<std::string>{"state"});
}

}  // namespace datadeed::chain
