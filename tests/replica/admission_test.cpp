#include "node/replica/admission.h"

#include <algorithm>

#include "ledger/cost.h"
#include "tests/replica/door.h"
#include "tests/replica/late.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::answers;
using datadeed::replica::testing::Door;
using datadeed::replica::testing::Solo;

namespace {

using Dropped = Admission::Dropped;

}  // namespace

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

TEST_CASE("what is in the pool already isn't taken in twice") {
    Door door;
    const TransactionPtr transaction = door.registration(0, "a");
    CHECK(door.enters(transaction, true));
    CHECK(std::holds_alternative<Admission::AlreadyIn>(door.admit(transaction)));
    CHECK(door.pool.size() == 1);
}

TEST_CASE("what rests on what has entered before is sound, and so are two that exclude each other") {
    Door door;
    CHECK(door.enters(door.registration(0, "a"), true));
    CHECK(door.enters(door.offer(0, "a", 1), true));
    CHECK(door.enters(door.acceptance(1, "a"), true));
    CHECK(door.enters(door.registration(2, "a"), true));
}

TEST_CASE("what doesn't apply waits only if a block or an earlier transaction of the same member may change that") {
    Door door;
    CHECK(door.refusal_of(door.offer(1, "nowhere", 2)) == ledger::Refusal::data_not_found);
    CHECK(door.pool.size() == 0);
    CHECK(door.enters(door.offer(1, "nowhere", 2), false, true));
    CHECK(door.enters(door.offer(1, "nowhere", 2), false));
    CHECK(door.refusal_of(door.offer(2, "nowhere", 1)) == ledger::Refusal::data_not_found);
}

TEST_CASE("a used nonce, or one below the window, is refused for good, whatever may come") {
    Door door;
    const TransactionPtr below = door.bench.registration(0, "below", TimeMs{door.bench.genesis().value - 1});
    const TransactionPtr used = door.registration(0, "used");
    door.bench.add(used);
    while (door.bench.pool.size() < door.bench.world.genesis.parameters.nonce_window) {
        door.bench.add("d" + std::to_string(door.bench.pool.size()), door.bench.genesis());
    }
    (void)door.chain.next({});
    CHECK(door.enters(door.registration(0, "a"), true));
    CHECK(door.refusal_of(used, true) == ledger::Refusal::tx_nonce_used);
    CHECK(door.refusal_of(below, true) == ledger::Refusal::tx_nonce_below_window);
    CHECK(door.pool.size() == 1);
}

TEST_CASE("a key that nobody has is refused; when blocks are on their way that may bring it, it waits") {
    Door door;
    CHECK(door.refusal_of(door.registration(5, "a")) == ledger::Refusal::key_not_found);
    CHECK(door.enters(door.registration(5, "a"), false, true));
    CHECK(door.pool.size_of(ledger::MemberId{}) == 1);
}

TEST_CASE("a key that was added with the last block signs for the next") {
    Door door;
    const std::size_t added = 3;  // no owner has it yet
    door.bench.add(door.bench.make(0, ledger::AddKey{.key = sim::owner_key(added).public_key()}, door.bench.genesis()));
    (void)door.chain.next({});
    CHECK(door.enters(door.registration(added, "a"), true));
    CHECK(door.enters(door.offer(added, "a", 1), true));
    CHECK(door.enters(door.registration(1, "b"), true));
    CHECK(door.enters(door.registration(added, "b"), true));
}

TEST_CASE("so many transactions are tried on one trial state, then it is begun anew from the tip") {
    Door door;
    const TransactionPtr hopeless = door.offer(1, "nowhere", 2);
    const auto try_in_vain = [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            door.admission.begin_budget();
            REQUIRE(door.refusal_of(hopeless) == ledger::Refusal::data_not_found);
        }
    };
    CHECK(door.enters(door.registration(0, "a"), true));
    try_in_vain(trial_transactions_max - 2);
    CHECK(door.enters(door.offer(0, "a", 1), true));
    // The trial is over, and with it what has entered.
    CHECK(door.enters(door.offer(0, "a", 2), false));
    CHECK(door.enters(door.registration(2, "b"), true));
    CHECK(door.enters(door.offer(2, "b", 0), true));
}

TEST_CASE("what waited for a block is sound once the block is there") {
    Door door;
    const TransactionPtr offer = door.offer(0, "a", 1);
    CHECK(door.enters(offer, false, true));
    door.pass_block("a");
    CHECK(door.admission.review(door.moment(), false).empty());
    CHECK(door.pool.sound() == 1);
    CHECK(door.pool.find(offer->tx.id())->checked == Height{1});
}

TEST_CASE("what waits in vain is dropped with its refusal when two blocks have passed, and not before") {
    Door door;
    const TransactionPtr hopeless = door.offer(1, "nowhere", 2);
    CHECK(door.enters(hopeless, false, true));
    door.pass_block("a");
    CHECK(door.admission.review(door.moment(true), false).empty());
    CHECK(door.pool.find(hopeless->tx.id())->checked == Height{1});
    door.pass_block("b");
    CHECK(door.admission.review(door.moment(true), false) ==
          Dropped{{hopeless->tx.id(), ledger::Refusal::data_not_found}});
    CHECK(door.pool.size() == 0);
}

TEST_CASE("what waits in vain is dropped at once when nothing is on its way that could help it") {
    Door door;
    const TransactionPtr hopeless = door.offer(1, "nowhere", 2);
    CHECK(door.enters(hopeless, false, true));
    CHECK(door.admission.review(door.moment(true), false).empty());
    const TransactionPtr other = door.registration(2, "b");
    CHECK(door.enters(other, true));
    CHECK(door.admission.review(door.moment(), false).empty());
    REQUIRE(door.pool.remove(other->tx.id()));
    CHECK(door.admission.review(door.moment(), false) == Dropped{{hopeless->tx.id(), ledger::Refusal::data_not_found}});
}

TEST_CASE(
    "a sound one that lost against another is found when two blocks have passed it by, or at once on an idle chain") {
    for (const bool idle : {false, true}) {
        CAPTURE(idle);
        Door door;
        const TransactionPtr loser = door.registration(1, "a");
        CHECK(door.enters(loser, true));
        CHECK(door.admission.review(door.moment(), idle).empty());
        door.pass_block("a");
        const Dropped lost{{loser->tx.id(), ledger::Refusal::data_exists}};
        CHECK(door.admission.review(door.moment(), idle) == (idle ? lost : Dropped{}));
        CHECK(door.pool.sound() == (idle ? 0 : 1));
        door.pass_block("b");
        CHECK(door.admission.review(door.moment(), idle) == (idle ? Dropped{} : lost));
        CHECK(door.pool.size() == 0);
    }
}

TEST_CASE("so many of the oldest are looked at again after a block, and more on an idle chain") {
    Door door;
    std::vector<ledger::TxId> ids;
    for (std::size_t i = 0; i < review_after_block_max + 2; ++i) {
        const TransactionPtr transaction = door.registration(1, "d" + std::to_string(i));
        CHECK(door.enters(transaction, true));
        ids.push_back(transaction->tx.id());
    }
    door.pass_block("a");
    door.pass_block("b");
    const auto looked_at = [&] {
        const auto is_seen = [&](const auto& id) { return door.pool.find(id)->checked == Height{2}; };
        return static_cast<std::size_t>(std::ranges::count_if(ids, is_seen));
    };
    CHECK(door.admission.review(door.moment(), false).empty());
    CHECK(looked_at() == review_after_block_max);
    CHECK(door.pool.find(ids.back())->checked == Height{0});
    CHECK(door.admission.review(door.moment(), true).empty());
    CHECK(looked_at() == review_after_block_max + 2);
}

TEST_CASE("what has expired is found in a review, sound or not, and named once") {
    for (const bool sound : {true, false}) {
        CAPTURE(sound);
        Door door;
        const TransactionPtr late = sound ? door.registration(1, "a") : door.offer(1, "nowhere", 2);
        CHECK(door.enters(late, sound, !sound));
        Admission::Moment moment = door.moment();
        moment.wall = late->tx.content().expires;
        if (sound) CHECK(door.admission.review(moment, false).empty());
        ++moment.wall.value;
        CHECK(door.admission.review(moment, false) == Dropped{{late->tx.id(), ledger::Refusal::tx_expired}});
        CHECK(door.pool.size() == 0);
    }
}

TEST_CASE("what time has ended is found at rest, before anybody can blame the primary for not ordering it") {
    Door door;
    door.pass_block("a");
    CHECK(door.admission.review(door.after(0), true).empty());
    const TransactionPtr late = door.appointment("a", TimeMs{door.bench.genesis().value + trial_lives_ms - 1});
    const TransactionPtr other = door.registration(2, "b");
    CHECK(door.enters(late, true));
    CHECK(door.enters(other, true));
    CHECK(door.admission.review(door.after(trial_lives_ms - 1), true).empty());
    CHECK(door.pool.sound() == 2);
    const Dropped none = door.admission.review(door.after(trial_lives_ms), false);
    CHECK(none.empty());
    CHECK(door.pool.sound() == 2);
    CHECK(door.admission.review(door.after(trial_lives_ms), true).empty());
    CHECK(door.pool.sound() == 1);
    REQUIRE(door.pool.find(late->tx.id()) != nullptr);
    CHECK_FALSE(door.pool.find(late->tx.id())->sound);
    REQUIRE(door.pool.remove(other->tx.id()));
    CHECK(door.admission.review(door.after(trial_lives_ms + 1), true) ==
          Dropped{{late->tx.id(), ledger::Refusal::manager_until_passed}});
}

TEST_CASE("at rest so much is tried anew as a review may cost, the oldest first") {
    const auto dear = [](Door& door, std::size_t number) {
        std::vector<ledger::Operation> operations;
        for (std::size_t k = 0; k < ledger::operations_max; ++k) {
            const ledger::DatasetId data{std::to_string(number) + "/" + std::to_string(k)};
            operations.emplace_back(ledger::RegisterData{.data = data, .title = "T", .type = "table"});
        }
        return door.bench.make(2, std::move(operations), door.bench.genesis());
    };
    Door first;
    const std::size_t cost = ledger::applying_cost(dear(first, 0)->tx.content());
    const std::size_t at_once = (review_cost_max + cost - 1) / cost;
    for (const std::size_t before : {at_once - 1, at_once}) {
        Door door;
        door.pass_block("a");
        for (std::size_t i = 0; i < before; ++i) CHECK(door.enters(dear(door, i), true));
        const TimeMs soon{door.bench.genesis().value + trial_lives_ms - 1};
        CHECK(door.enters(door.appointment("a", soon), true));
        CHECK(door.admission.review(door.after(trial_lives_ms), true).empty());
        CHECK(door.pool.sound() == (before == at_once ? before + 1 : before));
    }
}

TEST_CASE("at rest the trial begins anew with the time, and holds what waits") {
    Door door;
    door.pass_block("a");
    CHECK(door.enters(door.registration(2, "b"), true));
    CHECK(door.admission.review(door.after(trial_lives_ms), true).empty());
    const TransactionPtr late = door.appointment("a", TimeMs{door.bench.genesis().value + trial_lives_ms});
    CHECK(std::get<ledger::Refusal>(door.admission.admit(late, std::nullopt, door.after(trial_lives_ms))) ==
          ledger::Refusal::manager_until_passed);
    CHECK(door.enters(door.offer(2, "b", 1), true));
}

TEST_CASE("what has left the pool doesn't count as having entered") {
    Door door;
    door.pass_block("a");
    CHECK(door.admission.review(door.after(trial_lives_ms), true).empty());
    const TransactionPtr loser = door.registration(1, "b");
    CHECK(door.enters(loser, true));
    Admission::Moment moment = door.after(trial_lives_ms);
    moment.wall = TimeMs{loser->tx.content().expires.value + 1};
    REQUIRE(door.admission.review(moment, false).size() == 1);
    CHECK(door.refusal_of(door.offer(1, "b", 2)) == ledger::Refusal::data_not_found);
}

TEST_CASE(
    "what a block of this node's refused is tried on the tip: what applies there keeps its age, else it's no work") {
    Door door;
    const TransactionPtr loser = door.registration(1, "a");
    const TransactionPtr patient = door.registration(2, "c");
    CHECK(door.enters(loser, true));
    CHECK(door.enters(patient, true));
    for (const TransactionPtr& each : {loser, patient}) door.pool.find(each->tx.id())->offered_ms = 500;
    door.pass_block("a");
    for (const TransactionPtr& each : {loser, patient}) door.admission.note_refused(each->tx.id(), door.after(1));
    door.pool.restart_ages(2'000, Height{});
    CHECK_FALSE(door.pool.find(loser->tx.id())->sound);
    CHECK(door.pool.find(patient->tx.id())->sound);
    CHECK(door.pool.find(patient->tx.id())->offered_ms == 500);
    const Result<Executor::Built, chain::Error> built = door.bench.executor->build(door.pool, door.bench.genesis());
    REQUIRE((built && built->block != nullptr));
    CHECK(built->block->block->transactions.size() == 1);
    CHECK(built->refused.empty());
}

TEST_CASE("what was refused before, and is again behind others, isn't tried in a block on that state any more") {
    Door door;
    const TransactionPtr waiting = door.offer(1, "a", 2);
    CHECK(door.enters(waiting, false, true));
    door.pass_block("b");
    const auto refused = [&door] {
        const auto built = door.bench.executor->build(door.pool, door.bench.genesis());
        REQUIRE(built.has_value());
        CHECK(built->block == nullptr);
        return built->refused.size();
    };
    CHECK(refused() == 1);
    door.admission.note_refused(waiting->tx.id(), door.after(1));
    CHECK(refused() == 0);
    CHECK_FALSE(door.pool.find(waiting->tx.id())->refused_ms);
}

}  // namespace datadeed::replica
