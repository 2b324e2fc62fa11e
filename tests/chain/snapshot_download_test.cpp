#include "chain/snapshot_download.h"

#include <algorithm>
#include <vector>

#include "chain/snapshot_files.h"
#include "chain/snapshot_install.h"
#include "tests/chain/snapshot_world.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::SnapshotWorld;

namespace {

const std::string taken_folder = "taken";

// A peer's whole snapshot, and the files of the one who takes it.
struct Taking {
    SnapshotWorld world{};
    CheckedManifest snapshot{world.check(world.write().value()).value()};
    MemoryFileSystem files{};

    [[nodiscard]] std::size_t count() const { return snapshot.content().parts.size(); }
    [[nodiscard]] const Digest& root(std::size_t number) const { return snapshot.content().parts[number].root; }
    [[nodiscard]] Bytes part(std::size_t number) {
        return read_part(world.files(), SnapshotWorld::folder(), root(number)).value();
    }
    [[nodiscard]] std::size_t empty_parts() const {
        return static_cast<std::size_t>(
            std::ranges::count(snapshot.content().parts, ledger::empty_state_root(), &ledger::StatePart::root));
    }
    [[nodiscard]] Result<SnapshotDownload, Error> open(const CheckedManifest& manifest) {
        return SnapshotDownload::open(files, taken_folder, manifest, test::small_part);
    }
    [[nodiscard]] SnapshotDownload open() { return open(snapshot).value(); }

    // Takes all that is missing, from the last part to the first, and finishes.
    Result<void, Error> take_all() {
        Result<SnapshotDownload, Error> download = open(snapshot);
        if (!download) return fail(download.error());
        while (!download->missing().empty()) {
            const std::size_t number = *download->missing().rbegin();
            if (Result<void, Error> put = download->put(number, part(number)); !put) return put;
        }
        return download->finish();
    }
    // Whether the folder is the peer's, file by file.
    void check_whole() {
        REQUIRE(read_manifest(files, taken_folder).value() == snapshot.content());
        for (std::size_t i = 0; i < count(); ++i) REQUIRE(read_part(files, taken_folder, root(i)).value() == part(i));
    }
    // The records of these parts as one.
    [[nodiscard]] ledger::PartContent records_of(std::size_t first, std::size_t parts) {
        ledger::PartContent all;
        for (std::size_t i = first; i < first + parts; ++i) {
            const auto content = decode<ledger::PartContent>(part(i)).value();
            all.records.insert(all.records.end(), content.records.begin(), content.records.end());
        }
        return all;
    }
    // The same state cut otherwise: so many parts of the honest list give way to others. It's accepted: many cuts fold
    // to one root.
    [[nodiscard]] CheckedManifest cut_otherwise(std::size_t first, std::size_t parts,
                                                const std::vector<ledger::StatePart>& others) {
        SnapshotManifest manifest = snapshot.content();
        const auto from = manifest.parts.begin() + static_cast<std::ptrdiff_t>(first);
        manifest.parts.insert(manifest.parts.erase(from, from + static_cast<std::ptrdiff_t>(parts)), others.begin(),
                              others.end());
        return world.check(manifest).value();
    }
};

Digest root_of_records(const ledger::TreePlace& place, const ledger::PartContent& content) {
    std::vector<ledger::StateProofLeaf> leaves;
    std::ranges::transform(content.records, std::back_inserter(leaves), ledger::leaf_of);
    return ledger::root_of(place, leaves).value();
}

ledger::TreePlace half_of(const ledger::TreePlace& place, bool is_right) {
    ledger::TreePlace half{.bits = static_cast<std::uint16_t>(place.bits + 1), .path = place.path};
    if (is_right) half.path[place.bits / 8] |= static_cast<std::uint8_t>(0x80U >> place.bits % 8);
    return half;
}

// Part `at` of the honest list in two halves, and their contents.
struct Halves {
    std::vector<ledger::StatePart> parts{};
    std::vector<Bytes> contents{};
};

Halves halves_of(Taking& given, std::size_t at) {
    Halves halves;
    const ledger::PartContent whole = given.records_of(at, 1);
    for (const bool is_right : {false, true}) {
        const ledger::TreePlace place = half_of(given.snapshot.places()[at], is_right);
        ledger::PartContent half;
        std::ranges::copy_if(whole.records, std::back_inserter(half.records), [&](const ledger::StateRecord& record) {
            return ledger::is_within(ledger::leaf_of(record).key_hash, place);
        });
        halves.parts.push_back({.bits = place.bits, .root = root_of_records(place, half)});
        halves.contents.push_back(encode(half));
    }
    return halves;
}

}  // namespace

TEST_CASE("parts that come in any order make the snapshot, which can be installed and given on") {
    Taking given;
    REQUIRE(given.take_all());
    given.check_whole();
    CHECK(given.files.list(taken_folder).value().size() == given.count() + 1);
    // What is whole isn't taken again.
    const std::uint64_t operations = given.files.operations();
    CHECK(given.open().missing().empty());
    CHECK(given.files.operations() == operations);
    CHECK(given.take_all());
    MemoryDisk disk;
    const auto state = open_memory_store(disk);
    REQUIRE(install_state(*state, given.world.made().id(), given.snapshot,
                          [&](const Digest& root) { return read_part(given.files, taken_folder, root); }));
    CHECK(StateSnapshot::open(*state).value()->height() == given.snapshot.height());
}

TEST_CASE("a download goes on where it was, and asks for no empty part") {
    Taking given;
    SnapshotDownload download = given.open();
    const std::size_t wanted = given.count() - given.empty_parts();
    REQUIRE(download.missing().size() == wanted);
    const std::vector<std::size_t> numbers{download.missing().begin(), download.missing().end()};
    for (std::size_t i = 0; i < 3; ++i) REQUIRE(download.put(numbers[i], given.part(numbers[i])));
    // The process ends, the machine stays.
    const SnapshotDownload again = given.open();
    CHECK(again.missing().size() == wanted - 3);
    CHECK_FALSE(again.missing().contains(numbers[0]));
    // One that the disk changed is asked for again.
    const std::string path = part_path(taken_folder, given.root(numbers[1]));
    Bytes changed = *given.files.content(path);
    changed.back() ^= 1;
    given.files.set_content(path, changed);
    CHECK(given.open().missing().size() == wanted - 2);
}

TEST_CASE("a wrong part is refused and leaves nothing behind") {
    Taking given;
    SnapshotDownload download = given.open();
    const std::vector<std::size_t> numbers{download.missing().begin(), download.missing().end()};
    const std::vector<std::string> before = given.files.list(taken_folder).value();
    const auto is_refused = [&](std::size_t number, const Bytes& bytes) {
        const Result<void, Error> put = download.put(number, bytes);
        return !put && put.error().fault == Fault::snapshot_part_wrong;
    };
    for (const std::size_t number : numbers) {
        Bytes changed = given.part(number);
        changed[changed.size() / 2] ^= 1;
        CHECK(is_refused(number, changed));
        // A true part in another's place.
        CHECK(is_refused(number, given.part(number == numbers[0] ? numbers[1] : numbers[0])));
    }
    CHECK(is_refused(given.count(), given.part(0)));
    CHECK(given.files.list(taken_folder).value() == before);
    CHECK(download.missing().size() == numbers.size());
}

TEST_CASE("another snapshot's download begins anew, the same one under another certificate goes on") {
    Taking given;
    SnapshotDownload download = given.open();
    const std::size_t number = *download.missing().begin();
    REQUIRE(download.put(number, given.part(number)));
    SECTION("of another height") {
        const auto early = StateSnapshot::open(given.world.state(), Height{6}).value();
        const SnapshotSource source{.state = *early, .chain = given.world.chain()};
        const SnapshotManifest other =
            write_snapshot(given.world.files(), "snapshots/6", source, {.sorting = {}, .part_bytes = test::small_part})
                .value();
        while (!download.missing().empty()) {
            const std::size_t next = *download.missing().begin();
            REQUIRE(download.put(next, given.part(next)));
        }
        const auto begun = given.open(given.world.check(other).value());
        REQUIRE(begun);
        CHECK(begun->missing().size() > 1);
        // What didn't change between the two needn't come again, and nothing else is kept.
        std::size_t kept = 0;
        for (std::size_t i = 0; i < given.count(); ++i) {
            const bool is_in_both = std::ranges::count(other.parts, given.root(i), &ledger::StatePart::root) > 0;
            CHECK(given.files.exists(part_path(taken_folder, given.root(i))).value() == is_in_both);
            if (is_in_both) ++kept;
        }
        CHECK(kept > 0);
        CHECK(kept < given.count());
    }
    SECTION("with the votes of another quorum") {
        const std::size_t missing = download.missing().size();
        SnapshotManifest other = decode_manifest(*given.files.content(taken_folder + "/wanted")).value();
        other.certificate.votes.pop_back();
        given.files.set_content(taken_folder + "/wanted", encode(other));
        CHECK(given.open().missing().size() == missing);
    }
}

TEST_CASE("a finished download has the manifest that was checked, whoever wrote into its folder") {
    Taking given;
    SnapshotManifest other = given.snapshot.content();
    other.certificate.votes.pop_back();
    REQUIRE_FALSE(given.world.check(other));
    (void)given.open();
    SECTION("what was wanted") {
        given.files.set_content(taken_folder + "/wanted", encode(other));
    }
    SECTION("what looked whole") {
        REQUIRE(given.take_all());
        given.files.set_content(manifest_path(taken_folder), encode(other));
    }
    REQUIRE(given.take_all());
    given.check_whole();
    CHECK_FALSE(given.files.exists(taken_folder + "/wanted").value());
}

TEST_CASE("a whole snapshot that lost a part doesn't look whole until it's there again") {
    Taking given;
    REQUIRE(given.take_all());
    std::size_t number = 0;
    while (given.root(number) == ledger::empty_state_root()) ++number;
    REQUIRE(given.files.remove(part_path(taken_folder, given.root(number))));
    SnapshotDownload download = given.open();
    CHECK(download.missing() == std::set{number});
    given.files.crash();
    CHECK(read_manifest(given.files, taken_folder).error().fault == Fault::file_not_found);
    REQUIRE(given.take_all());
    given.check_whole();
}

TEST_CASE("a list that is cut coarser than the rule says is the fault of who made it, not of who sends a part") {
    Taking given;
    REQUIRE(given.take_all());
    // The first two halves of one place, as one.
    std::size_t left = 0;
    while (!ledger::are_halves(given.snapshot.places()[left], given.snapshot.places()[left + 1])) ++left;
    const ledger::TreePlace place{.bits = static_cast<std::uint16_t>(given.snapshot.places()[left].bits - 1),
                                  .path = given.snapshot.places()[left].path};
    const ledger::PartContent whole = given.records_of(left, 2);
    const CheckedManifest coarse =
        given.cut_otherwise(left, 2, {{.bits = place.bits, .root = root_of_records(place, whole)}});
    // Opening with it keeps what both lists have.
    Result<SnapshotDownload, Error> download = given.open(coarse);
    REQUIRE(download);
    CHECK(download->missing() == std::set{left});
    const std::vector<std::string> before = given.files.list(taken_folder).value();
    const Result<void, Error> put = download->put(left, encode(whole));
    REQUIRE_FALSE(put);
    CHECK(put.error().fault == Fault::snapshot_list_wrong);
    CHECK(put.error().place == "part " + std::to_string(left));
    CHECK(download->missing() == std::set{left});
    CHECK(given.files.list(taken_folder).value() == before);
    // Back to the honest list: only those two are to come again.
    const std::set<std::size_t> missing = given.open().missing();
    CHECK_FALSE(missing.empty());
    CHECK(std::ranges::all_of(missing, [left](std::size_t number) { return number == left || number == left + 1; }));
    REQUIRE(given.take_all());
    given.check_whole();
}

TEST_CASE("a list that is cut finer than the rule says is the fault of who made it") {
    Taking given;
    for (std::size_t at = 0; at < given.count(); ++at) {
        if (given.records_of(at, 1).records.size() < 2) continue;
        CAPTURE(at);
        const Halves halves = halves_of(given, at);
        const CheckedManifest fine = given.cut_otherwise(at, 1, halves.parts);
        given.files = {};
        SnapshotDownload download = given.open(fine).value();
        // An empty half is there already, so the other one shows it.
        const bool is_first_alone = !download.missing().contains(at + 1);
        if (!is_first_alone && download.missing().contains(at)) REQUIRE(download.put(at, halves.contents[0]));
        const std::size_t last = is_first_alone ? at : at + 1;
        const Result<void, Error> put = download.put(last, halves.contents[last - at]);
        REQUIRE_FALSE(put);
        CHECK(put.error().fault == Fault::snapshot_list_wrong);
        CHECK(download.missing().contains(last));
    }
}

TEST_CASE("a folder whose parts were cut by another rule is told so") {
    Taking given;
    REQUIRE(given.take_all());
    const auto opened = SnapshotDownload::open(given.files, taken_folder, given.snapshot, std::size_t{1} << 20U);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().fault == Fault::snapshot_list_wrong);
}

TEST_CASE("a power cut at any moment of a download loses no more than what was not yet there") {
    Taking given;
    REQUIRE(given.take_all());
    const std::uint64_t count = given.files.operations();
    REQUIRE(count > 20);
    std::uint64_t chosen = 1;
    const auto choose = [&chosen](std::uint64_t bound) { return (chosen = chosen * 6364136223846793005U + 1) % bound; };
    for (std::uint64_t step = 0; step < count; ++step) {
        CAPTURE(step);
        given.files = {};
        given.files.fail_after(step, Fault::file_disk_full);
        const Result<void, Error> taken = given.take_all();
        REQUIRE_FALSE(taken);
        CHECK(is_disk_full(taken.error()));
        given.files.crash(choose);
        given.files.heal();
        // A folder that looks whole is whole.
        if (given.files.exists(manifest_path(taken_folder)).value()) given.check_whole();
        REQUIRE(given.take_all());
        given.check_whole();
    }
}

TEST_CASE("what a process that ended left half written is durable once the download is finished") {
    Taking given;
    REQUIRE(given.take_all());
    const std::uint64_t count = given.files.operations();
    for (std::uint64_t step = 0; step < count; ++step) {
        CAPTURE(step);
        given.files = {};
        given.files.fail_after(step, Fault::file_io);
        REQUIRE_FALSE(given.take_all());
        // The machine goes on, with what it hadn't made durable, until the next one is done.
        given.files.heal();
        REQUIRE(given.take_all());
        given.files.crash();
        given.check_whole();
    }
}

}  // namespace datadeed::chain
