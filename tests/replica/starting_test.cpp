#include "chain/chain_view.h"
#include "chain/memory_file.h"
#include "chain/memory_store.h"
#include "consensus/certificate.h"
#include "node/replica/vote_journal.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

// How a replica begins on what its disks hold.

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::answers;

namespace {

// The disks of one node, on which processes begin one after another.
struct Disks {
    Result<void, StartError> start(const sim::World& world, Identity identity, SnapshotPlace snapshots = {}) {
        replica.reset();
        chain_store = chain::open_memory_store(chain_disk);
        state_store = chain::open_memory_store(state_disk);
        Result<std::unique_ptr<Replica>, StartError> started = Replica::start(world.genesis, std::move(identity),
                                                                              {.chain = chain_store.get(),
                                                                               .state = state_store.get(),
                                                                               .files = &files,
                                                                               .votes_path = "votes",
                                                                               .state_options = {},
                                                                               .snapshots = std::move(snapshots)});
        if (!started) return fail(started.error());
        replica = std::move(*started);
        now_ms += 1'000;
        (void)replica->step(Event{Tick{.now = MonotonicMs{now_ms}, .wall = TimeMs{sim::epoch_ms + now_ms}}});
        return {};
    }
    Result<void, StartError> start(const sim::World& world) {
        return start(world, sim::identity_of(world, sim::validator_name(0)));
    }
    std::vector<Action> submit(const sim::World& world, const std::string& name) {
        const Bytes raw = sim::sign_order(
            world, {.owner = 0,
                    .nonce_us = (sim::epoch_ms + now_ms) * 1000 + ++number,
                    .expires_ms = sim::epoch_ms + now_ms + 60'000,
                    .operations = {ledger::RegisterData{
                        .data = ledger::DatasetId{name}, .title = "T", .type = "table", .commitment = {}}}});
        return replica->step(
            Event{SubmitTransaction{.transaction = sim::checked(world, raw), .token = RequestToken{number}}});
    }
    // Why it doesn't vote, as a code; empty if it does.
    [[nodiscard]] std::string mute_code() const {
        const std::string why = replica->status().why;
        return why.substr(0, why.find(':'));
    }

    chain::MemoryDisk chain_disk{};
    chain::MemoryDisk state_disk{};
    chain::MemoryFileSystem files{};
    std::unique_ptr<chain::KvStore> chain_store{};
    std::unique_ptr<chain::KvStore> state_store{};
    std::unique_ptr<Replica> replica{};
    std::uint64_t now_ms{0};
    std::uint64_t number{0};
};

Identity without_keys(Identity identity, bool vote, bool cosign) {
    if (vote) identity.vote_keys.clear();
    if (cosign) identity.cosign_keys.erase(identity.cosign_keys.begin());
    return identity;
}

}  // namespace

TEST_CASE("a vote file that is damaged, of an earlier day or another node's takes a validator's voice, not its start") {
    const sim::World world = sim::make_world(1, 0, 1);
    Disks disks;
    REQUIRE(disks.start(world));
    REQUIRE(answers<Committed>(disks.submit(world, "a")).size() == 1);
    const Bytes earlier = disks.files.content("votes").value();
    REQUIRE(answers<Committed>(disks.submit(world, "b")).size() == 1);
    REQUIRE(answers<Committed>(disks.submit(world, "c")).size() == 1);
    const Bytes whole = disks.files.content("votes").value();
    const auto code_with = [&](const Bytes& content) {
        disks.files.set_content("votes", content);
        REQUIRE(disks.start(world));
        CHECK((disks.replica->status().duty == Duty::voting) == disks.mute_code().empty());
        return disks.mute_code();
    };
    Bytes damaged = whole;
    damaged.at(20) ^= 1U;
    CHECK(code_with(damaged) == chain::code(chain::Fault::votes_corrupt));
    CHECK(code_with(earlier) == chain::code(chain::Fault::votes_rolled_back));
    CHECK(code_with(whole).empty());

    const sim::World two = sim::make_world(2, 0, 1);
    Disks others;
    REQUIRE(others.start(two, sim::identity_of(two, sim::validator_name(1))));
    Disks own;
    own.files.set_content("votes", others.files.content("votes").value());
    REQUIRE(own.start(two));
    CHECK(own.mute_code() == chain::code(chain::Fault::votes_other_node));
    CHECK(own.replica->status().duty == Duty::silenced);
}

TEST_CASE("a disk that can't be used keeps a node from starting, and takes no voice") {
    const sim::World world = sim::make_world(1, 0, 1);
    Disks disks;
    disks.files.fail_after(0, chain::Fault::file_io);
    const Result<void, StartError> started = disks.start(world);
    REQUIRE_FALSE(started);
    CHECK(started.error().code == chain::code(chain::Fault::file_io));
    CHECK_FALSE(started.error().reason.empty());
    CHECK(started.error().hint == chain::advice(chain::Fault::file_io));
    disks.files.heal();
    REQUIRE(disks.start(world));
    CHECK(disks.replica->status().duty == Duty::voting);

    disks.files.fail_after(0, chain::Fault::file_io);
    const Result<void, StartError> again = disks.start(world, sim::identity_of(world, sim::validator_name(0)),
                                                       {.files = &disks.files, .folder = "snapshots"});
    REQUIRE_FALSE(again);
    CHECK(again.error().code == chain::code(chain::Fault::file_io));
}

TEST_CASE("only who votes makes a vote file") {
    const sim::World world = sim::make_world(1, 1, 1);
    Disks observer;
    REQUIRE(observer.start(world, sim::identity_of(world, sim::observer_name(0))));
    CHECK(observer.replica->status().duty == Duty::observing);
    CHECK_FALSE(observer.files.content("votes"));
    Disks validator;
    REQUIRE(validator.start(world));
    CHECK(validator.files.content("votes"));
}

TEST_CASE(
    "a validator starts under both keys that the chain names, or without cosigning; else it's told which is wrong") {
    const sim::World world = sim::make_world(1, 0, 1);
    const Identity identity = sim::identity_of(world, sim::validator_name(0));
    const auto reason_with = [&world](Identity changed) {
        const Result<void, StartError> started = Disks{}.start(world, std::move(changed));
        if (started) return std::string{};
        CHECK(started.error().code == "node.key_wrong");
        CHECK_FALSE(started.error().hint.empty());
        return started.error().reason;
    };
    CHECK(reason_with(without_keys(identity, true, false)) == "the chain names another vote key for node-0");
    CHECK(reason_with(without_keys(identity, false, true)) == "the chain names another cosign key for node-0");
    Identity cosigns_nothing = identity;
    cosigns_nothing.cosign_keys.clear();
    CHECK(reason_with(cosigns_nothing).empty());
    CHECK(reason_with(identity).empty());
}

TEST_CASE("who is to join follows under a name that the chain doesn't have") {
    const sim::World world = sim::make_world(1, 0, 1);
    Disks disks;
    REQUIRE(disks.start(world, {.self = ledger::MemberId{"nobody"}, .joins = true}));
    CHECK(disks.replica->status().duty == Duty::observing);
    CHECK_FALSE(disks.files.content("votes"));
}

TEST_CASE("a damaged vote file of one that is to join isn't forgotten") {
    const sim::World world = sim::make_world(1, 1, 1);
    const Identity identity = sim::identity_of(world, sim::observer_name(0));
    Disks disks;
    disks.files.set_content("votes", Bytes(100, 7));
    REQUIRE(disks.start(world, identity));
    const auto answered = all_of<ReadyAnswer>(
        disks.replica->step(Event{ReadyRequest{.token = RequestToken{1}, .vote = identity.vote_keys.at(0).key}}));
    REQUIRE(answered.size() == 1);
    CHECK(answered[0].code == "node.silenced");
    CHECK(answered[0].reason.starts_with(chain::code(chain::Fault::votes_corrupt)));
}

TEST_CASE("votes are real signatures where nothing else is configured") {
    sim::World world = sim::make_world(1, 0, 1);
    VoteKey key = make_vote_key(crypto::SecretKey::generate());
    world.genesis.nodes.validators.at(0).vote = key.key;
    *world.context = make_verify_context(world.genesis, *world.cache);
    Identity identity = sim::identity_of(world, sim::validator_name(0));
    identity.vote_keys = {std::move(key)};
    identity.vote_verifier = nullptr;
    Disks disks;
    REQUIRE(disks.start(world, identity));
    CHECK(answers<Committed>(disks.submit(world, "a")).size() == 1);
    REQUIRE(disks.start(world, identity));
    CHECK(answers<Committed>(disks.submit(world, "b")).size() == 1);
    const auto header = chain::ChainView{*disks.chain_store}.header(Height{2});
    REQUIRE((header && *header));
    CHECK(consensus::verify((*header)->certificate, world.context->present(), world.chain(),
                            consensus::Ed25519Verifier{}));
}

TEST_CASE("a node whose state can't be read stops, and refuses nothing for that") {
    const sim::World world = sim::make_world(1, 0, 1);
    Disks disks;
    REQUIRE(disks.start(world));
    REQUIRE(answers<Committed>(disks.submit(world, "a")).size() == 1);
    REQUIRE(disks.start(world));
    disks.state_disk.fail_reads_after(0, chain::Fault::store_io);
    const std::vector<Action> actions = disks.submit(world, "b");
    const std::vector<Halt> halts = all_of<Halt>(actions);
    REQUIRE(halts.size() == 1);
    CHECK(halts[0].code == chain::code(chain::Fault::store_io));
    CHECK(all_of<Reply>(actions).empty());
}

}  // namespace datadeed::replica
