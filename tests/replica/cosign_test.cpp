#include "node/replica/cosign.h"

#include "crypto/policy.h"
#include "ledger/checkpoint_names.h"
#include "tests/replica/late.h"
#include "tests/replica/solo.h"
#include "tests/sim/world.h"
#include "tests/support/catch.h"

namespace datadeed::replica {

namespace {

struct Validators {
    Validators() {
        for (std::size_t i = 0; i < 4; ++i) identities.push_back(sim::identity_of(world, sim::validator_name(i)));
        for (const Identity& identity : identities) {
            cosigners.emplace_back(world.genesis, identity.self, identity.cosign_keys);
            cosigners.back().begin_epoch(epochs_of(world.genesis));
        }
    }
    sim::World world{sim::make_world(4, 0, 1)};
    std::vector<Identity> identities;
    std::vector<Cosigner> cosigners;
};

const Cosigner::FinalLog final_log{.height = Height{5}, .size = 9, .root = Digest{1, 2, 3}};

}  // namespace

TEST_CASE("a quorum of cosignatures makes a checkpoint that a stranger can verify") {
    Validators all;
    REQUIRE(all.cosigners[0].open(final_log, 1'000));
    CHECK(all.cosigners[0].take_complete().empty());
    for (std::size_t i : {1U, 2U}) {
        const std::optional<Cosignature> signed_by = all.cosigners[i].open(final_log, 1'000 + i);
        REQUIRE(signed_by);
        CHECK(all.cosigners[0].receive(sim::validator_name(i), *signed_by) == Cosigner::Taken::counted);
        CHECK(all.cosigners[0].receive(sim::validator_name(i), *signed_by) == Cosigner::Taken::known);
    }
    const std::vector<Cosigner::Complete> complete = all.cosigners[0].take_complete();
    REQUIRE(complete.size() == 1);
    CHECK(complete[0].size == 9);
    CHECK(all.cosigners[0].take_complete().empty());
    CHECK_FALSE(all.cosigners[0].unfinished());

    const ledger::Genesis& genesis = all.world.genesis;
    crypto::Policy policy{.origin = ledger::checkpoint_origin(genesis.chain_name, all.world.chain()), .quorum = 3};
    for (const ledger::Validator& validator : genesis.nodes.validators) {
        policy.cosigners.push_back({.name = ledger::cosigner_name(genesis.chain_name, validator.member),
                                    .type = crypto::KeyType::cosignature,
                                    .key = validator.cosign});
    }
    const Result<crypto::VerifiedCheckpoint, crypto::Error> verified =
        crypto::verify_checkpoint(policy, complete[0].note);
    REQUIRE(verified);
    CHECK(verified->cosigners.size() == 3);
    CHECK(verified->checkpoint.root == final_log.root);
}

TEST_CASE("a cosignature of another log, of another validator or of nobody isn't counted") {
    Validators all;
    REQUIRE(all.cosigners[0].open(final_log, 1'000));
    Cosigner::FinalLog other = final_log;
    other.root[0] = 9;
    const std::optional<Cosignature> wrong = all.cosigners[1].open(other, 1'000);
    CHECK(all.cosigners[0].receive(sim::validator_name(1), *wrong) == Cosigner::Taken::wrong);
    const std::optional<Cosignature> right = all.cosigners[2].open(final_log, 1'000);
    CHECK(all.cosigners[0].receive(sim::validator_name(3), *right) == Cosigner::Taken::wrong);
    CHECK(all.cosigners[0].receive(sim::observer_name(0), *right) == Cosigner::Taken::not_a_validator);
}

TEST_CASE("who cosigned a checkpoint wrongly costs one signature, whatever it sends for it afterwards") {
    Validators all;
    REQUIRE(all.cosigners[0].open(final_log, 1'000));
    const std::optional<Cosignature> right = all.cosigners[1].open(final_log, 1'000);
    Cosignature wrong = *right;
    wrong.time_s += 1;
    CHECK(all.cosigners[0].receive(sim::validator_name(1), wrong) == Cosigner::Taken::wrong);
    CHECK(all.cosigners[0].receive(sim::validator_name(1), *right) == Cosigner::Taken::wrong);
    const std::optional<Cosignature> another = all.cosigners[2].open(final_log, 1'000);
    CHECK(all.cosigners[0].receive(sim::validator_name(2), *another) == Cosigner::Taken::counted);
}

TEST_CASE("a cosignature that comes before its block is final here counts when it is") {
    Validators all;
    const std::optional<Cosignature> early = all.cosigners[1].open(final_log, 1'000);
    CHECK(all.cosigners[0].receive(sim::validator_name(1), *early) == Cosigner::Taken::not_open);
    REQUIRE(all.cosigners[0].open(final_log, 1'000));
    CHECK(all.cosigners[0].receive(sim::validator_name(1), *early) == Cosigner::Taken::known);
}

TEST_CASE("a node without a key gathers and doesn't sign") {
    Validators all;
    Cosigner observer{all.world.genesis, sim::observer_name(0), {}};
    observer.begin_epoch(epochs_of(all.world.genesis));
    CHECK_FALSE(observer.open(final_log, 1'000));
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(observer.receive(sim::validator_name(i), *all.cosigners[i].open(final_log, 1)) ==
              Cosigner::Taken::counted);
    }
    CHECK(observer.take_complete().size() == 1);
}

TEST_CASE("a node cosigns in its own name alone, whosever key it has") {
    Validators all;
    Cosigner observer{all.world.genesis, sim::observer_name(0), all.identities[0].cosign_keys};
    observer.begin_epoch(epochs_of(all.world.genesis));
    CHECK_FALSE(observer.open(final_log, 1'000));
    Cosigner other{all.world.genesis, sim::validator_name(1), all.identities[0].cosign_keys};
    other.begin_epoch(epochs_of(all.world.genesis));
    CHECK_FALSE(other.open(final_log, 1'000));
}

TEST_CASE("checkpoints are opened once, upwards, and a bounded number stays open") {
    Validators all;
    Cosigner& cosigner = all.cosigners[0];
    REQUIRE(cosigner.open(final_log, 1));
    CHECK_FALSE(cosigner.open(final_log, 1));
    for (std::uint64_t height = 6; height < 6 + 2 * checkpoints_open_max; ++height) {
        REQUIRE(cosigner.open({.height = Height{height}, .size = height, .root = {}}, 1));
    }
    CHECK_FALSE(cosigner.is_open(Height{6}));
    CHECK_FALSE(cosigner.is_open(Height{5 + checkpoints_open_max}));
    CHECK(cosigner.is_open(Height{6 + checkpoints_open_max}));
    CHECK_FALSE(cosigner.open({.height = Height{7}, .size = 7, .root = {}}, 1));
}

TEST_CASE("who cosigns a block are the validators of its epoch, and nobody before the first that is known") {
    Validators all;
    ledger::ValidatorSet fewer = all.world.genesis.nodes;
    fewer.validators.pop_back();
    const Epochs epochs{{.number = ledger::EpochNumber{4}, .from = Height{10}, .nodes = all.world.genesis.nodes},
                        {.number = ledger::EpochNumber{5}, .from = Height{20}, .nodes = fewer}};
    for (Cosigner& cosigner : all.cosigners) cosigner.begin_epoch(epochs);
    const auto log_at = [](std::uint64_t height) {
        return Cosigner::FinalLog{.height = Height{height}, .size = height, .root = {}};
    };
    Cosigner& here = all.cosigners[0];
    const ledger::MemberId leaver = sim::validator_name(3);
    CHECK_FALSE(here.open(log_at(9), 1));
    CHECK_FALSE(here.is_open(Height{9}));
    CHECK(here.receive(leaver, {.height = Height{9}}) == Cosigner::Taken::not_a_validator);
    for (const std::uint64_t height : {10U, 19U}) {
        const std::optional<Cosignature> own = all.cosigners[3].open(log_at(height), 1);
        REQUIRE(own);
        REQUIRE(here.open(log_at(height), 1));
        CHECK(here.receive(leaver, *own) == Cosigner::Taken::counted);
    }
    CHECK(here.receive(leaver, {.height = Height{20}}) == Cosigner::Taken::not_a_validator);
    REQUIRE(here.open(log_at(20), 1));
    CHECK_FALSE(all.cosigners[3].open(log_at(20), 1));
    CHECK(here.receive(leaver, {.height = Height{20}}) == Cosigner::Taken::not_a_validator);
}

TEST_CASE("an early cosignature waits for its own block, whatever is opened below it, and a stranger's doesn't") {
    Validators all;
    const Cosigner::FinalLog later{.height = Height{7}, .size = 12, .root = {}};
    const std::optional<Cosignature> early = all.cosigners[1].open(later, 1'000);
    CHECK(all.cosigners[0].receive(sim::validator_name(1), *early) == Cosigner::Taken::not_open);
    CHECK(all.cosigners[0].receive(sim::observer_name(0), *early) == Cosigner::Taken::not_a_validator);
    REQUIRE(all.cosigners[0].open(final_log, 1'000));
    REQUIRE(all.cosigners[0].open(later, 1'000));
    CHECK(all.cosigners[0].receive(sim::validator_name(1), *early) == Cosigner::Taken::known);
}

TEST_CASE("a checkpoint with a quorum is given out again with each cosignature that follows, and closes those below") {
    Validators all;
    const Cosigner::FinalLog later{.height = Height{7}, .size = 12, .root = {}};
    const auto names_in = [](const std::vector<Cosigner::Complete>& complete) {
        return crypto::parse_note(complete.at(0).note).value().signatures.size();
    };
    Cosigner& here = all.cosigners[0];
    CHECK_FALSE(here.unfinished());
    REQUIRE(here.open(final_log, 1'000));
    const std::optional<Cosignature> own = here.open(later, 1'000);
    REQUIRE(own);
    REQUIRE(here.unfinished());
    CHECK(here.unfinished()->height == own->height);
    CHECK(here.unfinished()->signature == own->signature);
    for (const std::size_t i : {1U, 2U}) {
        (void)here.receive(sim::validator_name(i), *all.cosigners[i].open(later, 1'000));
    }
    CHECK(here.is_open(final_log.height));
    CHECK(names_in(here.take_complete()) == 3);
    CHECK(here.last_complete() == later.height);
    CHECK_FALSE(here.is_open(final_log.height));
    CHECK(here.receive(sim::validator_name(3), *all.cosigners[3].open(later, 1'000)) == Cosigner::Taken::counted);
    CHECK(names_in(here.take_complete()) == 4);
    CHECK(here.take_complete().empty());
}

TEST_CASE("the first block of each window of block time is cosigned") {
    CHECK(Cosigner::is_due(TimeMs{100}, TimeMs{99}));
    CHECK_FALSE(Cosigner::is_due(TimeMs{199}, TimeMs{100}));
    CHECK(Cosigner::is_due(TimeMs{500}, TimeMs{100}));
}

TEST_CASE("a block that isn't the first of its window is cosigned when none has followed for two windows") {
    testing::Solo solo;
    const auto cosigned = [&solo] { return solo.node.replica().status().cosigned; };
    (void)solo.submit(solo.registration(0, "a"));
    (void)solo.submit(solo.registration(0, "b"));
    REQUIRE(solo.node.replica().status().height == Height{2});
    CHECK(cosigned() == Height{1});
    (void)solo.tick(2 * cosign_window_ms - 1);
    CHECK(cosigned() == Height{1});
    (void)solo.tick(1);
    CHECK(cosigned() == Height{2});
}

TEST_CASE("a validator whose cosignature is nobody's is named once, and none of its tries counts") {
    testing::Late late{sim::validator_name(3)};
    const ledger::MemberId liar = sim::validator_name(0);
    const std::optional<FetchBlocks> question = late.question_to(liar);
    REQUIRE(question);
    (void)late.answer(liar, *question, late.good);
    const auto own = testing::messages_in<Cosignature>(late.tick(2 * cosign_window_ms), liar);
    REQUIRE(own.size() == 1);
    std::size_t lines = 0;
    for (int i = 0; i < 3; ++i) lines += testing::all_of<LogEvent>(late.hear(liar, own[0])).size();
    CHECK(lines == 1);
    CHECK(late.node.replica().status().cosigned == Height{0});
}

}  // namespace datadeed::replica
