#include <algorithm>

#include "base/fields.h"
#include "consensus/config.h"
#include "node/replica/limits.h"
#include "node/replica/proposal.h"
#include "tests/replica/solo.h"
#include "tests/replica/voter.h"
#include "tests/support/catch.h"

// What a whole replica tells of itself, to its host and to its peers.

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::Late;
using datadeed::replica::testing::messages_in;
using datadeed::replica::testing::node_0;
using datadeed::replica::testing::node_1;
using datadeed::replica::testing::node_2;
using datadeed::replica::testing::question_in;
using datadeed::replica::testing::Voter;

namespace {

const ledger::MemberId observer = sim::observer_name(0);

// The same block, as it is certified when it is decided in a later view.
CertifiedBlock in_view(const testing::Chain& chain, CertifiedBlock block, consensus::View view) {
    const consensus::Commit vote{.view = view, .height = block.certificate.height, .hash = block.certificate.hash};
    block.certificate.view = view;
    for (consensus::VoteSignature& each : block.certificate.votes) {
        each.signature = chain.sign(each.signer.value, vote).signature;
    }
    return block;
}

ledger::Block block_in(const CertifiedBlock& certified) {
    return decode<ProposalPayload>(certified.payload).value().block;
}

}  // namespace

TEST_CASE("at the genesis a node has nothing, and says so") {
    Voter voter;
    const Status status = voter.status();
    CHECK(status.height == Height{0});
    CHECK(status.block_time == TimeMs{0});
    CHECK(status.log_size == 0);
    CHECK(status.primary == node_0);
    CHECK_FALSE(status.changing_view);
    CHECK_FALSE(status.catching_up);
    CHECK(status.quorum == 3);
    CHECK(status.connected_validators == 1);  // itself
    CHECK_FALSE(status.has_quorum);
    CHECK(status.pool_bytes == 0);
    CHECK(status.waiting_clients == 0);
    CHECK(status.votes_ahead == 0);
}

TEST_CASE("a node tells of each of its peers what that one says, and counts validators that vote") {
    Voter voter;
    const auto peer = [](const ledger::MemberId& name, bool votes, std::uint64_t height) {
        return PeerStatus{
            .member = name, .connected = true, .validator = name != observer, .votes = votes, .height = Height{height}};
    };
    (void)voter.hear(observer, Tip{.height = Height{9}, .hash = {}, .votes = true});
    (void)voter.claim(1, Height{1});
    CHECK(voter.status().peers ==
          std::vector{peer(node_0, true, 1), peer(node_1, false, 0), peer(node_2, false, 0), peer(observer, true, 9)});
    CHECK(voter.status().connected_validators == 2);
    CHECK_FALSE(voter.status().has_quorum);
    (void)voter.claim(2, Height{1});
    CHECK(voter.status().connected_validators == 3);
    CHECK(voter.status().has_quorum);
    CHECK_FALSE(voter.status().catching_up);  // one block may be on its way
    (void)voter.claim(2, Height{2});
    CHECK(voter.status().catching_up);
}

TEST_CASE("a node tells what waits in it, what it keeps for later, and the block that it has") {
    Voter voter;
    const TransactionPtr transaction = voter.registration(1, "x");
    (void)voter.hand_in(transaction, 1);
    CHECK(voter.status().pool_transactions == 1);
    CHECK(voter.status().pool_bytes == transaction->tx.raw().size());
    CHECK(voter.status().waiting_clients == 1);
    (void)voter.say(1, consensus::Prepare{.view = {}, .height = Height{2}, .hash = {}});
    CHECK(voter.status().votes_ahead == 1);
    (void)voter.fetch(voter.good);
    CHECK(voter.status().block_time == block_in(voter.good).header.time);
    CHECK(voter.status().block_hash == voter.good.certificate.hash);
    CHECK(voter.status().log_size == 2);
}

TEST_CASE("what a client hands in is told to all, though a peer told it before, and once") {
    Voter voter;
    const TransactionPtr transaction = voter.registration(1, "x");
    const Transactions told{.transactions = {{.bytes = transaction->tx.raw()}}};
    CHECK(messages_in<Transactions>(voter.hear(node_1, told)).empty());
    REQUIRE(voter.status().pool_transactions == 1);
    const std::vector<Transactions> again = messages_in<Transactions>(voter.hand_in(transaction, 1));
    REQUIRE(again.size() == 1);
    REQUIRE(again[0].transactions.size() == 1);
    CHECK(again[0].transactions[0].bytes == transaction->tx.raw());
    CHECK(messages_in<Transactions>(voter.hand_in(transaction, 2)).empty());
}

TEST_CASE("a validator that has left a view says so until the next one begins") {
    Voter voter;
    (void)voter.submit(1, "x");
    (void)voter.tick(consensus::Timing{}.timeout_first_max_ms);
    CHECK(voter.status().changing_view);
    CHECK(voter.status().view == 1);
    CHECK(voter.status().primary == node_1);
}

TEST_CASE("a block that is final is told with what it holds and where it was decided, and who is primary since") {
    Late late;
    const std::optional<FetchBlocks> question = late.question_to(node_0);
    REQUIRE(question);
    const auto blocks =
        all_of<BlockCommitted>(late.answer(node_0, *question, in_view(late.chain, late.good, consensus::View{2})));
    REQUIRE(blocks.size() == 1);
    const ledger::Block block = block_in(late.good);
    CHECK(blocks[0].height == Height{1});
    CHECK(blocks[0].hash == late.good.certificate.hash);
    CHECK(blocks[0].time == block.header.time);
    CHECK(blocks[0].transactions == 2);
    CHECK(blocks[0].bytes == block.transactions.at(0).bytes.size() + block.transactions.at(1).bytes.size());
    CHECK(blocks[0].epoch == 0);
    CHECK(blocks[0].view == 2);
    CHECK(blocks[0].caught_up);
    CHECK(late.node.replica().status().view == 2);
    CHECK(late.node.replica().status().primary == node_2);
}

TEST_CASE("whoever comes is told where this node stands, and the host that it has come, gone or votes") {
    Late late{sim::validator_name(3)};
    const std::vector<Action> comes = late.step(PeerUp{.peer = node_0});
    const Tip stands{.height = {},
                     .hash = late.node.replica().status().block_hash,
                     .votes = true,
                     .first = Height{1},
                     .snapshot = {}};
    CHECK(messages_in<Tip>(comes, node_0) == std::vector{stands});
    CHECK(all_of<StatusChanged>(comes).size() == 1);
    const auto changes_by = [&late](bool votes) {
        return all_of<StatusChanged>(late.hear(node_0, Tip{.height = {}, .hash = {}, .votes = votes})).size();
    };
    CHECK(changes_by(false) == 0);
    CHECK(changes_by(true) == 1);
    CHECK(changes_by(true) == 0);
    CHECK(changes_by(false) == 1);
    CHECK(all_of<StatusChanged>(late.step(PeerDown{.peer = node_0})).size() == 1);

    Late follower;
    CHECK(follower.node.replica().status().why.empty());
    const std::vector<Tip> tips = messages_in<Tip>(follower.step(PeerUp{.peer = node_0}), node_0);
    REQUIRE(tips.size() == 1);
    CHECK_FALSE(tips[0].votes);
}

TEST_CASE("all are told now and then where a node stands, and observers after each block that it decides") {
    Voter voter;
    const auto told = [](const std::vector<Action>& actions) {
        std::size_t count = 0;
        for (const ledger::MemberId& peer : {node_0, node_1, node_2, observer}) {
            count += messages_in<Tip>(actions, peer).size();
        }
        return count;
    };
    CHECK(told(voter.tick(tip_period_ms - 1)) == 0);
    CHECK(told(voter.tick(1)) == 4);
    CHECK(told(voter.tick(1)) == 0);
    const std::optional<FetchBlocks> question = voter.question_to(node_0);
    REQUIRE(question);
    CHECK(told(voter.answer(node_0, *question, voter.good)) == 0);
    const CertifiedBlock block = voter.fresh();
    (void)voter.propose(block);
    const std::vector<Action> decided = voter.decide(Height{2}, block.certificate.hash, {1, 2});
    REQUIRE(voter.status().height == Height{2});
    const std::vector<Tip> tips = messages_in<Tip>(decided, observer);
    REQUIRE(tips.size() == 1);
    CHECK(tips[0].height == Height{2});
    CHECK(tips[0].hash == block.certificate.hash);
    CHECK(told(decided) == 1);
}

TEST_CASE("a cosignature is told to all, and again after a while as long as others lack") {
    Voter voter;
    (void)voter.fetch(voter.good);
    CHECK(messages_in<Cosignature>(voter.tick(2 * cosign_window_ms), observer).size() == 1);
    CHECK(messages_in<Cosignature>(voter.tick(cosign_again_ms - 1)).empty());
    CHECK(messages_in<Cosignature>(voter.tick(1)).size() == 1);
    const std::vector<Action> fetched = voter.fetch(voter.fresh());
    for (const ledger::MemberId& peer : {node_0, node_2, observer}) {
        CHECK(messages_in<Cosignature>(fetched, peer).size() == 1);
    }
    CHECK(messages_in<Cosignature>(voter.tick(cosign_again_ms - 1)).empty());
    CHECK(messages_in<Cosignature>(voter.tick(1)).size() == 1);
    CHECK(messages_in<Cosignature>(voter.tick(cosign_again_ms - 1)).empty());
    const std::vector<Action> again = voter.tick(1);
    CHECK(messages_in<Cosignature>(again, observer).size() == 1);
    for (const SendTo& send : all_of<SendTo>(again)) {
        if (!messages_in<Cosignature>({Action{send}}).empty()) CHECK(send.lane == Lane::gossip);
    }
}

TEST_CASE("a node that is far behind neither cosigns nor writes snapshots until it has come nearer") {
    for (const std::uint64_t lag : {far_behind_blocks, far_behind_blocks + 1}) {
        CAPTURE(lag);
        Voter voter;
        voter.chain.bench.world.snapshots.every = 3;
        voter.begin_again();
        (void)voter.fetch(voter.good);
        const CertifiedBlock block = voter.fresh();
        const std::optional<FetchBlocks> question = question_in(voter.claim(2, Height{2 + lag}), node_0);
        REQUIRE(question);
        const std::vector<Action> actions = voter.answer(node_0, *question, block);
        const std::size_t expected = lag > far_behind_blocks ? 0 : 1;
        CHECK(all_of<WriteSnapshot>(actions).size() == expected);
        CHECK(messages_in<Cosignature>(actions).size() == expected);
    }
}

TEST_CASE("whoever comes again isn't answered what it had asked before it went") {
    for (const bool goes : {false, true}) {
        Voter voter;
        (void)voter.fetch(voter.good);
        std::vector<Event> events;
        for (std::size_t i = 0; i <= testing::answers_at_once; ++i) {
            events.emplace_back(
                PeerMessage{.peer = node_1, .message = FetchBlocks{.request = i, .from = Height{1}, .max = 1}});
        }
        CHECK(messages_in<Blocks>(voter.node.replica().step(std::move(events)), node_1).size() ==
              testing::answers_at_once);
        if (goes) {
            (void)voter.step(PeerDown{.peer = node_1});
            (void)voter.hear(node_1, FetchBlocks{.request = 0, .from = Height{1}, .max = 1});  // was on its way
            (void)voter.step(PeerUp{.peer = node_1});
        }
        CHECK(messages_in<Blocks>(voter.tick(1'000), node_1).size() == (goes ? 0 : 1));
    }
}

TEST_CASE("blocks are asked for of those that keep them, and snapshots of those that are there") {
    Late late;
    (void)late.step(PeerUp{.peer = node_0});
    (void)late.step(PeerUp{.peer = node_1});
    const Tip pruned{.height = Height{1}, .hash = {}, .votes = true, .first = Height{2}, .snapshot = Height{1}};
    const std::vector<Action> heard = late.hear(node_0, pruned);
    CHECK(messages_in<FetchBlocks>(heard).empty());
    CHECK(messages_in<FetchSnapshot>(heard, node_0).size() == 1);
    (void)late.step(PeerDown{.peer = node_0});
    CHECK(messages_in<FetchSnapshot>(late.hear(node_1, pruned), node_1).size() == 1);
}

TEST_CASE("a snapshot comes before blocks for as long as its manifest may take") {
    Late late;
    (void)late.step(PeerUp{.peer = node_0});
    const std::vector<Action> heard =
        late.hear(node_0, Tip{.height = Height{1}, .hash = {}, .votes = true, .first = {}, .snapshot = Height{1}});
    CHECK(messages_in<FetchSnapshot>(heard, node_0).size() == 1);
    CHECK(messages_in<FetchBlocks>(heard).empty());
    CHECK(messages_in<FetchBlocks>(late.tick(snapshot_offer_ms - 1)).empty());
    CHECK(messages_in<FetchBlocks>(late.tick(1), node_0).size() == 1);
}

TEST_CASE("one answer has no more blocks than may be, and none from below the first") {
    Late late;
    std::vector<CertifiedBlock> all{late.good};
    while (all.size() <= fetch_blocks_max) all.push_back(late.chain.next({std::to_string(all.size()).c_str()}));
    (void)late.step(PeerUp{.peer = node_0});
    const Height newest{all.size()};
    const std::vector<Action> asks = late.hear(node_0, Tip{.height = newest, .hash = {}, .votes = true});
    for (const FetchBlocks& question : messages_in<FetchBlocks>(asks, node_0)) {
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(question.from.value - 1);
        (void)late.hear(
            node_0, Blocks{.request = question.request, .from = question.from, .blocks = {from, from + question.max}});
    }
    REQUIRE(late.node.replica().status().height == newest);
    const auto counts = [&late](Height from) {
        std::vector<std::size_t> found;
        const auto actions = late.hear(node_0, FetchBlocks{.request = 7, .from = from, .max = UINT32_MAX});
        for (const Blocks& answer : messages_in<Blocks>(actions, node_0)) found.push_back(answer.blocks.size());
        return found;
    };
    CHECK(counts(Height{1}) == std::vector<std::size_t>{fetch_blocks_max});
    CHECK(counts(Height{0}) == std::vector<std::size_t>{0});
    CHECK(counts(newest) == std::vector<std::size_t>{1});
    CHECK(counts(newest.next()) == std::vector<std::size_t>{0});
    // Each block counts as the work that it makes.
    (void)late.step(PeerUp{.peer = node_1});
    std::vector<Event> events;
    for (std::size_t i = 0; i < 2 * testing::answers_at_once / fetch_blocks_max; ++i) {
        const FetchBlocks question{.request = i, .from = Height{1}, .max = fetch_blocks_max};
        events.emplace_back(PeerMessage{.peer = node_1, .message = question});
    }
    CHECK(messages_in<Blocks>(late.node.replica().step(std::move(events)), node_1).size() ==
          testing::answers_at_once / fetch_blocks_max);
}

}  // namespace datadeed::replica
