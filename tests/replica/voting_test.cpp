#include <algorithm>

#include "base/fields.h"
#include "chain/state_store.h"
#include "consensus/config.h"
#include "ledger/state_keys.h"
#include "ledger/state_parts.h"
#include "node/replica/limits.h"
#include "node/replica/proposal.h"
#include "node/replica/vote_journal.h"
#include "tests/replica/skipped.h"
#include "tests/replica/solo.h"
#include "tests/replica/voter.h"
#include "tests/support/catch.h"

// A whole replica as one of four validators: what its consensus asks for, and what is done about it.

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::Chain;
using datadeed::replica::testing::Late;
using datadeed::replica::testing::messages_in;
using datadeed::replica::testing::node_0;
using datadeed::replica::testing::node_1;
using datadeed::replica::testing::node_2;
using datadeed::replica::testing::question_in;
using datadeed::replica::testing::snapshot_of;
using datadeed::replica::testing::Voter;
using datadeed::replica::testing::votes_in;

namespace {

// View 1, in which three say that this first block was prepared in view 0.
consensus::Signed<consensus::NewView> carrying(const Chain& chain, const CertifiedBlock& block) {
    const Height height = block.certificate.height;
    const Digest& hash = block.certificate.hash;
    const consensus::PrePrepare proposed{.view = {}, .height = height, .hash = hash, .payload = {}};
    consensus::PreparedCertificate prepared{
        .view = {}, .height = height, .hash = hash, .pre_prepare = chain.sign(0, proposed).signature, .prepares = {}};
    for (const std::uint32_t signer : {1U, 2U}) {
        const consensus::Prepare vote{.view = {}, .height = height, .hash = hash};
        prepared.prepares.push_back(
            {.signer = consensus::ValidatorIndex{signer}, .signature = chain.sign(signer, vote).signature});
    }
    consensus::NewView opened{
        .new_view = consensus::View{1},
        .view_changes = {},
        .base = {},
        .carried = consensus::Carried{.view = {}, .height = height, .hash = hash},
    };
    for (const std::uint32_t signer : {0U, 1U, 2U}) {
        opened.view_changes.push_back(chain.sign(
            signer,
            consensus::ViewChange{
                .new_view = consensus::View{1}, .committed = {}, .certificate = std::nullopt, .prepared = prepared}));
    }
    return chain.sign(1, opened);
}

CertifiedBlock swapped(const CertifiedBlock& block) {
    CertifiedBlock other = block;
    auto payload = decode<ProposalPayload>(block.payload).value();
    std::swap(payload.block.transactions.at(0), payload.block.transactions.at(1));
    other.payload = encode(payload);
    return other;
}

bool logs(const std::vector<Action>& actions, std::string_view name) {
    const std::vector<LogEvent> lines = all_of<LogEvent>(actions);
    return std::ranges::find(lines, name, &LogEvent::name) != lines.end();
}

// Whom this was sent to, once for each time.
template <class M>
std::vector<ledger::MemberId> receivers_of(const std::vector<Action>& actions) {
    std::vector<ledger::MemberId> receivers;
    for (const SendTo& send : all_of<SendTo>(actions)) {
        if (messages_in<M>({Action{send}}).empty()) continue;
        receivers.insert(receivers.end(), send.peers.begin(), send.peers.end());
    }
    return receivers;
}

}  // namespace

TEST_CASE("a proposal counts by the link of a validator alone, and the vote for it goes to all validators") {
    Voter voter;
    (void)voter.fetch(voter.good);
    const CertifiedBlock block = voter.fresh();
    const consensus::PrePrepare proposal{
        .view = {}, .height = Height{2}, .hash = block.certificate.hash, .payload = block.payload};
    CHECK(voter.hear(sim::observer_name(0), Votes{.message = voter.chain.sign(0, proposal)}).empty());
    const std::vector<Action> actions = voter.propose(block);
    CHECK(votes_in<consensus::Prepare>(actions).size() == 1);
    const std::vector<SendTo> sent = all_of<SendTo>(actions);
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].lane == Lane::votes);
    CHECK(sent[0].peers == std::vector{node_0, node_1, node_2});
}

TEST_CASE("a primary that proposes a hash without its bytes gets no vote and is left, and the log says why") {
    Voter voter;
    const consensus::PrePrepare bare{.view = {}, .height = Height{1}, .hash = Digest{7}, .payload = {}};
    const std::vector<Action> actions = voter.say(0, bare);
    CHECK(votes_in<consensus::Prepare>(actions).empty());
    CHECK(votes_in<consensus::ViewChange>(actions).size() == 1);
    const std::vector<LogEvent> lines = all_of<LogEvent>(actions);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].name == "proposal.refused");
    const std::vector<std::pair<std::string, std::string>> fields{{"height", "1"},
                                                                  {"reason", "the payload is no block of this hash"}};
    CHECK(lines[0].fields == fields);
}

TEST_CASE("a new view is told, its primary hears what waits, and what it carries is voted for however old it is") {
    Voter voter;
    (void)voter.submit(1, "x");
    const std::vector<Action> entered = voter.hear(node_1, Votes{.message = carrying(voter.chain, voter.good)});
    const std::vector<LogEvent> lines = all_of<LogEvent>(entered);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].name == "view.entered");
    const std::vector<std::pair<std::string, std::string>> fields{{"epoch", "0"}, {"view", "1"}, {"primary", "node-1"}};
    CHECK(lines[0].fields == fields);
    CHECK(all_of<StatusChanged>(entered).size() == 1);
    CHECK(receivers_of<Transactions>(entered) == std::vector{node_1});
    CHECK(voter.status().view == 1);
    CHECK(voter.status().primary == node_1);

    const std::vector<Action> actions = voter.propose(voter.good, 1);
    CHECK_FALSE(logs(actions, "proposal.refused"));
    const std::vector<consensus::Prepare> votes = votes_in<consensus::Prepare>(actions);
    REQUIRE(votes.size() == 1);
    CHECK(votes[0].view == consensus::View{1});
}

TEST_CASE(
    "a block that a quorum has committed is asked for by its hash, of one at a time, and other bytes don't count") {
    Voter voter;
    const Digest& hash = voter.good.certificate.hash;
    const std::vector<Action> asks =
        voter.all_say({0, 1, 2}, consensus::Commit{.view = {}, .height = Height{1}, .hash = hash});
    const std::vector<FetchBody> questions = messages_in<FetchBody>(asks);
    REQUIRE(questions.size() == 1);
    CHECK(questions[0].height == Height{1});
    CHECK(questions[0].hash == hash);
    std::vector<ledger::MemberId> asked = receivers_of<FetchBody>(asks);
    for (int i = 0; i < 2; ++i) {
        const auto again = receivers_of<FetchBody>(voter.tick(consensus::Timing{}.fetch_retry_ms));
        asked.insert(asked.end(), again.begin(), again.end());
    }
    CHECK(asked == std::vector{node_0, node_1, node_2});

    const auto body_of = [&hash](const CertifiedBlock& block) {
        return Body{.height = Height{1}, .hash = hash, .payload = block.payload};
    };
    (void)voter.hear(node_1, body_of(swapped(voter.good)));
    CHECK(voter.status().height == Height{0});
    const std::vector<Action> decided = voter.hear(node_1, body_of(voter.good));
    CHECK(voter.status().height == Height{1});
    const std::vector<BlockCommitted> blocks = all_of<BlockCommitted>(decided);
    REQUIRE(blocks.size() == 1);
    CHECK_FALSE(blocks[0].caught_up);
}

TEST_CASE("the bytes of a proposal that isn't final are given away too") {
    Voter voter;
    (void)voter.fetch(voter.good);
    const CertifiedBlock block = voter.fresh();
    (void)voter.propose(block);
    const auto bodies =
        messages_in<Body>(voter.hear(node_1, FetchBody{.height = Height{2}, .hash = block.certificate.hash}), node_1);
    REQUIRE(bodies.size() == 1);
    CHECK(bodies[0].height == Height{2});
    CHECK(bodies[0].payload == block.payload);
}

TEST_CASE("bodies are given within a peer's allowance, and an observer gives those of final blocks") {
    for (const ledger::MemberId& name : {sim::validator_name(3), sim::observer_name(0)}) {
        Late late{name};
        const std::optional<FetchBlocks> question = late.question_to(node_0);
        REQUIRE(question);
        (void)late.answer(node_0, *question, late.good);
        (void)late.step(PeerUp{.peer = node_1});
        std::vector<Event> events;
        for (std::size_t i = 0; i < 2 * testing::answers_at_once; ++i) {
            const FetchBody asked{.height = Height{1}, .hash = late.good.certificate.hash};
            events.emplace_back(PeerMessage{.peer = node_1, .message = asked});
        }
        const auto given = messages_in<Body>(late.node.replica().step(std::move(events)), node_1).size();
        CHECK(given == testing::answers_at_once);
    }
}

TEST_CASE("whom consensus finds ahead is asked for blocks at once, if there is a link to it") {
    const consensus::Status ahead{
        .view = {}, .committed = Height{1}, .view_changes = {}, .prepares = {}, .commits = {}};
    Voter voter;
    (void)voter.say(0, ahead);
    CHECK_FALSE(question_in(voter.tick(consensus::Timing{}.fetch_grace_ms - 1), node_0));
    const std::optional<FetchBlocks> question = question_in(voter.tick(1), node_0);
    REQUIRE(question);
    CHECK(question->from == Height{1});
    CHECK(voter.status().peers.at(0).height == Height{1});

    Late alone{sim::validator_name(3)};
    (void)alone.hear(node_0, Votes{.message = alone.chain.sign(0, ahead)});
    (void)alone.tick(consensus::Timing{}.fetch_grace_ms);
    CHECK(alone.node.replica().status().peers.at(0).height == Height{0});
}

TEST_CASE("what consensus says to one validator is sent to that one") {
    Voter voter;
    (void)voter.fetch(voter.good);
    const consensus::Status behind{.view = {}, .committed = {}, .view_changes = {}, .prepares = {}, .commits = {}};
    const std::vector<Action> actions = voter.say(1, behind);
    CHECK(votes_in<consensus::Status>(actions, node_1).size() == 1);
    CHECK(receivers_of<Votes>(actions) == std::vector{node_1});
}

TEST_CASE("a validator that can't store a decided block stops, whatever else that step would have led to") {
    Voter voter;
    (void)voter.fetch(voter.good);
    const CertifiedBlock block = voter.fresh();
    const CertifiedBlock next = voter.chain.next({"next"}, TimeMs{sim::epoch_ms + voter.now_ms + 1});
    (void)voter.propose(block);
    (void)voter.propose(next);  // for when that one is final
    const Digest& hash = block.certificate.hash;
    (void)voter.all_say({1, 2}, consensus::Prepare{.view = {}, .height = Height{2}, .hash = hash});
    const consensus::Commit vote{.view = {}, .height = Height{2}, .hash = hash};
    (void)voter.say(1, vote);
    const auto decisive = [&] {
        auto event = decode_and_verify(encode(WireMessage{Votes{.message = voter.chain.sign(2, vote)}}),
                                       *voter.chain.bench.world.context);
        std::vector<Event> events;
        events.emplace_back(SubmitTransaction{.transaction = voter.registration(1, "x"), .token = RequestToken{1}});
        events.emplace_back(PeerMessage{.peer = node_2, .message = std::move(event).value()});
        return voter.node.replica().step(std::move(events));
    };
    SECTION("it can") {
        CHECK(votes_in<consensus::Prepare>(decisive()).size() == 1);
        CHECK(voter.status().height == Height{2});
    }
    SECTION("it can't") {
        voter.node.chain_disk().fail_after(0, chain::Fault::store_io);
        const std::vector<Action> actions = decisive();
        REQUIRE(actions.size() == 1);
        CHECK(std::holds_alternative<Halt>(actions[0]));
    }
}

TEST_CASE("what a validator had voted for before a restart it decides by the bytes in its journal") {
    Voter voter;
    (void)voter.fetch(voter.good);
    const CertifiedBlock block = voter.fresh();
    (void)voter.propose(block);
    const Digest& hash = block.certificate.hash;
    (void)voter.all_say({1, 2}, consensus::Prepare{.view = {}, .height = Height{2}, .hash = hash});
    voter.begin_again();
    REQUIRE(voter.status().height == Height{1});
    const std::vector<Action> decided =
        voter.all_say({1, 2}, consensus::Commit{.view = {}, .height = Height{2}, .hash = hash});
    CHECK(all_of<Halt>(decided).empty());
    CHECK(voter.status().block_hash == hash);
}

TEST_CASE("a validator that is shown a vote of its own that it doesn't know follows, votes no more and tells all") {
    Voter voter;
    const consensus::Prepare lost{.view = {}, .height = Height{1}, .hash = Digest{7}};
    const std::vector<Action> shown = voter.hear(node_0, Votes{.message = voter.chain.sign(3, lost)});
    CHECK(logs(shown, "votes.silenced"));
    CHECK(all_of<Halt>(shown).empty());
    CHECK(all_of<StatusChanged>(shown).size() == 1);
    for (const ledger::MemberId& peer : {node_0, sim::observer_name(0)}) {
        const std::vector<Tip> tips = messages_in<Tip>(shown, peer);
        REQUIRE(tips.size() == 1);
        CHECK_FALSE(tips[0].votes);
    }
    CHECK(voter.status().duty == Duty::silenced);
    CHECK(voter.status().why == votes_lost_text);
    const auto ready = all_of<ReadyAnswer>(
        voter.step(ReadyRequest{.token = RequestToken{1}, .vote = consensus::testing::quick_key(3)}));
    REQUIRE(ready.size() == 1);
    CHECK(ready[0].code == "node.silenced");
    CHECK(ready[0].reason == votes_lost_text);
    CHECK_FALSE(ready[0].hint.empty());
    (void)voter.fetch(voter.good);
    CHECK(votes_in<consensus::Prepare>(voter.propose(voter.fresh())).empty());
    voter.begin_again();
    CHECK(voter.status().duty == Duty::silenced);
    CHECK(voter.status().why == votes_lost_text);
}

TEST_CASE("a fetched block that shows that votes were lost is taken in, and its validator votes no more") {
    // The third has signed the block, and its file says nothing of it.
    Voter voter{node_2};
    (void)voter.fetch(voter.good);
    CHECK(voter.status().duty == Duty::silenced);
    voter.begin_again();
    CHECK(voter.status().duty == Duty::silenced);
    Voter sound;
    (void)sound.fetch(sound.good);
    CHECK(sound.status().duty == Duty::voting);
}

TEST_CASE("a vote of its own that was lost shows in the block above, whatever certificate came with the voted one") {
    const auto by_others = [](const Voter& voter, CertifiedBlock block) {
        const consensus::Commit vote{.view = {}, .height = block.certificate.height, .hash = block.certificate.hash};
        block.certificate.votes[2] = {.signer = consensus::ValidatorIndex{3},
                                      .signature = voter.chain.sign(3, vote).signature};
        return block;
    };
    for (const bool fetched : {true, false}) {
        CAPTURE(fetched);
        Voter voter{node_2};
        (void)voter.fetch(by_others(voter, voter.good));
        REQUIRE(voter.status().duty == Duty::voting);
        const CertifiedBlock above = by_others(voter, voter.fresh());
        const std::vector<Action> shown = fetched ? voter.fetch(above) : voter.propose(above);
        CHECK(logs(shown, "votes.silenced"));
        CHECK(votes_in<consensus::Prepare>(shown).empty());
        CHECK(voter.status().duty == Duty::silenced);
        voter.begin_again();
        CHECK(voter.status().duty == Duty::silenced);
    }
    Voter sound;
    (void)sound.fetch(sound.good);
    (void)sound.fetch(sound.fresh());
    CHECK(sound.status().duty == Duty::voting);
}

TEST_CASE("whatever write fails, no block that shows that votes were lost is stored before the loss is") {
    std::size_t stopped_by_file = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        Voter voter{node_2};
        const std::optional<FetchBlocks> question = voter.question_to(node_0);
        REQUIRE(question);
        sim::Rng rng{seed};
        voter.node.fail_at_write(rng.below(3), sim::Node::Failure::broken, rng);
        const std::vector<Action> actions = voter.answer(node_0, *question, voter.good);
        for (const Halt& halt : all_of<Halt>(actions)) {
            CHECK(voter.node.explains(halt.code));
            CHECK(all_of<SendTo>(actions).empty());
            CHECK(all_of<StatusChanged>(actions).empty());
            if (halt.code == "file.io") {
                ++stopped_by_file;
                CHECK(voter.node.durable_height() == Height{0});
            }
        }
        voter.begin_again();
        CHECK((voter.status().height == Height{0} || voter.status().duty == Duty::silenced));
    }
    CHECK(stopped_by_file > 0);
}

TEST_CASE("a snapshot above shows a validator that its votes were lost, and one of a block that it knows doesn't") {
    Voter mute{node_2};
    CHECK(logs(mute.hear(node_0, snapshot_of(mute.chain)), "votes.silenced"));
    CHECK(mute.status().duty == Duty::silenced);

    Voter other;
    CHECK_FALSE(logs(other.hear(node_0, snapshot_of(other.chain)), "votes.silenced"));

    // It has cast that vote.
    Voter voter{node_2};
    const Digest& hash = voter.good.certificate.hash;
    (void)voter.hear(node_1, Votes{.message = carrying(voter.chain, voter.good)});
    (void)voter.propose(voter.good, 1);
    const consensus::View view{1};
    (void)voter.all_say({0, 3}, consensus::Prepare{.view = view, .height = Height{1}, .hash = hash});
    (void)voter.all_say({0, 3}, consensus::Commit{.view = view, .height = Height{1}, .hash = hash});
    REQUIRE(voter.status().height == Height{1});
    CHECK_FALSE(logs(voter.hear(node_0, snapshot_of(voter.chain)), "votes.silenced"));
    CHECK(voter.status().duty == Duty::voting);
}

TEST_CASE("where all others have pruned what it lacks, a validator gives up its voice, for good, before it goes on") {
    Voter voter;
    voter.chain.bench.world.snapshots.part_bytes = ledger::part_bytes;
    voter.begin_again();
    const Snapshot offered = snapshot_of(voter.chain);
    ledger::PartContent all;  // such a small state is one part
    const auto state = chain::StateSnapshot::open(*voter.chain.bench.state_store).value();
    for (const auto& [key, value] : state->scan({}, {}, 100'000)) {
        if (!ledger::state_keys::is_index(key)) all.records.push_back({.key = key, .value = value});
    }
    std::ranges::sort(all.records, {}, [](const auto& record) { return ledger::leaf_of(record).key_hash; });
    for (const ledger::MemberId& peer : {node_0, node_1, node_2}) {
        (void)voter.hear(peer, Tip{.height = Height{1},
                                   .hash = voter.good.certificate.hash,
                                   .votes = true,
                                   .first = Height{2},
                                   .snapshot = Height{1}});
    }
    std::vector<Action> said;
    const auto take = [&said](std::vector<Action> actions) {
        for (Action& action : actions) said.push_back(std::move(action));
    };
    for (std::uint64_t passed_ms = 0; passed_ms < 2 * blocks_gone_ms && all_of<StartAgain>(said).empty();
         passed_ms += 500) {
        const std::vector<Action> asks = voter.tick(500);
        take(asks);
        for (const ledger::MemberId& peer : {node_0, node_1, node_2}) {
            for (const FetchSnapshot& ask : messages_in<FetchSnapshot>(asks, peer)) {
                take(voter.hear(peer, Snapshot{.request = ask.request, .manifest = offered.manifest}));
            }
            for (const FetchPart& ask : messages_in<FetchPart>(asks, peer)) {
                take(voter.hear(peer, Part{.request = ask.request, .root = ask.root, .part = encode(all)}));
            }
        }
    }
    const std::vector<StartAgain> starts = all_of<StartAgain>(said);
    REQUIRE(starts.size() == 1);
    CHECK(starts[0].height == Height{1});
    std::vector<LogEvent> lines = all_of<LogEvent>(said);
    std::erase_if(lines, [](const LogEvent& line) { return !line.name.starts_with("votes."); });
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].name == "votes.given_up");
    CHECK(lines[0].fields == std::vector<std::pair<std::string, std::string>>{{"from", "1"}});
    CHECK(lines[1].name == "votes.silenced");
    voter.begin_again();
    CHECK(voter.status().height == Height{1});
    CHECK(voter.status().duty == Duty::silenced);
}

}  // namespace datadeed::replica
