#include "base/fields.h"
#include "chain/chain_view.h"
#include "node/replica/proposal.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/replica/changing.h"
#include "tests/replica/late.h"
#include "tests/support/catch.h"

// The step in which an epoch ends and the next one begins, and what those make who are to serve in it.

namespace datadeed::replica::testing {

TEST_CASE("the last block of an epoch is cosigned at once, and all are told where the next one begins") {
    Changing solo{1};
    (void)solo.node.replica().step(Event{PeerUp{.peer = sim::observer_name(0)}});
    (void)solo.submit(solo.registration(0, "a"));
    const auto is_cosigned = [&](const std::vector<Action>& actions) {
        return !messages_in<Cosignature>(actions).empty();
    };
    CHECK_FALSE(is_cosigned(solo.submit(solo.registration(0, "b"))));  // in the same window
    const std::vector<Action> actions = solo.change(solo.new_keys(solo.keys(0)));
    CHECK(is_cosigned(actions));
    CHECK(solo.node.replica().status().cosigned == Height{3});
    CHECK(all_of<StatusChanged>(actions).size() == 2);  // it votes in another view, and as one of others
    std::vector<LogEvent> lines = all_of<LogEvent>(actions);
    std::erase_if(lines, [](const LogEvent& line) { return line.name != "epoch.began"; });
    REQUIRE(lines.size() == 1);
    const std::vector<std::pair<std::string, std::string>> fields{
        {"epoch", "1"}, {"from", "4"}, {"validators", sim::validator_name(0).value}};
    CHECK(lines[0].fields == fields);
    const std::vector<Tip> tips = messages_in<Tip>(actions, sim::observer_name(0));
    REQUIRE(tips.size() == 2);  // after the block, and of the epoch
    CHECK(tips[1].height == Height{3});
    CHECK(tips[1].votes);
    CHECK(answers<Committed>(solo.submit(solo.registration(0, "c"))).size() == 1);
}

TEST_CASE("whoever follows counts views from the first one of the new epoch, whatever view ended the old one") {
    Changing solo{1};
    (void)solo.change(solo.new_keys(solo.keys(0)));
    const auto stored = chain::ChainView{solo.node.chain_store()}.block(Height{1});
    REQUIRE((stored && *stored));
    const consensus::Commit vote{.view = consensus::View{2}, .height = Height{1}, .hash = (*stored)->hash};
    const consensus::testing::QuickSigner key{consensus::testing::quick_key(0)};
    const auto said = consensus::sign(solo.world.chain(), vote, consensus::ValidatorIndex{0}, key);
    const CertifiedBlock last{.payload = encode(ProposalPayload{.block = (*stored)->block, .prev_certificate = {}}),
                              .certificate = {.view = vote.view,
                                              .height = vote.height,
                                              .hash = vote.hash,
                                              .votes = {{.signer = said.signer, .signature = said.signature}}}};
    sim::Node follower{solo.world, sim::observer_name(0)};
    REQUIRE(follower.start());
    const auto hear = [&](const WireMessage& message) {
        auto event = decode_and_verify(encode(message), follower.context());
        REQUIRE(event);
        return follower.replica().step(Event{PeerMessage{.peer = solo.node.name(), .message = std::move(*event)}});
    };
    (void)follower.replica().step(Event{PeerUp{.peer = solo.node.name()}});
    const auto asks = messages_in<FetchBlocks>(hear(Tip{.height = Height{1}, .hash = {}, .votes = true}));
    REQUIRE(asks.size() == 1);
    (void)hear(Blocks{.request = asks[0].request, .from = Height{1}, .blocks = {last}});
    CHECK(follower.replica().status().height == Height{1});
    CHECK(follower.replica().status().epoch == 1);
    CHECK(follower.replica().status().view == 0);
}

TEST_CASE("whatever write fails at the change of an epoch, the node says nothing more and begins where it was") {
    std::size_t halts = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        CAPTURE(seed);
        Changing solo;
        sim::Rng rng{seed};
        solo.node.fail_at_write(rng.below(3), sim::Node::Failure::broken, rng);
        const std::vector<Action> actions = solo.change(solo.new_keys(solo.keys(0)));
        if (!all_of<Halt>(actions).empty()) {
            ++halts;
            CHECK(all_of<EpochBegan>(actions).empty());
            CHECK(std::holds_alternative<Halt>(actions.back()));
        }
        solo.node.crash(rng);
        solo.restart();
        CHECK(solo.node.replica().status().epoch == solo.node.replica().status().height.value);
        CHECK(answers<Committed>(solo.submit(solo.registration(0, "after"))).size() == 1);
    }
    CHECK(halts > 0);
}

TEST_CASE("who can't make its vote file stops, and doesn't say that it's ready") {
    std::size_t stopped = 0;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const sim::World world = sim::make_world(1, 1, 1);
        sim::Node joiner{world, sim::observer_name(0)};
        REQUIRE(joiner.start());
        const ledger::MemberId peer = sim::validator_name(0);
        (void)joiner.replica().step(Event{PeerUp{.peer = peer}});
        (void)joiner.replica().step(Event{PeerMessage{.peer = peer, .message = Tip{.votes = true}}});
        sim::Rng rng{seed};
        joiner.fail_at_write(0, sim::Node::Failure::broken, rng);
        const crypto::PublicKey key = sim::joining_keys(world.genesis, 1, 0).vote->public_key();
        const auto actions = joiner.replica().step(Event{ReadyRequest{.token = RequestToken{1}, .vote = key}});
        const std::vector<Halt> halts = all_of<Halt>(actions);
        CHECK(all_of<ReadyAnswer>(actions).size() == 1 - halts.size());
        for (const Halt& halt : halts) CHECK(halt.code == "file.io");
        stopped += halts.size();
    }
    CHECK(stopped > 0);
}

}  // namespace datadeed::replica::testing
