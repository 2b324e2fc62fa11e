#include "chain/keys.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::answers;
using datadeed::replica::testing::Solo;

TEST_CASE("a node that comes back goes on where it was") {
    Solo solo;
    (void)solo.submit(solo.registration(0, "a"));
    const Digest hash = solo.node.replica().status().block_hash;
    sim::Rng rng{1};
    solo.node.crash(rng);
    solo.restart();
    CHECK(solo.node.replica().status().height == Height{1});
    CHECK(solo.node.replica().status().block_hash == hash);
    CHECK(answers<Committed>(solo.submit(solo.registration(0, "b"))).size() == 1);
    CHECK(solo.node.replica().status().height == Height{2});
}

TEST_CASE("whatever write fails, the node stops, and comes back with all that it told its clients") {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        Solo solo;
        sim::Rng rng{seed};
        REQUIRE(answers<Committed>(solo.submit(solo.registration(0, "a"))).size() == 1);
        solo.node.fail_at_write(rng.below(4), sim::Node::Failure::broken, rng);
        std::uint64_t told = 1;
        bool halted = false;
        for (std::uint64_t i = 0; i < 20 && !halted; ++i) {
            const std::vector<Action> actions = solo.submit(solo.registration(0, "d" + std::to_string(i)));
            for (const Committed& committed : answers<Committed>(actions)) told = committed.height.value;
            halted = !all_of<Halt>(actions).empty();
            if (halted) CHECK(actions.size() == 1);
        }
        REQUIRE(halted);
        CHECK(solo.tick(20).empty());
        solo.node.crash(rng);
        solo.restart();
        CHECK(solo.node.replica().status().height >= Height{told});
        CHECK(solo.node.replica().status().duty == Duty::voting);
        CHECK(answers<Committed>(solo.submit(solo.registration(1, "after"))).size() == 1);
    }
}

TEST_CASE("a primary that can't read the header below its block stops, and says what the store says") {
    Solo solo;
    (void)solo.submit(solo.registration(0, "a"));
    REQUIRE(solo.node.chain_disk().content().erase(chain::keys::of(chain::keys::header, 1)) == 1);
    const std::vector<Halt> halts = all_of<Halt>(solo.submit(solo.registration(0, "b")));
    REQUIRE(halts.size() == 1);
    CHECK(halts[0].code == chain::code(chain::Fault::chain_damaged));
    CHECK_FALSE(halts[0].reason.empty());
    CHECK(halts[0].hint == chain::advice(chain::Fault::chain_damaged));
    CHECK(solo.tick(20).empty());
}

TEST_CASE("a validator without its vote file follows but doesn't vote, and says so") {
    Solo solo;
    (void)solo.submit(solo.registration(0, "a"));
    sim::Rng rng{1};
    solo.node.crash(rng);
    solo.node.lose_votes();
    solo.restart();
    const Status status = solo.node.replica().status();
    CHECK(status.duty == Duty::silenced);
    CHECK_FALSE(status.why.empty());
    CHECK(status.height == Height{1});
    CHECK(answers<Committed>(solo.submit(solo.registration(0, "b"))).empty());
}

TEST_CASE("a node that the genesis document doesn't name, or with another key, doesn't start") {
    Solo solo;
    chain::MemoryDisk chain_disk;
    chain::MemoryDisk state_disk;
    chain::MemoryFileSystem files;
    const auto chain_store = chain::open_memory_store(chain_disk);
    const auto state_store = chain::open_memory_store(state_disk);
    const Stores stores{.chain = chain_store.get(), .state = state_store.get(), .files = &files, .votes_path = "votes"};
    const auto stranger =
        Replica::start(solo.world.genesis, sim::identity_of(solo.world, ledger::MemberId{"nobody"}), stores);
    REQUIRE_FALSE(stranger.has_value());
    CHECK(stranger.error().code == "node.not_a_node");
    CHECK_FALSE(stranger.error().hint.empty());
    Identity wrong{.self = sim::validator_name(0)};
    wrong.vote_keys.push_back(make_vote_key(crypto::SecretKey::generate()));
    const auto mistaken = Replica::start(solo.world.genesis, std::move(wrong), stores);
    REQUIRE_FALSE(mistaken.has_value());
    CHECK(mistaken.error().code == "node.key_wrong");
}

TEST_CASE("a store of another chain is refused at start") {
    Solo solo;
    sim::World other = sim::make_world(1, 0, 2);
    chain::MemoryDisk chain_disk;
    chain::MemoryDisk state_disk;
    chain::MemoryFileSystem files;
    const auto chain_store = chain::open_memory_store(chain_disk);
    const auto state_store = chain::open_memory_store(state_disk);
    const Stores stores{.chain = chain_store.get(), .state = state_store.get(), .files = &files, .votes_path = "votes"};
    REQUIRE(Replica::start(other.genesis, sim::identity_of(other, sim::validator_name(0)), stores).has_value());
    const auto started =
        Replica::start(solo.world.genesis, sim::identity_of(solo.world, sim::validator_name(0)), stores);
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().code == chain::code(chain::Fault::folder_other_chain));
}

}  // namespace datadeed::replica
