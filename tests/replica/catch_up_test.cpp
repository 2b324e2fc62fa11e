#include <algorithm>

#include "base/fields.h"
#include "consensus/config.h"
#include "ledger/cost.h"
#include "node/replica/limits.h"
#include "node/replica/proposal.h"
#include "tests/replica/late.h"
#include "tests/replica/skipped.h"
#include "tests/replica/solo.h"
#include "tests/replica/voter.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::Chain;
using datadeed::replica::testing::Late;
using datadeed::replica::testing::messages_in;
using datadeed::replica::testing::question_in;
using datadeed::replica::testing::Voter;

namespace {

std::size_t wrong_blocks(const std::vector<Action>& actions) {
    const std::vector<LogEvent> events = all_of<LogEvent>(actions);
    return static_cast<std::size_t>(
        std::ranges::count_if(events, [](const LogEvent& event) { return event.name == "peer.block_wrong"; }));
}

}  // namespace

TEST_CASE("a certified header with other transactions is no block: its sender is shunned, another is asked") {
    Late late;
    const ledger::MemberId liar = sim::validator_name(0);
    const std::optional<FetchBlocks> question = late.question_to(liar);
    REQUIRE(question);
    // Both are the members' own and signed; only their order is another than the header's.
    CertifiedBlock swapped = late.good;
    Result<ProposalPayload, cbor::DecodeError> payload = decode<ProposalPayload>(swapped.payload);
    REQUIRE(payload);
    std::swap(payload->block.transactions.at(0), payload->block.transactions.at(1));
    swapped.payload = encode(*payload);
    CHECK(wrong_blocks(late.answer(liar, *question, swapped)) == 1);
    CHECK(late.node.replica().status().height == Height{0});
    CHECK_FALSE(late.question_to(liar));

    const ledger::MemberId other = sim::validator_name(1);
    const std::optional<FetchBlocks> again = late.question_to(other);
    REQUIRE(again);
    CHECK(wrong_blocks(late.answer(other, *again, late.good)) == 0);
    CHECK(late.node.replica().status().height == Height{1});
}

TEST_CASE("the bytes of a final block are sent to the validator that names its hash, and nothing else is") {
    Late late{sim::validator_name(3)};
    const ledger::MemberId peer = sim::validator_name(0);
    const std::optional<FetchBlocks> question = late.question_to(peer);
    REQUIRE(question);
    (void)late.answer(peer, *question, late.good);
    REQUIRE(late.node.replica().status().height == Height{1});
    const auto bodies_for = [&late](const ledger::MemberId& asker, Height height, const Digest& hash) {
        return messages_in<Body>(late.hear(asker, FetchBody{.height = height, .hash = hash}), asker);
    };
    (void)late.node.replica().step(Event{PeerUp{.peer = sim::observer_name(0)}});
    const Digest& hash = late.good.certificate.hash;
    const std::vector<Body> bodies = bodies_for(peer, Height{1}, hash);
    REQUIRE(bodies.size() == 1);
    CHECK(bodies[0].height == Height{1});
    CHECK(bodies[0].hash == hash);
    CHECK(bodies[0].payload == late.good.payload);
    CHECK(bodies_for(peer, Height{1}, Digest{7}).empty());
    CHECK(bodies_for(peer, Height{0}, hash).empty());
    CHECK(bodies_for(peer, Height{2}, hash).empty());
    CHECK(bodies_for(sim::observer_name(0), Height{1}, hash).empty());
}

TEST_CASE("whoever asks for blocks gets as many as it asked for, in one answer") {
    Late late;
    const ledger::MemberId peer = sim::validator_name(0);
    const std::optional<FetchBlocks> question = late.question_to(peer, Height{3});
    REQUIRE(question);
    (void)late.hear(peer, Blocks{.request = question->request,
                                 .from = question->from,
                                 .blocks = {late.good, late.chain.next({"c"}), late.chain.next({"d"})}});
    REQUIRE(late.node.replica().status().height == Height{3});
    for (const std::uint32_t max : {1U, 2U, 8U}) {
        const std::vector<Action> actions = late.hear(peer, FetchBlocks{.request = 7, .from = Height{1}, .max = max});
        std::vector<std::size_t> counts;
        for (const Blocks& answer : messages_in<Blocks>(actions, peer)) counts.push_back(answer.blocks.size());
        CHECK(counts == std::vector<std::size_t>{std::min<std::size_t>(max, 3)});
    }
}

TEST_CASE("a proposal that doesn't fit gets no vote, and the log says why") {
    Late late{sim::validator_name(3)};
    const consensus::PrePrepare proposal{
        .view = {}, .height = Height{1}, .hash = late.good.certificate.hash, .payload = late.good.payload};
    const auto hear = [&] { return late.hear(sim::validator_name(0), Votes{.message = late.chain.sign(0, proposal)}); };
    for (std::size_t i = 0; i < 3; ++i) (void)late.node.replica().step(Event{PeerUp{.peer = sim::validator_name(i)}});
    // Its time is that of the genesis document.
    const std::vector<Action> actions = hear();
    CHECK(all_of<SendTo>(actions).empty());
    const std::vector<LogEvent> log = all_of<LogEvent>(actions);
    REQUIRE(log.size() == 1);
    CHECK(log[0].name == "proposal.refused");
    const std::vector<std::pair<std::string, std::string>> fields{
        {"height", "1"}, {"reason", "the block's time is too far from this node's clock"}};
    CHECK(log[0].fields == fields);
}

TEST_CASE("what lost against another transaction is refused once the chain rests, however many wait before it") {
    Late late{sim::validator_name(3)};
    const ledger::MemberId peer = sim::validator_name(0);
    for (std::uint64_t i = 0; i < review_after_block_max; ++i) (void)late.submit(i, "waits-" + std::to_string(i));
    (void)late.submit(1'000, "c");
    const std::optional<FetchBlocks> question = late.question_to(peer, Height{2});
    REQUIRE(question);
    (void)late.hear(
        peer,
        Blocks{.request = question->request, .from = question->from, .blocks = {late.good, late.chain.next({"c"})}});
    REQUIRE(late.node.replica().status().height == Height{2});
    const std::vector<Refused> refused = testing::answers<Refused>(late.tick(idle_ms));
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].refusal == ledger::Refusal::data_exists);
}

namespace {

bool leaves(const std::vector<Action>& actions) {
    return std::ranges::any_of(messages_in<Votes>(actions), [](const Votes& votes) {
        return consensus::kind_of(votes.message) == consensus::MessageKind::view_change;
    });
}

// How many blocks, each final sooner than the least timeout, a primary may make until it is left. The first is caught
// up with, the others as well or decided by votes.
std::uint64_t blocks_until_it_is_left(Voter& voter, std::uint64_t blocks_max) {
    for (std::uint64_t blocks = 0; blocks < blocks_max; ++blocks) {
        const std::string name = "block-" + std::to_string(blocks);
        const TimeMs now{sim::epoch_ms + voter.now_ms};
        const CertifiedBlock block = blocks == 0 ? voter.good : voter.chain.next({name.c_str()}, now);
        const Height height = block.certificate.height;
        bool left = false;
        if (blocks > 0) {
            left = leaves(voter.tick(200)) || leaves(voter.propose(block)) ||
                   leaves(voter.decide(height, block.certificate.hash, {1, 2}));
        } else {
            const std::optional<FetchBlocks> question = voter.question_to(testing::node_0, height);
            REQUIRE(question);
            left = leaves(voter.answer(testing::node_0, *question, block));
        }
        if (left) return blocks + 1;
        REQUIRE(voter.status().height == height);
    }
    return blocks_max;
}

TransactionPtr hand_in(Late& late, std::size_t owner, std::uint64_t nonce_ms, std::size_t registrations) {
    std::vector<ledger::Operation> operations;
    for (std::size_t i = 0; i < registrations; ++i) {
        const ledger::DatasetId data{std::to_string(owner) + "/" + std::to_string(i)};
        operations.emplace_back(ledger::RegisterData{.data = data, .title = "T", .type = "table", .commitment = {}});
    }
    const TransactionPtr transaction = sim::checked(
        late.chain.bench.world, sim::sign_order(late.chain.bench.world, {.owner = owner,
                                                                         .nonce_us = nonce_ms * 1000,
                                                                         .expires_ms = sim::epoch_ms + testing::hour_ms,
                                                                         .operations = std::move(operations)}));
    const std::uint64_t before = late.node.replica().status().pool_transactions;
    (void)late.hand_in(transaction, 1 + owner);
    REQUIRE(late.node.replica().status().pool_transactions == before + 1);
    return transaction;
}

}  // namespace

TEST_CASE("a primary is left for passing by a member's first transaction, not one behind the member's others") {
    const bool comes_before = GENERATE(true, false);
    constexpr std::uint64_t blocks_max = 20;
    Voter late;
    // All are of one member, and the blocks' nonces in between.
    (void)hand_in(late, 0, comes_before ? late.chain.bench.genesis().value - 1 : sim::epoch_ms + 60'000, 1);
    const std::uint64_t expected = comes_before ? consensus::Timing{}.fairness_blocks : blocks_max;
    CHECK(blocks_until_it_is_left(late, blocks_max) == expected);
}

TEST_CASE("blocks that all members' firsts may take don't count against a primary") {
    // The most counts that did at once: that it orders them takes nothing from what it was forgiven.
    const bool orders_them = GENERATE(false, true);
    constexpr std::size_t others = 22;
    Voter late{sim::validator_name(3), 2 + others};
    const std::uint64_t nonce_ms = late.chain.bench.genesis().value - 1;
    Mempool::Firsts firsts;
    for (std::size_t owner = 0; owner < 2 + others; ++owner) {
        // The blocks are of the second.
        if (owner == 1) continue;
        const TransactionPtr first = hand_in(late, owner, nonce_ms, owner == 0 ? 1 : ledger::operations_max);
        ++firsts.transactions;
        firsts.bytes += first->tx.raw().size();
        firsts.cost += ledger::block_cost(first->tx.content());
        if (owner == 0 || !orders_them) continue;
        REQUIRE(late.chain.bench.pool.add({.tx = first, .member = sim::owner_name(owner), .sound = true}));
    }
    const std::uint64_t forgiven = blocks_for_firsts(firsts, late.chain.bench.world.genesis.parameters);
    REQUIRE(forgiven >= 2);
    CHECK(blocks_until_it_is_left(late, 20) == consensus::Timing{}.fairness_blocks + forgiven);
    CHECK(late.node.replica().status().pool_transactions == (orders_them ? 1 : 1 + others));
}

TEST_CASE("who has gone is told nothing, whatever it had asked before") {
    Late late;
    const ledger::MemberId peer = sim::validator_name(0);
    const auto told = [&](std::vector<Action> actions) {
        return std::ranges::any_of(all_of<SendTo>(actions),
                                   [&](const SendTo& send) { return std::ranges::count(send.peers, peer) > 0; });
    };
    CHECK(told(late.node.replica().step(Event{PeerUp{.peer = peer}})));
    CHECK(told(late.hear(peer, FetchBlocks{.request = 7, .from = Height{1}, .max = 8})));
    (void)late.node.replica().step(Event{PeerDown{.peer = peer}});
    CHECK_FALSE(told(late.hear(peer, FetchBlocks{.request = 7, .from = Height{1}, .max = 8})));
}

TEST_CASE("a node that doesn't keep a block says so by an empty answer, and goes on") {
    Late late;
    const ledger::MemberId peer = sim::validator_name(0);
    (void)late.fetch(late.good);
    const auto blocks_for_peer = [&late, &peer] {
        const std::vector<Action> actions = late.hear(peer, FetchBlocks{.request = 7, .from = Height{1}, .max = 8});
        CHECK(all_of<Halt>(actions).empty());
        for (const Blocks& answer : messages_in<Blocks>(actions, peer)) return answer.blocks.size();
        return std::size_t{99};
    };
    CHECK(blocks_for_peer() == 1);
    testing::forget_first_block(late.node);
    late.tick(2'000);
    CHECK(blocks_for_peer() == 0);
}

TEST_CASE("a block that was fetched before the one below it came by votes is adopted right after that") {
    Chain chain;
    const std::vector<CertifiedBlock> blocks{chain.next({"a"}), chain.next({"b"})};
    sim::Node node{chain.bench.world, sim::validator_name(3)};
    REQUIRE(node.start());
    const auto hear = [&](const ledger::MemberId& peer, const WireMessage& message) {
        Result<PeerEvent, WireError> event = decode_and_verify(encode(message), *chain.bench.world.context);
        REQUIRE(event.has_value());
        return node.replica().step(Event{PeerMessage{.peer = peer, .message = std::move(*event)}});
    };
    std::uint64_t now_ms = 0;
    const auto tick = [&] {
        now_ms += 20;
        const TimeMs wall{chain.bench.genesis().value + now_ms};
        return node.replica().step(Event{Tick{.now = MonotonicMs{now_ms}, .wall = wall}});
    };
    const ledger::MemberId fast = sim::validator_name(1);
    const ledger::MemberId lost = sim::validator_name(2);
    (void)tick();
    for (const ledger::MemberId& peer : {sim::validator_name(0), fast, lost}) {
        (void)node.replica().step(Event{PeerUp{.peer = peer}});
    }
    // The question for the first block goes to one who never answers; the second is asked for elsewhere, and comes.
    (void)hear(lost, Tip{.height = Height{1}, .hash = {}, .votes = true});
    while (now_ms < 400) (void)tick();
    const std::optional<FetchBlocks> question =
        question_in(hear(fast, Tip{.height = Height{2}, .hash = {}, .votes = true}), fast);
    REQUIRE(question);
    REQUIRE(question->from == Height{2});
    (void)hear(fast, Blocks{.request = question->request, .from = question->from, .blocks = {blocks[1]}});
    CHECK(node.replica().status().height == Height{0});
    (void)hear(lost, Tip{.height = Height{9}, .hash = {}, .votes = true});

    // The first comes by votes.
    const consensus::CommitCertificate& certificate = blocks[0].certificate;
    const consensus::PrePrepare proposal{
        .view = {}, .height = Height{1}, .hash = certificate.hash, .payload = blocks[0].payload};
    const auto say = [&](std::uint32_t signer, const auto& vote) {
        return hear(sim::validator_name(signer), Votes{chain.sign(signer, vote)});
    };
    (void)say(0, proposal);
    const consensus::Commit commit{.view = {}, .height = Height{1}, .hash = certificate.hash};
    for (const std::uint32_t who : {1U, 2U}) {
        (void)say(who, consensus::Prepare{.view = {}, .height = Height{1}, .hash = certificate.hash});
    }
    (void)say(1, commit);
    SECTION("and stored") {
        (void)say(2, commit);
        CHECK(node.replica().status().height == Height{2});
    }
    SECTION("or the node stops, and asks for no more") {
        node.chain_disk().fail_after(1, chain::Fault::store_io);
        const std::vector<Action> last = say(2, commit);
        CHECK(node.replica().status().height == Height{1});
        CHECK(last.size() == 1);
        CHECK(all_of<Halt>(last).size() == 1);
    }
}

TEST_CASE("one peer's claim makes nobody catch up, nor does an observer's, and f + 1 validators' do") {
    Late late;
    const auto claim = [&late](const ledger::MemberId& peer) {
        (void)late.node.replica().step(Event{PeerUp{.peer = peer}});
        (void)late.hear(peer, Tip{.height = Height{UINT64_MAX}, .hash = {}});
        return late.node.replica().status().catching_up;
    };
    CHECK_FALSE(claim(ledger::MemberId{"observer-1"}));
    CHECK_FALSE(claim(sim::validator_name(0)));
    CHECK(claim(sim::validator_name(1)));
}

TEST_CASE("a quorum is of validators that are connected and say that they vote") {
    Late late;
    const auto says = [&late](std::size_t validator, bool votes) {
        (void)late.hear(sim::validator_name(validator), Tip{.height = {}, .hash = {}, .votes = votes});
        return late.node.replica().status().has_quorum;
    };
    for (std::size_t i = 0; i < 4; ++i) (void)late.node.replica().step(Event{PeerUp{.peer = sim::validator_name(i)}});
    CHECK_FALSE(late.node.replica().status().has_quorum);
    CHECK_FALSE(says(0, true));
    CHECK_FALSE(says(1, true));
    CHECK_FALSE(says(2, false));
    CHECK(says(3, true));
    CHECK(late.node.replica().status().connected_validators == 3);
    CHECK_FALSE(says(1, false));
    CHECK(says(1, true));
    (void)late.node.replica().step(Event{PeerDown{.peer = sim::validator_name(0)}});
    CHECK_FALSE(late.node.replica().status().has_quorum);
}

}  // namespace datadeed::replica
