#include "node/replica/skipping.h"

#include "chain/chain_gaps.h"
#include "chain/keys.h"
#include "chain/records.h"
#include "chain/state_store.h"
#include "node/replica/limits.h"
#include "tests/chain/snapshot_world.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
namespace {

// A certified chain of four validators, of whom the first three sign every certificate, and its snapshot.
struct Offered {
    explicit Offered(std::vector<audit::MadeChange> changes = chain::test::SnapshotWorld::changes())
        : world{tip.value, {}, std::move(changes)} {
        const auto state = chain::StateSnapshot::open(world.state()).value();
        context = make_verify_context(world.made().genesis(), world.made().id(), epochs_of(*state), cache);
        for (const ledger::Validator& each : nodes().validators) names.insert(each.member);
        sync = Sync{names, 1};
        for (std::size_t i : {0U, 1U}) sync.note_tip(nodes().validators[i].member, manifest.height());
    }
    [[nodiscard]] const ledger::ValidatorSet& nodes() const { return manifest.epoch().nodes; }
    // The validator with that number, as its chain and its record of votes are.
    [[nodiscard]] MaySkip may_skip(std::size_t number, Height at, bool lost_blocks = false, bool is_mute = false) {
        return may_skip(identity(number), at, lost_blocks, is_mute);
    }
    [[nodiscard]] Identity identity(std::size_t number) const {
        Identity identity{.self = nodes().validators[number].member};
        identity.vote_keys.push_back({.key = nodes().validators[number].vote, .signer = {}});
        return identity;
    }
    [[nodiscard]] MaySkip may_skip(const Identity& identity, Height at, bool lost_blocks = false,
                                   bool is_mute = false) {
        const Result<MaySkip, chain::Error> may = ask(identity, at, lost_blocks, is_mute);
        CHECK(may);
        return may.value();
    }
    [[nodiscard]] Result<MaySkip, chain::Error> ask(const Identity& identity, Height at, bool lost_blocks = false,
                                                    bool is_mute = false) {
        return may_skip_to(manifest, {.sync = sync,
                                      .identity = identity,
                                      .voters = *context,
                                      .chain = other ? chain::ChainView{*other} : world.chain(),
                                      .tip = at,
                                      .lost_blocks = lost_blocks,
                                      .is_mute = is_mute,
                                      .now_ms = now_ms});
    }
    // What validator 3 may after all others that are up have said for so long that they keep nothing.
    [[nodiscard]] MaySkip after(std::uint64_t ms) {
        for (const std::uint64_t end = now_ms + ms; now_ms < end; now_ms += 1'000) (void)may_skip(3, nothing);
        return may_skip(3, nothing);
    }
    void prune(std::size_t number) {
        sync.note_tip(nodes().validators[number].member, tip);
        sync.note_first(nodes().validators[number].member, tip);
    }

    static constexpr Height nothing{0};
    static constexpr Height tip{8};
    std::uint64_t now_ms{1'000};
    chain::test::SnapshotWorld world;
    chain::CheckedManifest manifest{world.check(world.write().value()).value()};
    std::unique_ptr<chain::KvStore> other;  // where the node has another chain than that
    TransactionCache cache;
    std::optional<VerifyContext> context;
    std::set<ledger::MemberId> names;
    Sync sync;
};

constexpr Height nothing = Offered::nothing;
constexpr Height tip = Offered::tip;

}  // namespace

TEST_CASE("a validator goes on from a snapshot if it's known to have the record of its votes, or never votes again") {
    Offered offered;
    CHECK(offered.may_skip(0, tip) == MaySkip::yes);     // its vote stands in its last certificates
    CHECK(offered.may_skip(3, tip) == MaySkip::no);      // none does
    CHECK(offered.may_skip(0, nothing) == MaySkip::no);  // it has none
    CHECK(offered.may_skip(3, nothing, true) == MaySkip::yes);
    CHECK(offered.may_skip(3, nothing, false, true) == MaySkip::yes);
}

TEST_CASE("who doesn't vote in the snapshot's epoch needs no record") {
    Offered offered;
    CHECK(offered.may_skip(Identity{}, nothing) == MaySkip::yes);
    Identity other;
    other.vote_keys.push_back({.key = {}, .signer = {}});
    CHECK(offered.may_skip(other, nothing) == MaySkip::yes);
}

TEST_CASE("nobody goes on from a snapshot that only as many have come to as may lie") {
    Offered offered;
    offered.sync.note_down(offered.nodes().validators[1].member);
    CHECK(offered.may_skip(0, tip) == MaySkip::no);
    CHECK(offered.may_skip(3, nothing, true) == MaySkip::no);
    CHECK(offered.may_skip(3, nothing, false, true) == MaySkip::no);
    // A stranger's word doesn't count.
    offered.sync.note_tip(ledger::MemberId{"stranger"}, Height{100});
    CHECK(offered.may_skip(0, tip) == MaySkip::no);
    offered.sync.note_tip(offered.nodes().validators[2].member, tip);
    CHECK(offered.may_skip(0, tip) == MaySkip::yes);
}

TEST_CASE("where all others have pruned what it lacks, a validator may go on without its voice, after a while") {
    Offered offered;
    offered.prune(0);
    CHECK(offered.after(2 * blocks_gone_ms) == MaySkip::no);  // one may lie, and one keeps all
    offered.prune(1);
    CHECK(offered.after(blocks_gone_ms - 1'000) == MaySkip::no);
    CHECK(offered.after(1'000) == MaySkip::without_voice);
}

TEST_CASE("blocks that others keep from the next one on are waited for, and nobody keeps their own for oneself") {
    Offered offered;
    for (const std::size_t number : {0U, 1U, 2U}) {
        offered.sync.note_tip(offered.nodes().validators[number].member, tip);
        offered.sync.note_first(offered.nodes().validators[number].member, Height{1});
    }
    CHECK(offered.after(2 * blocks_gone_ms) == MaySkip::no);
    for (const std::size_t number : {0U, 1U, 2U}) {
        offered.sync.note_first(offered.nodes().validators[number].member, Height{2});
    }
    CHECK(offered.after(blocks_gone_ms) == MaySkip::without_voice);
}

TEST_CASE("a vote shows the record of votes in the last certificates, so many and no more") {
    constexpr Height voted{5};
    audit::MadeChain chain{own_vote_within_blocks + voted.value,
                           {.at = voted, .certificate = [](consensus::CommitCertificate& certificate) {
                                certificate.votes.back().signer = consensus::ValidatorIndex{3};
                            }}};
    Offered offered{{}};
    offered.other = chain.store();
    CHECK(offered.may_skip(3, Height{own_vote_within_blocks + voted.value - 1}) == MaySkip::yes);
    CHECK(offered.may_skip(3, Height{own_vote_within_blocks + voted.value}) == MaySkip::no);
}

// Whether it shows a vote of its own nobody knows then, and "no" would cost its voice for good.
TEST_CASE("a validator whose certificates can't be read, or aren't there, is told so") {
    Offered offered;
    const auto fault = [&](Height at) {
        const Result<MaySkip, chain::Error> may = offered.ask(offered.identity(0), at);
        return may ? std::nullopt : std::optional{may.error().fault};
    };
    CHECK(fault(tip.next()) == chain::Fault::chain_damaged);
    chain::MemoryDisk broken;
    broken.fail_reads_after(0, chain::Fault::store_io);
    offered.other = chain::open_memory_store(broken);
    CHECK(fault(tip) == chain::Fault::store_io);
    CHECK(offered.may_skip(0, tip, true) == MaySkip::yes);  // it needs none
}

TEST_CASE("certificates that were skipped show no vote") {
    Offered offered;
    offered.other = offered.world.made().store();
    chain::Batch batch;
    for (std::uint64_t height = 1; height <= tip.value; ++height) {
        batch.erase(chain::keys::of(chain::keys::header, height));
    }
    chain::put_record(batch, chain::keys::of(chain::keys::gap, 1),
                      chain::ChainGap{.first = Height{1}, .last = tip, .log_begin = 0, .log_end = 1});
    REQUIRE(offered.other->write(batch, chain::Durability::buffered));
    CHECK(offered.may_skip(0, tip) == MaySkip::no);
}

}  // namespace datadeed::replica
