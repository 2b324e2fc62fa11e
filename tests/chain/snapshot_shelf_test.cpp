#include "chain/snapshot_shelf.h"

#include "chain/snapshot_files.h"
#include "tests/chain/snapshot_world.h"
#include "tests/support/catch.h"

namespace datadeed::chain {
namespace {

struct Shelved {
    test::SnapshotWorld world{8};
    SnapshotShelf shelf{SnapshotShelf::open(world.files(), "snapshots").value()};

    SnapshotManifest write(Height height) {
        const std::string folder = shelf.begin_next();
        const auto state = StateSnapshot::open(world.state(), height).value();
        SnapshotManifest manifest = write_snapshot(world.files(), folder, {.state = *state, .chain = world.chain()},
                                                   {.sorting = {}, .part_bytes = test::small_part})
                                        .value();
        REQUIRE(shelf.add(folder));
        return manifest;
    }
};

Digest some_root(const SnapshotManifest& manifest) {
    for (const ledger::StatePart& part : manifest.parts) {
        if (part.root != Digest{}) return part.root;
    }
    return {};
}

}  // namespace

TEST_CASE("a shelf gives away manifest and parts of the last two snapshots") {
    Shelved given;
    CHECK(given.shelf.newest() == Height{0});
    CHECK_FALSE(given.shelf.manifest(Height{0}).value().has_value());
    const SnapshotManifest first = given.write(Height{3});
    const SnapshotManifest second = given.write(Height{5});
    CHECK(given.shelf.newest() == Height{5});
    CHECK(given.shelf.manifest(Height{3}).value() == encode(first));
    CHECK(given.shelf.manifest(Height{5}).value() == encode(second));
    CHECK_FALSE(given.shelf.manifest(Height{4}).value().has_value());
    for (const SnapshotManifest* manifest : {&first, &second}) {
        const auto places = ledger::places_of(manifest->parts).value();
        for (std::size_t i = 0; i < places.size(); ++i) {
            const auto part = given.shelf.part(manifest->parts[i].root).value();
            REQUIRE(part.has_value());
            CHECK(ledger::check_part(manifest->parts[i], places[i], *part).has_value());
        }
    }
    CHECK_FALSE(given.shelf.part(Digest{}).value().has_value());

    const SnapshotManifest third = given.write(Height{8});
    CHECK_FALSE(given.shelf.manifest(Height{3}).value().has_value());
    CHECK(given.shelf.manifest(Height{5}).value().has_value());
    CHECK(given.shelf.newest() == Height{8});
}

TEST_CASE("a snapshot that is being overwritten isn't given away, and one that isn't whole isn't either") {
    Shelved given;
    (void)given.write(Height{3});
    (void)given.write(Height{5});
    (void)given.shelf.begin_next();
    CHECK_FALSE(given.shelf.manifest(Height{3}).value().has_value());
    CHECK(given.shelf.newest() == Height{5});

    const SnapshotShelf again = SnapshotShelf::open(given.world.files(), "snapshots").value();
    CHECK(again.newest() == Height{5});
    CHECK(again.manifest(Height{3}).value().has_value());  // nothing was written over it yet
    REQUIRE(given.world.files().remove(manifest_path("snapshots/0")));
    const SnapshotShelf half = SnapshotShelf::open(given.world.files(), "snapshots").value();
    CHECK_FALSE(half.manifest(Height{3}).value().has_value());
    given.world.files().set_content(manifest_path("snapshots/1"), Bytes{1, 2, 3});
    const SnapshotShelf none = SnapshotShelf::open(given.world.files(), "snapshots").value();
    CHECK(none.newest() == Height{0});
    REQUIRE(none.damaged().size() == 1);
    CHECK(none.damaged()[0].place == manifest_path("snapshots/1"));
}

TEST_CASE("a manifest that the disk changed isn't given away") {
    Shelved given;
    (void)given.write(Height{8});
    Bytes content = given.world.files().content(manifest_path("snapshots/0")).value();
    content.back() ^= 1U;
    given.world.files().set_content(manifest_path("snapshots/0"), content);
    const auto changed = given.shelf.manifest(Height{8});
    REQUIRE_FALSE(changed);
    CHECK(changed.error().fault == Fault::snapshot_malformed);
    CHECK(changed.error().place == manifest_path("snapshots/0"));
}

TEST_CASE("a part whose file the disk changed or lost isn't given away") {
    Shelved given;
    const SnapshotManifest manifest = given.write(Height{8});
    const Digest root = some_root(manifest);
    const std::string path = part_path("snapshots/0", root);
    Bytes content = given.world.files().content(path).value();
    content.back() ^= 1U;
    given.world.files().set_content(path, content);
    const auto changed = given.shelf.part(root);
    REQUIRE_FALSE(changed);
    CHECK(changed.error().fault == Fault::snapshot_part_wrong);
    CHECK(changed.error().place == path);
    REQUIRE(given.world.files().remove(path));
    const auto lost = given.shelf.part(root);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().fault == Fault::file_not_found);
    given.shelf.forget();
    CHECK(given.shelf.newest() == Height{0});
    CHECK_FALSE(given.shelf.part(root).value().has_value());
}

}  // namespace datadeed::chain
