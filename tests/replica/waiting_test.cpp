#include "base/fields.h"
#include "chain/keys.h"
#include "consensus/config.h"
#include "node/replica/limits.h"
#include "node/replica/proposal.h"
#include "tests/replica/voter.h"
#include "tests/support/catch.h"

// What clients hand in to a whole replica, until it is final or refused.

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::answers;
using datadeed::replica::testing::messages_in;
using datadeed::replica::testing::node_0;
using datadeed::replica::testing::node_1;
using datadeed::replica::testing::Solo;
using datadeed::replica::testing::Voter;
using datadeed::replica::testing::votes_in;

namespace {

struct Hoping : Voter {
    using Voter::Voter;
    std::vector<Action> hand_in_signed(const crypto::SecretKey& key, ledger::Operation operation) {
        ++number;
        const Bytes raw = ledger::sign_transaction(chain.bench.world.chain(),
                                                   {.nonce = ledger::Nonce{(sim::epoch_ms + now_ms) * 1000 + number},
                                                    .expires = TimeMs{sim::epoch_ms + now_ms + testing::hour_ms},
                                                    .operations = {std::move(operation)}},
                                                   key);
        return hand_in(sim::checked(chain.bench.world, raw), number);
    }
    // Whether who hands in what doesn't apply is told so at once: another member each time, since one may wait for what
    // is its own.
    [[nodiscard]] bool refuses_at_once() {
        const ledger::TransferOffer hopeless{
            .data = ledger::DatasetId{"nowhere"}, .to = sim::owner_name(0), .share = ledger::ShareBp{100}};
        return answers<Refused>(hand_in_signed(sim::node_member_key(number % 5), hopeless)).size() == 1;
    }
    std::uint64_t number{1'000};
};

}  // namespace

TEST_CASE("what a client hands in is told to all validators in that step, and again after a while") {
    Hoping node;
    const auto tellings = [](const std::vector<Action>& actions) {
        CHECK(messages_in<Transactions>(actions, sim::observer_name(0)).empty());
        CHECK(messages_in<Transactions>(actions, node_1).size() == messages_in<Transactions>(actions, node_0).size());
        return messages_in<Transactions>(actions, node_0).size();
    };
    CHECK(tellings(node.submit(1, "x")) == 1);
    CHECK(tellings(node.tick(gossip_again_ms - 1)) == 0);
    CHECK(tellings(node.tick(1)) == 1);
    CHECK(tellings(node.tick(1)) == 0);
}

TEST_CASE("what a peer told is passed on to the primary after a moment, unless the primary has told it too") {
    Hoping node;
    const auto told = [&node](const ledger::MemberId& peer, std::uint64_t number) {
        const TransactionPtr transaction = node.registration(number, "x-" + std::to_string(number));
        (void)node.hear(peer, Transactions{.transactions = {{.bytes = transaction->tx.raw()}}});
    };
    told(node_1, 1);
    told(node_1, 2);
    told(node_0, 2);
    CHECK(messages_in<Transactions>(node.tick(gossip_pass_on_ms - 1)).empty());
    const std::vector<Action> actions = node.tick(1);
    const auto passed_on = messages_in<Transactions>(actions, node_0);
    REQUIRE(passed_on.size() == 1);
    CHECK(passed_on[0].transactions.size() == 1);
    CHECK(messages_in<Transactions>(actions, node_1).empty());
}

TEST_CASE("so many clients wait as may, and the next one is told to come again later") {
    Hoping node;
    const TransactionPtr transaction = node.registration(1, "x");
    std::vector<Event> events;
    for (std::uint64_t token = 1; token <= waiting_clients_max; ++token) {
        events.emplace_back(SubmitTransaction{.transaction = transaction, .token = RequestToken{token}});
    }
    CHECK(answers<Accepted>(node.node.replica().step(std::move(events))).size() == waiting_clients_max);
    CHECK(node.status().waiting_clients == waiting_clients_max);
    const std::vector<Action> actions = node.hand_in(transaction, waiting_clients_max + 1);
    CHECK(answers<Accepted>(actions).empty());
    const std::vector<NotTaken> not_taken = answers<NotTaken>(actions);
    REQUIRE(not_taken.size() == 1);
    CHECK(not_taken[0].reason == Busy::too_many_waiting);
    CHECK(not_taken[0].tx == transaction->tx.id());
    (void)node.step(ForgetRequest{.token = RequestToken{1}});
    CHECK(answers<Accepted>(node.hand_in(transaction, waiting_clients_max + 2)).size() == 1);
}

TEST_CASE("what no block can hold any more is refused, though blocks are missing here") {
    constexpr std::uint64_t lives_ms = 1'000;
    Hoping node;
    (void)node.claim(2, Height{5});
    (void)node.hand_in(node.registration(1, "x", lives_ms), 1);
    REQUIRE(node.status().pool_transactions == 1);
    CHECK(answers<Refused>(node.tick(lives_ms + block_ahead_max_ms)).empty());
    const std::vector<Refused> refused = answers<Refused>(node.tick(1));
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].refusal == ledger::Refusal::tx_expired);
    CHECK(node.status().pool_transactions == 0);
}

TEST_CASE("what doesn't apply is refused at once, unless certified blocks are missing here") {
    Hoping node;
    CHECK(node.refuses_at_once());
    (void)node.claim(1, Height{5});
    CHECK(node.refuses_at_once());  // one may lie
    (void)node.claim(2, Height{0});
    CHECK(node.refuses_at_once());
    (void)node.claim(2, Height{1});
    CHECK_FALSE(node.refuses_at_once());
}

TEST_CASE("what doesn't apply waits while a proposal is being decided, and no longer") {
    Hoping node;
    (void)node.fetch(node.good);
    const CertifiedBlock next = node.fresh();
    CHECK(node.refuses_at_once());
    (void)node.propose(next);
    CHECK_FALSE(node.refuses_at_once());
    SECTION("since it settles nothing any more") {
        CHECK(answers<Refused>(node.tick(proposal_settles_ms - 1)).empty());
        CHECK(answers<Refused>(node.tick(1)).size() == 1);
    }
    SECTION("since it was decided") {
        // What waited for it is looked at again in that step.
        CHECK(answers<Refused>(node.decide(Height{2}, next.certificate.hash, {1, 2})).size() == 1);
        REQUIRE(node.status().height == Height{2});
        CHECK(node.refuses_at_once());
    }
}

TEST_CASE(
    "what lost against a block isn't refused while the blocks after that are missing, nor before the chain rests") {
    Hoping node;
    for (std::uint64_t i = 0; i < review_after_block_max; ++i) (void)node.submit(i, "waits-" + std::to_string(i));
    (void)node.submit(1'000, "c");
    const std::optional<FetchBlocks> question = node.question_to(node_0, Height{2});
    REQUIRE(question);
    const CertifiedBlock second = node.chain.next({"c"});
    (void)node.hear(node_0,
                    Blocks{.request = question->request, .from = question->from, .blocks = {node.good, second}});
    REQUIRE(node.status().height == Height{2});
    CHECK(answers<Refused>(node.tick(idle_ms - 1)).empty());
    SECTION("none is") {
        CHECK(answers<Refused>(node.tick(1)).size() == 1);
    }
    SECTION("one is") {
        (void)node.claim(2, Height{3});
        CHECK(answers<Refused>(node.tick(1)).empty());
        CHECK(answers<Refused>(node.tick(idle_ms)).empty());
    }
}

TEST_CASE("a primary's block goes out by the lane of blocks, and what doesn't apply waits for it") {
    Hoping node{node_0};
    CHECK(node.refuses_at_once());
    const std::vector<Action> actions = node.submit(1, "x");
    CHECK(votes_in<consensus::PrePrepare>(actions).size() == 1);
    for (const SendTo& send : all_of<SendTo>(actions)) {
        const bool is_proposal = !votes_in<consensus::PrePrepare>({Action{send}}).empty();
        const bool is_told = !messages_in<Transactions>({Action{send}}).empty();
        CHECK(send.lane == (is_proposal ? Lane::blocks : is_told ? Lane::gossip : Lane::votes));
    }
    CHECK_FALSE(node.refuses_at_once());
}

TEST_CASE("what its next block can't hold a primary refuses in that step, and it proposes what comes after") {
    Hoping node{node_0};
    const std::vector<consensus::PrePrepare> first = votes_in<consensus::PrePrepare>(node.submit(1, "x"));
    REQUIRE(first.size() == 1);
    CHECK(answers<Accepted>(node.submit(2, "x")).size() == 1);  // it may still come before the other
    const std::vector<Action> decided = node.decide(Height{1}, first[0].hash, {1, 2});
    REQUIRE(node.status().height == Height{1});
    const std::vector<Refused> refused = answers<Refused>(decided);
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].refusal == ledger::Refusal::data_exists);
    CHECK(votes_in<consensus::PrePrepare>(decided).empty());
    CHECK(votes_in<consensus::PrePrepare>(node.submit(3, "y")).size() == 1);
}

TEST_CASE("of two that exclude each other the one that a block left out is refused with the block") {
    Solo solo;
    std::vector<Event> events;
    events.emplace_back(SubmitTransaction{.transaction = solo.registration(0, "same"), .token = RequestToken{1}});
    events.emplace_back(SubmitTransaction{.transaction = solo.registration(1, "same"), .token = RequestToken{2}});
    const std::vector<Action> actions = solo.node.replica().step(std::move(events));
    CHECK(answers<Committed>(actions).size() == 1);
    CHECK(answers<Refused>(actions).size() == 1);
}

TEST_CASE("a client is told where in the log its transaction stands, and a second one where it stands already") {
    Solo solo;
    std::vector<Event> events;
    std::vector<TransactionPtr> all;
    for (std::uint64_t i = 0; i < 3; ++i) {
        all.push_back(solo.registration(0, "d" + std::to_string(i)));
        events.emplace_back(SubmitTransaction{.transaction = all.back(), .token = RequestToken{i + 1}});
    }
    (void)solo.submit(solo.registration(1, "before"));
    const std::vector<Reply> replies = all_of<Reply>(solo.node.replica().step(std::move(events)));
    std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
    for (const Reply& reply : replies) {
        const auto* committed = std::get_if<Committed>(&reply.outcome);
        if (committed == nullptr) continue;
        CHECK(committed->tx == all.at(reply.token.value - 1)->tx.id());
        CHECK(committed->height == Height{2});
        CHECK(committed->time == solo.node.replica().status().block_time);
        places.emplace_back(reply.token.value, committed->log_index);
    }
    CHECK(places == std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1, 1}, {2, 2}, {3, 3}});
    const std::vector<Committed> again = answers<Committed>(solo.submit(all.at(1)));
    REQUIRE(again.size() == 1);
    CHECK(again[0].log_index == 2);
    CHECK(again[0].time == solo.node.replica().status().block_time);
}

TEST_CASE("what a block from elsewhere holds waits no more, and what it excludes is refused at once") {
    Hoping node;
    const ledger::Block block = decode<ProposalPayload>(node.good.payload).value().block;
    const TransactionPtr pending = sim::checked(node.chain.bench.world, block.transactions.at(1).bytes);
    CHECK(answers<Accepted>(node.hand_in(pending, 1)).size() == 1);
    const std::vector<Committed> committed = answers<Committed>(node.fetch(node.good));
    REQUIRE(committed.size() == 1);
    CHECK(committed[0].tx == pending->tx.id());
    CHECK(committed[0].log_index == 1);
    CHECK(node.status().pool_transactions == 0);
    CHECK(node.status().waiting_clients == 0);
    const ledger::RegisterData taken{.data = ledger::DatasetId{"a"}, .title = "T", .type = "table", .commitment = {}};
    const std::vector<Refused> refused = answers<Refused>(node.hand_in_signed(sim::owner_key(1), taken));
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].refusal == ledger::Refusal::data_exists);
}

TEST_CASE(
    "no primary is left for what a right that has ended doesn't cover any more, whether it waited or comes late") {
    Hoping node;
    (void)node.fetch(node.good);
    const auto appoint = [&node](std::uint64_t lives_ms) {
        const ledger::AppointManager operation{
            .data = ledger::DatasetId{"a"},
            .manager = sim::owner_name(1),
            .scope = {
                .purposes = {}, .operations = {}, .until = TimeMs{sim::epoch_ms + node.now_ms + lives_ms}, .uses = {}}};
        return node.hand_in_signed(sim::owner_key(0), operation);
    };
    CHECK(answers<Accepted>(appoint(trial_lives_ms)).size() == 1);
    std::size_t refused = 0;
    for (std::uint64_t ms = 0; ms < 4 * consensus::Timing{}.timeout_min_ms; ms += tick_period_ms) {
        const std::vector<Action> actions = node.tick(tick_period_ms);
        CHECK(votes_in<consensus::ViewChange>(actions).empty());
        refused += answers<Refused>(actions).size();
    }
    CHECK(refused == 1);
    CHECK(answers<Refused>(appoint(0)).size() == 1);
}

TEST_CASE("what depends on what has expired is refused at once") {
    constexpr std::uint64_t lives_ms = 1'000;
    Hoping node;
    (void)node.hand_in(node.registration(1, "x", lives_ms), 1);
    (void)node.tick(lives_ms + block_ahead_max_ms + 1);
    REQUIRE(node.status().pool_transactions == 0);
    const ledger::TransferOffer offer{
        .data = ledger::DatasetId{"x"}, .to = sim::owner_name(1), .share = ledger::ShareBp{100}};
    const std::vector<Refused> refused = answers<Refused>(node.hand_in_signed(sim::owner_key(0), offer));
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].refusal == ledger::Refusal::data_not_found);
}

TEST_CASE("a node that can't say where a final transaction stands stops, and doesn't refuse it") {
    Solo solo;
    const TransactionPtr transaction = solo.registration(0, "a");
    (void)solo.submit(transaction);
    REQUIRE(solo.node.chain_disk().content().erase(chain::keys::of(chain::keys::header, 1)) == 1);
    const std::vector<Action> actions = solo.submit(transaction);
    const std::vector<Halt> halts = all_of<Halt>(actions);
    REQUIRE(halts.size() == 1);
    CHECK(halts[0].code == chain::code(chain::Fault::chain_damaged));
    CHECK(all_of<Reply>(actions).empty());
}

}  // namespace datadeed::replica
