#include <algorithm>

#include "chain/execute.h"
#include "ledger/cost.h"
#include "node/replica/admission.h"
#include "tests/replica/bench.h"
#include "tests/replica/late.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

// Whoever may send transactions may send hopeless ones that cost much. What trying them takes is bounded in each turn,
// and none is tried again and again on a state that refused it: votes wait behind all of that.

namespace datadeed::replica {
using datadeed::replica::testing::answers;
using datadeed::replica::testing::Bench;
using datadeed::replica::testing::Late;
using datadeed::replica::testing::Solo;

namespace {

std::vector<ledger::Operation> hopeless_operations(std::size_t count = ledger::operations_max) {
    const ledger::TransferOffer nowhere{
        .data = ledger::DatasetId{"nowhere"}, .to = sim::owner_name(1), .share = ledger::ShareBp{100}};
    return std::vector<ledger::Operation>(count, nowhere);
}

std::size_t cost_of(std::vector<ledger::Operation> operations) {
    return ledger::applying_cost({.nonce = {}, .expires = {}, .operations = std::move(operations)});
}

// Of a hopeless one, and how many are tried until they have cost so much.
const std::size_t hopeless_cost = cost_of(hopeless_operations());
// Each is tried twice, the last of them as long as there's room for it once.
const std::size_t refused_at_once = (admit_cost_max + hopeless_cost) / (2 * hopeless_cost);
std::size_t tried_within(std::size_t cost) {
    return (cost + hopeless_cost - 1) / hopeless_cost;
}

struct Hall {
    [[nodiscard]] Admission::Moment at(std::uint64_t now_ms, bool unsettled = false) const {
        return {.now_ms = now_ms, .wall = bench.genesis(), .unsettled = unsettled};
    }
    TransactionPtr hopeless(std::size_t operations = ledger::operations_max) {
        return bench.make(0, hopeless_operations(operations), bench.genesis());
    }
    // Each waits, refused, while something sound keeps it from being dropped.
    void let_wait(const std::vector<std::size_t>& operations, std::uint64_t now_ms) {
        const TransactionPtr sound = bench.registration(1, "sound", bench.genesis());
        REQUIRE(std::holds_alternative<Admission::Entered>(admission.admit(sound, std::nullopt, at(now_ms))));
        for (const std::size_t count : operations) {
            admission.begin_turn();
            waiting.push_back(hopeless(count));
            REQUIRE(std::holds_alternative<Admission::Entered>(
                admission.admit(waiting.back(), std::nullopt, at(now_ms, true))));
        }
    }
    void let_wait(std::size_t count, std::uint64_t now_ms) {
        let_wait(std::vector<std::size_t>(count, ledger::operations_max), now_ms);
    }
    // Of those, how many a review tried.
    std::size_t tried(std::uint64_t now_ms) {
        CHECK(admission.review(at(now_ms), true).empty());
        return static_cast<std::size_t>(std::ranges::count_if(
            waiting, [&](const TransactionPtr& tx) { return pool.find(tx->tx.id())->refused_ms == now_ms; }));
    }

    Bench bench;
    Mempool pool;
    Admission admission{*bench.executor, pool};
    std::vector<TransactionPtr> waiting{};
};

}  // namespace

TEST_CASE("what was refused on a state is tried on it no more for a while, and refused for the same reason") {
    Hall hall;
    hall.let_wait(3, 1'000);
    CHECK(hall.tried(1'000 + trial_lives_ms - 1) == 0);
    CHECK(hall.tried(1'000 + trial_lives_ms) == 3);
    CHECK(hall.tried(1'000 + 2 * trial_lives_ms - 1) == 0);
    for (const TransactionPtr& waiting : hall.waiting) {
        CHECK(hall.pool.find(waiting->tx.id())->refusal == ledger::Refusal::data_not_found);
    }
}

TEST_CASE("a review ends with what makes up all that it may cost, to the unit") {
    std::vector<std::size_t> operations(14, 37);
    operations.push_back(35);
    std::size_t cost = 0;
    for (const std::size_t count : operations) cost += cost_of(hopeless_operations(count));
    REQUIRE(cost == review_cost_max);
    operations.push_back(1);
    Hall hall;
    hall.let_wait(operations, 1'000);
    CHECK(hall.tried(2'000) == 15);
    CHECK(hall.tried(2'001) == 1);
}

TEST_CASE("a review tries what it may cost, and the rest the next time, those first that wait longest") {
    const std::size_t at_once = tried_within(review_cost_max);
    Hall hall;
    hall.let_wait(at_once + 5, 1'000);
    CHECK(hall.tried(2'000) == at_once);
    CHECK(hall.tried(2'001) == 5);
    CHECK(hall.tried(2'002) == 0);
}

TEST_CASE("so much comes in at once as may be tried, each refusal twice as dear; the rest is to come again") {
    Hall hall;
    const auto refused = [&hall] {
        return std::holds_alternative<ledger::Refusal>(
            hall.admission.admit(hall.hopeless(), std::nullopt, hall.at(1'000)));
    };
    for (int turn = 0; turn < 2; ++turn) {
        hall.admission.begin_turn();
        for (std::size_t i = 0; i < refused_at_once; ++i) CHECK(refused());
        const Admission::Verdict verdict = hall.admission.admit(hall.hopeless(), std::nullopt, hall.at(1'000));
        CHECK(std::get<Busy>(verdict) == Busy::too_much_at_once);
    }
}

TEST_CASE("what costs exactly what is left of a turn comes in") {
    constexpr std::size_t refusals = 17;
    Hall hall;
    for (std::size_t i = 0; i < refusals; ++i) (void)hall.admission.admit(hall.hopeless(), std::nullopt, hall.at(1));
    const auto registrations = [](const std::string& name) {
        std::vector<ledger::Operation> operations;
        for (std::size_t i = 0; i < 34; ++i) {
            const ledger::DatasetId data{name + "/" + std::to_string(i)};
            operations.emplace_back(ledger::RegisterData{.data = data, .title = "T", .type = "table"});
        }
        return operations;
    };
    REQUIRE(admit_cost_max == 2 * refusals * hopeless_cost + 2 * cost_of(registrations("a")));
    const auto enters = [&](const std::string& name) {
        const TransactionPtr sound = hall.bench.make(1, registrations(name), hall.bench.genesis());
        return std::holds_alternative<Admission::Entered>(hall.admission.admit(sound, std::nullopt, hall.at(1)));
    };
    for (const char* name : {"a", "b"}) CHECK(enters(name));
    CHECK_FALSE(enters("c"));
}

TEST_CASE("what one sender has tried in vain takes nothing from another's part of a turn") {
    Hall hall;
    const auto tried = [&hall](const std::optional<ledger::MemberId>& peer) {
        std::size_t count = 0;
        while (std::holds_alternative<ledger::Refusal>(hall.admission.admit(hall.hopeless(), peer, hall.at(1)))) {
            ++count;
        }
        return count;
    };
    for (int turn = 0; turn < 2; ++turn) {
        hall.admission.begin_turn();
        CHECK(tried(std::nullopt) == refused_at_once);
        CHECK(tried(sim::validator_name(1)) == refused_at_once);
        CHECK(tried(sim::validator_name(2)) == refused_at_once);
        CHECK(tried(sim::validator_name(1)) == 0);
    }
}

TEST_CASE("each validator has a part of a turn, and all observers have one") {
    Late late{sim::validator_name(0)};
    const sim::World& world = late.chain.bench.world;
    const auto tell = [&late](const ledger::MemberId& peer, const TransactionPtr& transaction) {
        (void)late.hear(peer, Transactions{.transactions = {{.bytes = transaction->tx.raw()}}});
        return late.node.replica().status().pool_transactions;
    };
    const auto hopeless = [&world](std::uint64_t number) {
        return sim::checked(world, sim::sign_order(world, {.owner = 0,
                                                           .nonce_us = sim::epoch_ms * 1000 + number,
                                                           .expires_ms = sim::epoch_ms + 60'000,
                                                           .operations = hopeless_operations()}));
    };
    for (std::size_t i = 0; i < refused_at_once; ++i) CHECK(tell(sim::observer_name(0), hopeless(i)) == 0);
    const TransactionPtr sound = late.registration(999, "a");
    CHECK(tell(sim::observer_name(0), sound) == 0);
    CHECK(tell(sim::observer_name(1), sound) == 0);
    CHECK(tell(sim::validator_name(1), sound) == 1);
    (void)late.tick(20);
    CHECK(tell(sim::observer_name(1), late.registration(998, "b")) == 2);
}

TEST_CASE("of a message that is tried first which is new, and whose signer makes least work in it") {
    Hall hall;
    const TransactionPtr known = hall.bench.registration(1, "known", hall.bench.genesis());
    REQUIRE(hall.pool.add({.tx = known, .member = sim::owner_name(1), .sound = true}));
    const TransactionPtr dear = hall.hopeless();
    const TransactionPtr cheap = hall.hopeless(1);
    const TransactionPtr first = hall.bench.make(1, hopeless_operations(2), hall.bench.genesis());
    const TransactionPtr second = hall.bench.make(1, hopeless_operations(1), hall.bench.genesis());
    using All = std::vector<TransactionPtr>;
    CHECK(hall.admission.in_turns({known, dear, cheap, first, second}) == All{first, second, dear, cheap, known});
    CHECK(hall.admission.in_turns({}).empty());
}

TEST_CASE("the turn of a replica begins with the time") {
    Solo solo;
    std::vector<Event> events;
    for (std::size_t i = 0; i <= refused_at_once; ++i) {
        events.emplace_back(
            SubmitTransaction{.transaction = solo.make(0, hopeless_operations()), .token = RequestToken{100 + i}});
    }
    const std::vector<Action> actions = solo.node.replica().step(std::move(events));
    CHECK(answers<Refused>(actions).size() == refused_at_once);
    REQUIRE(answers<NotTaken>(actions).size() == 1);
    CHECK(answers<NotTaken>(actions)[0].reason == Busy::too_much_at_once);
    CHECK(answers<NotTaken>(solo.submit(solo.make(0, hopeless_operations()))).size() == 1);
    (void)solo.tick(20);
    CHECK(answers<Committed>(solo.submit(solo.registration(1, "a"))).size() == 1);
}

TEST_CASE("for one block so much is tried in vain as it may cost, and what applies goes in all the same") {
    const std::size_t at_once = tried_within(build_refused_cost_max);
    Bench bench;
    (void)bench.add("sound", bench.genesis());
    for (std::size_t i = 0; i < at_once + 5; ++i) {
        const TransactionPtr hopeless = bench.make(0, hopeless_operations(), bench.genesis());
        REQUIRE(bench.pool.add({.tx = hopeless, .member = sim::owner_name(1), .checked = Height{7}, .sound = false}));
    }
    const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE((built && built->block != nullptr));
    CHECK(built->refused.size() == at_once);
    CHECK(built->block->block->block.transactions.size() == 1);
}

TEST_CASE("a block that costs too much isn't carried out, whoever certified it") {
    Bench bench;
    const TransactionPtr usual = bench.registration(0, "a", bench.genesis());
    const auto refusal = [&](std::size_t count) {
        const std::vector<chain::TransactionRef> all(count, usual->tx);
        return chain::execute(bench.committer->base(), {.height = Height{1}, .time = bench.genesis()}, all, {}).error();
    };
    const std::size_t most = ledger::block_cost_max / ledger::block_cost(usual->tx.content());
    CHECK(refusal(most) == ledger::Refusal::tx_nonce_used);
    CHECK(refusal(most + 1) == ledger::Refusal::block_costs_too_much);
}

}  // namespace datadeed::replica
