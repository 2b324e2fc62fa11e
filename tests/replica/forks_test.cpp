#include "node/replica/forks.h"

#include "chain/snapshot_install.h"
#include "tests/chain/snapshot_world.h"
#include "tests/replica/fetched_blocks.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
namespace {

// A chain of eight blocks whose validators' keys changed after the second and the fifth, and its snapshot.
struct Chained {
    [[nodiscard]] bool is_ours(const chain::SnapshotManifest& shown) {
        return is_of_this_chain(shown, {.chain = world.chain(), .tip = tip, .epoch = epoch}).value();
    }
    // What a certified block shows that stands on another one than ours.
    [[nodiscard]] std::optional<Fork> beside(const CheckedCertifiedBlock& shown) {
        return fork_in(shown, {.chain = world.chain(), .tip = tip, .epoch = epoch}).value();
    }
    // The certificate of our block, as if it were for another one.
    [[nodiscard]] consensus::CommitCertificate other_at(Height height) {
        consensus::CommitCertificate other = world.chain().header(height).value()->certificate;
        other.hash = Digest{1};
        return other;
    }
    chain::test::SnapshotWorld world{8};
    chain::SnapshotManifest manifest{world.write().value()};
    ledger::Tip tip{.height = Height{8}};
    consensus::Epoch epoch{.number = 2, .base = Height{5}};
};

}  // namespace

TEST_CASE("a manifest is of this chain if its history leads to the present epoch by this chain's block") {
    Chained here;
    CHECK(here.is_ours(here.manifest));
    for (std::size_t end : {0U, 1U}) {
        chain::SnapshotManifest other = here.manifest;
        ++other.epoch_ends.at(end).header.time.value;
        // How the epochs before ended, the block that ended the last of them says.
        CHECK(here.is_ours(other) == (end == 0));
    }
    chain::SnapshotManifest shorter = here.manifest;
    shorter.epoch_ends.pop_back();
    CHECK_FALSE(here.is_ours(shorter));
}

TEST_CASE(
    "in the first epoch every history begins as this chain does, and what is below an epoch is of an earlier one") {
    Chained here;
    chain::SnapshotManifest other = here.manifest;
    other.epoch_ends.clear();
    here.epoch = {.number = 0, .base = {}};
    CHECK(here.is_ours(other));
    here.epoch = {.number = 1, .base = Height{2}};
    CHECK_FALSE(here.is_ours(other));
    other.header.height = Height{2};
    CHECK(here.is_ours(other));
    other.epoch_ends = here.manifest.epoch_ends;
    CHECK_FALSE(here.is_ours(other));
}

TEST_CASE("another block is one that is final here with another hash") {
    Chained here;
    const Digest own = here.world.chain().header(Height{8}).value()->hash;
    CHECK_FALSE(is_other_block(Height{8}, own, here.world.chain()).value());
    CHECK(is_other_block(Height{8}, Digest{1}, here.world.chain()).value());
    CHECK_FALSE(is_other_block(Height{9}, Digest{1}, here.world.chain()).value());
}

TEST_CASE("a certificate for another block is a fork only at heights that are final here, in the present epoch") {
    Chained here;
    const Final now{.chain = here.world.chain(), .tip = here.tip, .epoch = here.epoch};
    consensus::CommitCertificate shown = here.manifest.certificate;
    CHECK_FALSE(fork_in(shown, now).value());
    shown.hash = Digest{1};
    const std::optional<Fork> fork = fork_in(shown, now).value();
    REQUIRE(fork);
    CHECK(fork->height == Height{8});
    CHECK(fork->evidence.size() == shown.votes.size());
    shown.view = shown.view.next();  // of two views: nobody knows who lied
    CHECK(fork_in(shown, now).value()->evidence.empty());
    shown = here.manifest.certificate;
    shown.hash = Digest{1};
    for (const std::uint64_t below : {4U, 5U}) {  // the epoch isn't yet
        shown.height = Height{below};
        CHECK_FALSE(fork_in(shown, now).value());
    }
    shown.height = Height{9};
    CHECK_FALSE(fork_in(shown, now).value());
    shown.height = Height{8};
    shown.view = consensus::View{std::uint64_t{1} << 32U};
    CHECK_FALSE(fork_in(shown, now).value());
}

TEST_CASE("a certified block on another one than our last is a fork below it, and who signed both there is known") {
    Chained here;
    here.tip.hash = Digest{7};
    const std::optional<Fork> bare = here.beside(testing::block_at(9, here.epoch));
    REQUIRE(bare);
    CHECK(bare->height == Height{8});
    CHECK(bare->evidence.empty());
    const consensus::CommitCertificate other = here.other_at(Height{8});
    const std::optional<Fork> shown = here.beside(testing::block_at(9, here.epoch, other));
    REQUIRE(shown);
    CHECK(shown->evidence.size() == other.votes.size());
    CHECK_FALSE(here.beside(testing::block_at(9, {}, other)));           // of an epoch that is over
    CHECK_FALSE(here.beside(testing::block_at(10, here.epoch, other)));  // of what it stands on nothing is known
    here.tip = {.height = Height{5}, .hash = Digest{7}};
    const std::optional<Fork> first = here.beside(testing::block_at(6, here.epoch, here.other_at(Height{5})));
    REQUIRE(first);  // but those who signed below have no say any more
    CHECK(first->height == Height{5});
    CHECK(first->evidence.empty());
    here.tip = {.height = Height{9}, .hash = Digest{7}};  // whose header isn't there
    REQUIRE(here.beside(testing::block_at(10, here.epoch, other)));
    CHECK(here.beside(testing::block_at(10, here.epoch, other))->evidence.empty());
}

TEST_CASE("a first block of another chain is no fork of ours") {
    Chained here;
    here.tip = {.height = {}, .hash = Digest{7}};
    here.epoch = {};
    CHECK_FALSE(here.beside(testing::block_at(1)));
}

namespace {

// The same chain where a node went on from the snapshot, without the blocks below.
struct Skipped : Chained {
    Skipped() {
        const chain::ChainStart start{.chain = world.made().id(), .time = world.made().genesis().time};
        if (!chain::skip_to(*store, start, world.check(manifest).value())) std::abort();
    }
    [[nodiscard]] Final now() const { return {.chain = chain::ChainView{*store}, .tip = tip, .epoch = epoch}; }
    chain::MemoryDisk disk;
    std::unique_ptr<chain::KvStore> store = chain::open_memory_store(disk);
};

}  // namespace

TEST_CASE("of a block that was skipped nothing shows a fork, of the one that the snapshot is of all does") {
    Skipped here;
    CHECK_FALSE(fork_in(here.other_at(Height{7}), here.now()).value());
    CHECK(fork_in(here.other_at(Height{8}), here.now()).value());
    CHECK_FALSE(is_other_block(Height{7}, Digest{1}, here.now().chain).value());
    CHECK(is_other_block(Height{8}, Digest{1}, here.now().chain).value());
    CHECK(is_of_this_chain(here.manifest, here.now()).value());
    here.manifest.header.height = Height{20};
    here.epoch.base = Height{7};  // skipped as well: it leads nowhere that is known
    CHECK_FALSE(is_of_this_chain(here.manifest, here.now()).value());
}

TEST_CASE("where the store can't be read nothing is said of forks but that") {
    Skipped here;
    here.tip.hash = Digest{7};
    const consensus::CommitCertificate other = here.other_at(Height{8});
    here.disk.fail_reads_after(0, chain::Fault::store_io);
    CHECK(fork_in(other, here.now()).error().fault == chain::Fault::store_io);
    CHECK(fork_in(testing::block_at(9, here.epoch), here.now()).error().fault == chain::Fault::store_io);
    CHECK(is_other_block(Height{8}, Digest{1}, here.now().chain).error().fault == chain::Fault::store_io);
    CHECK(is_of_this_chain(here.manifest, here.now()).error().fault == chain::Fault::store_io);
}

}  // namespace datadeed::replica
