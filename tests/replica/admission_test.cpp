#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::answers;
using datadeed::replica::testing::Solo;

TEST_CASE("a transaction that applies is accepted and then final, with its place") {
    Solo solo;
    const TransactionPtr transaction = solo.registration(0, "a");
    const std::vector<Action> actions = solo.submit(transaction);
    CHECK(answers<Accepted>(actions).size() == 1);
    const std::vector<Committed> committed = answers<Committed>(actions);
    REQUIRE(committed.size() == 1);
    CHECK(committed[0].tx == transaction->tx.id());
    CHECK(committed[0].height == Height{1});
    CHECK(committed[0].log_index == 0);
    CHECK(solo.node.replica().status().pool_transactions == 0);
}

TEST_CASE("a hopeless transaction is refused at once with the ledger's code and changes nothing") {
    Solo solo;
    const std::vector<Action> actions = solo.submit(solo.offer(0, "nowhere", 1));
    const std::vector<Refused> refused = answers<Refused>(actions);
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].refusal == ledger::Refusal::data_not_found);
    CHECK(solo.node.replica().status().height == Height{0});
    CHECK(solo.node.replica().status().pool_transactions == 0);
}

TEST_CASE("a transaction that is final already is answered with its place, not refused") {
    Solo solo;
    const TransactionPtr transaction = solo.registration(0, "a");
    (void)solo.submit(transaction);
    (void)solo.submit(solo.registration(1, "b"));
    const std::vector<Committed> again = answers<Committed>(solo.submit(transaction));
    REQUIRE(again.size() == 1);
    CHECK(again[0].height == Height{1});
    CHECK(solo.node.replica().status().height == Height{2});
}

TEST_CASE("a member may send what depends on its own earlier transaction without waiting for it") {
    Solo solo;
    std::vector<Event> events;
    events.emplace_back(SubmitTransaction{.transaction = solo.registration(0, "a"), .token = RequestToken{1}});
    events.emplace_back(SubmitTransaction{.transaction = solo.offer(0, "a", 1), .token = RequestToken{2}});
    const std::vector<Action> actions = solo.node.replica().step(std::move(events));
    CHECK(answers<Committed>(actions).size() == 2);
    CHECK(solo.node.replica().status().height == Height{1});
}

TEST_CASE("of two transactions that exclude each other one is final and the other is refused, and none stays behind") {
    Solo solo;
    std::vector<Event> events;
    events.emplace_back(SubmitTransaction{.transaction = solo.registration(0, "same"), .token = RequestToken{1}});
    events.emplace_back(SubmitTransaction{.transaction = solo.registration(1, "same"), .token = RequestToken{2}});
    std::vector<Action> actions = solo.node.replica().step(std::move(events));
    for (int i = 0; i < 20; ++i) {
        for (Action& action : solo.tick(20)) actions.push_back(std::move(action));
    }
    CHECK(answers<Committed>(actions).size() == 1);
    const std::vector<Refused> refused = answers<Refused>(actions);
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].refusal == ledger::Refusal::data_exists);
    CHECK(solo.node.replica().status().pool_transactions == 0);
}

TEST_CASE("an expired transaction is refused as such") {
    Solo solo;
    const TransactionPtr transaction = solo.make(
        0, {ledger::RegisterData{.data = ledger::DatasetId{"late"}, .title = "T", .type = "t", .commitment = {}}}, 5);
    (void)solo.tick(1'000);
    const std::vector<Refused> refused = answers<Refused>(solo.submit(transaction));
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].refusal == ledger::Refusal::tx_expired);
}

TEST_CASE("a client that gave up gets no answer, and its transaction is ordered all the same") {
    Solo solo;
    std::vector<Event> events;
    events.emplace_back(SubmitTransaction{.transaction = solo.registration(0, "a"), .token = RequestToken{7}});
    events.emplace_back(ForgetRequest{.token = RequestToken{7}});
    const std::vector<Action> actions = solo.node.replica().step(std::move(events));
    CHECK(answers<Committed>(actions).empty());
    CHECK(solo.node.replica().status().height == Height{1});
}

TEST_CASE("many transactions of one step make one block") {
    Solo solo;
    std::vector<Event> events;
    for (std::uint64_t i = 0; i < 200; ++i) {
        events.emplace_back(SubmitTransaction{.transaction = solo.registration(i % 3, "d" + std::to_string(i)),
                                              .token = RequestToken{i + 1}});
    }
    const std::vector<Action> actions = solo.node.replica().step(std::move(events));
    CHECK(answers<Committed>(actions).size() == 200);
    const std::vector<BlockCommitted> blocks = all_of<BlockCommitted>(actions);
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0].transactions == 200);
}

}  // namespace datadeed::replica
