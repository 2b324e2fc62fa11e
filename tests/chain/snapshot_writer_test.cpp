#include "chain/snapshot_writer.h"

#include <map>

#include "chain/keys.h"
#include "chain/sealed.h"
#include "chain/snapshot_files.h"
#include "ledger/state_keys.h"
#include "tests/chain/snapshot_world.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::bytes_of;
using test::SnapshotWorld;

namespace {

// All records of the parts in a folder, each part checked.
std::map<Bytes, Bytes> records_in(SnapshotWorld& world) {
    const SnapshotManifest manifest = read_manifest(world.files(), SnapshotWorld::folder()).value();
    const CheckedManifest checked = world.check(manifest).value();
    std::map<Bytes, Bytes> records;
    for (std::size_t i = 0; i < manifest.parts.size(); ++i) {
        const Bytes bytes = read_part(world.files(), SnapshotWorld::folder(), manifest.parts[i].root).value();
        const auto part = ledger::check_part(manifest.parts[i], checked.places()[i], bytes);
        REQUIRE(part);
        for (const ledger::StateRecord& record : part->records) records[record.key] = record.value;
    }
    return records;
}

std::map<Bytes, Bytes> records_of(SnapshotWorld& world) {
    std::map<Bytes, Bytes> records;
    for (auto& [key, value] : StateSnapshot::open(world.state()).value()->scan({}, {}, 100'000)) {
        if (!ledger::state_keys::is_index(key)) records[key] = value;
    }
    return records;
}

}  // namespace

TEST_CASE("a snapshot holds every record of its height and nothing else") {
    SnapshotWorld world;
    // From all in memory down to a run for each record or two.
    for (const std::size_t memory : {std::size_t{1} << 20U, std::size_t{2000}, std::size_t{1}}) {
        CAPTURE(memory);
        REQUIRE(world.write(memory));
        CHECK(records_in(world) == records_of(world));
        CHECK_FALSE(world.files().exists(SnapshotWorld::folder() + "/sorting").value());
    }
}

TEST_CASE("a snapshot of an earlier height is written while the chain goes on, and after it") {
    SnapshotWorld world;
    const auto early = StateSnapshot::open(world.state(), Height{6}).value();
    const SnapshotManifest manifest =
        write_snapshot(world.files(), SnapshotWorld::folder(), {.state = *early, .chain = world.chain()}).value();
    const CheckedManifest checked = world.check(manifest).value();
    CHECK(checked.height() == Height{6});
    CHECK(checked.log().size() == world.made().log_size(Height{6}));
    CHECK(checked.epoch() == world.made().epochs()[2]);
}

TEST_CASE("there's no snapshot of the genesis document: whoever has it needs none") {
    SnapshotWorld world{0};
    CHECK(world.write().error().fault == Fault::chain_not_found);
}

TEST_CASE("a power cut at any moment leaves a whole snapshot, or one that can be written again") {
    std::uint64_t chosen = 1;
    const auto choose = [&chosen](std::uint64_t bound) { return (chosen = chosen * 6364136223846793005U + 1) % bound; };
    SnapshotWorld world;
    const SnapshotManifest whole = world.write().value();
    const std::uint64_t before = world.files().operations();
    REQUIRE(world.write());
    const std::uint64_t count = world.files().operations() - before;
    REQUIRE(count > 20);
    for (std::uint64_t step = 0; step < count; ++step) {
        CAPTURE(step);
        world.files().fail_after(step, Fault::file_disk_full);
        const auto written = world.write();
        REQUIRE_FALSE(written);
        CHECK(is_disk_full(written.error()));
        // What wasn't durable is lost, or torn, or there.
        if (step % 2 == 0) {
            world.files().crash();
        } else {
            world.files().crash(choose);
        }
        world.files().heal();
        const auto found = read_manifest(world.files(), SnapshotWorld::folder());
        if (found) {
            CHECK(records_in(world) == records_of(world));
        } else {
            CHECK(found.error().fault == Fault::file_not_found);
        }
        CHECK(world.write().value() == whole);
        CHECK(records_in(world) == records_of(world));
    }
}

TEST_CASE("a power cut while another snapshot takes a folder leaves no folder that only looks whole") {
    std::uint64_t chosen = 1;
    const auto choose = [&chosen](std::uint64_t bound) { return (chosen = chosen * 6364136223846793005U + 1) % bound; };
    SnapshotWorld world;
    const auto early = StateSnapshot::open(world.state(), Height{3}).value();
    const SnapshotSource source{.state = *early, .chain = world.chain()};
    bool is_done = false;
    for (std::uint64_t step = 0; !is_done; ++step) {
        CAPTURE(step);
        REQUIRE(step < 1000);
        REQUIRE(world.write());
        world.files().fail_after(step, Fault::file_disk_full);
        const auto written = write_snapshot(world.files(), SnapshotWorld::folder(), source,
                                            {.sorting = {}, .part_bytes = test::small_part});
        world.files().crash(choose);
        world.files().heal();
        const auto found = read_manifest(world.files(), SnapshotWorld::folder());
        if (found) CHECK_FALSE(records_in(world).empty());  // each part checked
        is_done = written.has_value();
        if (is_done) CHECK(found.value() == written.value());
    }
}

TEST_CASE("a snapshot that doesn't fit on the disk leaves an empty folder, not a full disk") {
    for (const std::size_t memory : {std::size_t{1} << 20U, std::size_t{2000}}) {
        SnapshotWorld world;
        // Also where there was one before.
        REQUIRE(world.write());
        bool is_done = false;
        for (std::uint64_t room = 0; !is_done; room += 97) {
            CAPTURE(memory, room);
            REQUIRE(room < 100'000);
            world.files().fill_after(room);
            const auto written = world.write(memory);
            is_done = written.has_value();
            if (is_done) continue;
            CHECK(is_disk_full(written.error()));
            CHECK(world.files().list(SnapshotWorld::folder()).value().empty());
        }
        CHECK(records_in(world) == records_of(world));
    }
}

TEST_CASE("a manifest that can't name all is told before anything is sorted, with what is too much") {
    SnapshotWorld world;
    const std::size_t size = encode(world.write().value()).size();
    const auto state = StateSnapshot::open(world.state()).value();
    const auto write = [&](std::size_t size_max) {
        return write_snapshot(world.files(), "snapshots/small", {.state = *state, .chain = world.chain()},
                              {.sorting = {}, .part_bytes = test::small_part, .manifest_size_max = size_max});
    };
    const std::uint64_t operations = world.files().operations();
    const auto ends = write(500);
    REQUIRE_FALSE(ends);
    CHECK(ends.error().fault == Fault::file_too_large);
    CHECK(ends.error().detail == "the ends of 2 epochs leave no room for the parts in one manifest");
    CHECK(world.files().operations() == operations);
    const auto parts = write(size - 1);
    REQUIRE_FALSE(parts);
    CHECK(parts.error().fault == Fault::file_too_large);
    CHECK(parts.error().detail.find(" parts, too many for one manifest besides the ends of 2 epochs") !=
          std::string::npos);
    CHECK(world.files().list("snapshots/small").value().empty());
    CHECK(write(size));
}

TEST_CASE("the room that the ends of epochs take in a manifest is what the decision says") {
    // Of four validators: 8 MiB take some thousands of them, so that epoch_ends_max is never reached there.
    SnapshotWorld world;
    const SnapshotManifest manifest = world.write().value();
    REQUIRE(manifest.epoch_ends.size() == 2);
    const std::size_t end = encode(manifest.epoch_ends[1]).size();
    INFO(end);
    CHECK(manifest_size_max / end > 6000);
    CHECK(manifest_size_max / end < epoch_ends_max / 4);
}

TEST_CASE("a state that isn't what its header says is told, and no manifest is written for it") {
    SnapshotWorld world;
    // With the right seal: nothing but the root can tell.
    const auto found = world.state_disk().content().lower_bound(keys::of(keys::value, bytes_of("d")));
    REQUIRE(found != world.state_disk().content().end());
    Bytes value = found->second;
    value.resize(value.size() - seal_size);
    value.back() ^= 1;
    Batch batch;
    put_sealed(batch, found->first, value);
    REQUIRE(world.state().write(batch, Durability::synced));
    CHECK(world.write().error().fault == Fault::state_damaged);
    CHECK_FALSE(world.files().exists(manifest_path(SnapshotWorld::folder())).value());
}

}  // namespace datadeed::chain
