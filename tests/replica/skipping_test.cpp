#include "node/replica/skipping.h"

#include "chain/state_store.h"
#include "tests/chain/snapshot_world.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
namespace {

// A certified chain of four validators, of whom the first three sign every certificate, and its snapshot.
struct Offered {
    Offered() {
        const auto state = chain::StateSnapshot::open(world.state()).value();
        context = make_verify_context(world.made().genesis(), world.made().id(), epochs_of(*state), cache);
        for (const ledger::Validator& each : nodes().validators) names.insert(each.member);
        sync = Sync{names, 1};
        for (std::size_t i : {0U, 1U}) sync.note_tip(nodes().validators[i].member, manifest.height());
    }
    [[nodiscard]] const ledger::ValidatorSet& nodes() const { return manifest.epoch().nodes; }
    // The validator with that number, as its chain and its record of votes are.
    [[nodiscard]] bool may_skip(std::size_t number, Height tip, bool lost_blocks = false, bool is_mute = false) {
        Identity identity;
        identity.vote_keys.push_back({.key = nodes().validators[number].vote, .signer = {}});
        return may_skip(identity, tip, lost_blocks, is_mute);
    }
    [[nodiscard]] bool may_skip(const Identity& identity, Height tip, bool lost_blocks, bool is_mute) {
        return may_skip_to(manifest, {.sync = sync,
                                      .identity = identity,
                                      .voters = *context,
                                      .chain = world.chain(),
                                      .tip = tip,
                                      .lost_blocks = lost_blocks,
                                      .is_mute = is_mute});
    }

    chain::test::SnapshotWorld world{8};
    chain::CheckedManifest manifest{world.check(world.write().value()).value()};
    TransactionCache cache;
    std::optional<VerifyContext> context;
    std::set<ledger::MemberId> names;
    Sync sync;
};

constexpr Height nothing{0};
constexpr Height tip{8};

}  // namespace

TEST_CASE("a validator goes on from a snapshot if it's known to have the record of its votes, or never votes again") {
    Offered offered;
    CHECK(offered.may_skip(0, tip));            // its vote stands in its last certificates
    CHECK_FALSE(offered.may_skip(3, tip));      // none does
    CHECK_FALSE(offered.may_skip(0, nothing));  // it has none
    CHECK(offered.may_skip(3, nothing, true));
    CHECK(offered.may_skip(3, nothing, false, true));
}

TEST_CASE("who doesn't vote in the snapshot's epoch needs no record") {
    Offered offered;
    CHECK(offered.may_skip(Identity{}, nothing, false, false));
    Identity other;
    other.vote_keys.push_back({.key = {}, .signer = {}});
    CHECK(offered.may_skip(other, nothing, false, false));
}

TEST_CASE("nobody goes on from a snapshot that only as many have come to as may lie") {
    Offered offered;
    offered.sync.note_down(offered.nodes().validators[1].member);
    CHECK_FALSE(offered.may_skip(0, tip));
    CHECK_FALSE(offered.may_skip(3, nothing, true));
    CHECK_FALSE(offered.may_skip(3, nothing, false, true));
    // A stranger's word doesn't count.
    offered.sync.note_tip(ledger::MemberId{"stranger"}, Height{100});
    CHECK_FALSE(offered.may_skip(0, tip));
    offered.sync.note_tip(offered.nodes().validators[2].member, tip);
    CHECK(offered.may_skip(0, tip));
}

}  // namespace datadeed::replica
