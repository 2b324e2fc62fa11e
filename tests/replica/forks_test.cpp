#include "node/replica/forks.h"

#include "tests/chain/snapshot_world.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
namespace {

// A chain of eight blocks whose validators' keys changed after the second and the fifth, and its snapshot.
struct Chained {
    [[nodiscard]] bool is_ours(const chain::SnapshotManifest& shown) {
        return is_of_this_chain(shown, {.chain = world.chain(), .tip = tip, .epoch = epoch}).value();
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

}  // namespace datadeed::replica
