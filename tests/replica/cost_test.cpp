#include <algorithm>

#include "chain/execute.h"
#include "ledger/cost.h"
#include "node/replica/admission.h"
#include "tests/replica/bench.h"
#include "tests/replica/late.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

// Whoever may send transactions may send hopeless ones that cost much. What trying them takes is bounded by budgets,
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
            admission.begin_budget();
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
        hall.admission.begin_budget();
        for (std::size_t i = 0; i < refused_at_once; ++i) CHECK(refused());
        const Admission::Verdict verdict = hall.admission.admit(hall.hopeless(), std::nullopt, hall.at(1'000));
        CHECK(std::get<Busy>(verdict) == Busy::too_much_at_once);
    }
}

TEST_CASE("what costs exactly what is left of a budget comes in") {
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

TEST_CASE("what one sender has tried in vain takes nothing from another's budget") {
    Hall hall;
    const auto tried = [&hall](const std::optional<ledger::MemberId>& name) {
        std::size_t count = 0;
        const auto peer = name ? std::optional{Admission::Peer{.name = *name}} : std::nullopt;
        while (std::holds_alternative<ledger::Refusal>(hall.admission.admit(hall.hopeless(), peer, hall.at(1)))) {
            ++count;
        }
        return count;
    };
    for (int turn = 0; turn < 2; ++turn) {
        hall.admission.begin_budget();
        CHECK(tried(std::nullopt) == refused_at_once);
        CHECK(tried(sim::validator_name(1)) == refused_at_once);
        CHECK(tried(sim::validator_name(2)) == refused_at_once);
        CHECK(tried(sim::validator_name(1)) == 0);
    }
}

TEST_CASE("each validator has a budget, all observers have one, and each of them a part of that") {
    Hall hall;
    // Twice as dear as one, which is no small one, and to be looked at.
    REQUIRE(cost_of(hopeless_operations(20)) > small_cost_max);
    const std::size_t cost = 2 * cost_of(hopeless_operations(20)) + 1;
    const auto tried = [&](std::size_t peer, bool observes) {
        const Admission::Peer teller{.name = observes ? sim::observer_name(peer) : sim::validator_name(peer),
                                     .observes = observes};
        std::size_t count = 0;
        while (std::holds_alternative<ledger::Refusal>(hall.admission.admit(hall.hopeless(20), teller, hall.at(1)))) {
            ++count;
        }
        return count;
    };
    const auto times = [cost](std::size_t most) { return (most - cost / 2) / cost + 1; };
    CHECK(tried(1, false) == times(admit_cost_max));
    CHECK(tried(0, true) == times(admit_observer_cost_max));
    CHECK(tried(0, true) == 0);
    std::size_t all = times(admit_observer_cost_max);
    for (std::size_t observer = 1; observer < 20; ++observer) all += tried(observer, true);
    CHECK(all == times(admit_cost_max));
    CHECK(tried(2, false) == times(admit_cost_max));
    hall.admission.begin_budget();
    CHECK(tried(30, true) == times(admit_observer_cost_max));
}

TEST_CASE("an observer's first may cost more than its part of the budget") {
    Hall hall;
    const Admission::Peer observer{.name = sim::observer_name(0), .observes = true};
    std::vector<ledger::Operation> dear(ledger::operations_max, ledger::RecordUses{.grant = {}, .count = 1});
    for (std::size_t i = 1; i < ledger::new_keys_max; ++i) {
        dear[i] = ledger::AddKey{.key = crypto::SecretKey::generate().public_key()};
    }
    REQUIRE(cost_of(dear) > admit_observer_cost_max);
    const auto admit = [&] {
        return hall.admission.admit(hall.bench.make(0, dear, hall.bench.genesis()), observer, hall.at(1));
    };
    CHECK(std::holds_alternative<ledger::Refusal>(admit()));
    CHECK(std::get<Busy>(admit()) == Busy::too_much_at_once);
}

TEST_CASE("what costs much in a message uses up no budget before what costs little") {
    Late late{sim::validator_name(1)};
    const sim::World& world = late.chain.bench.world;
    Transactions message;
    for (std::uint64_t i = 0; i < 2 * refused_at_once; ++i) {
        message.transactions.push_back({.bytes = sim::sign_order(world, {.owner = 1,
                                                                         .nonce_us = sim::epoch_ms * 1000 + i,
                                                                         .expires_ms = sim::epoch_ms + 60'000,
                                                                         .operations = hopeless_operations()})});
    }
    // Too dear for what is for small ones alone.
    std::vector<ledger::Operation> operations;
    for (std::size_t i = 0; i < 20; ++i) {
        operations.emplace_back(
            ledger::RegisterData{.data = ledger::DatasetId{std::to_string(i)}, .title = "T", .type = "table"});
    }
    REQUIRE(cost_of(operations) > small_cost_max);
    message.transactions.push_back({.bytes = sim::sign_order(world, {.owner = 0,
                                                                     .nonce_us = sim::epoch_ms * 1000,
                                                                     .expires_ms = sim::epoch_ms + 60'000,
                                                                     .operations = operations})});
    (void)late.hear(sim::validator_name(2), message);
    CHECK(late.node.replica().status().pool_transactions == 1);
}

TEST_CASE("what an observer spends beyond its part it owes") {
    Hall hall;
    const std::vector<ledger::Operation> dear = hopeless_operations();
    std::vector<ledger::Operation> dearest(ledger::operations_max, ledger::RecordUses{.grant = {}, .count = 1});
    for (std::size_t i = 1; i < ledger::new_keys_max; ++i) {
        dearest[i] = ledger::AddKey{.key = crypto::SecretKey::generate().public_key()};
    }
    const auto is_tried = [&](std::size_t observer, const std::vector<ledger::Operation>& operations) {
        const Admission::Peer peer{.name = sim::observer_name(observer), .observes = true};
        const TransactionPtr transaction = hall.bench.make(0, operations, hall.bench.genesis());
        return std::holds_alternative<ledger::Refusal>(hall.admission.admit(transaction, peer, hall.at(1)));
    };
    REQUIRE(is_tried(0, dearest));
    const std::size_t owed = 2 * cost_of(dearest) + 1;
    const std::size_t turns = owed / admit_observer_cost_max;
    REQUIRE(turns >= 1);
    for (std::size_t turn = 0; turn < turns; ++turn) {
        hall.admission.begin_budget();
        CHECK_FALSE(is_tried(0, dearest));
        CHECK(is_tried(1, dear));
    }
    hall.admission.begin_budget();
    CHECK(is_tried(0, dearest));
}

TEST_CASE("who has no vote has an observer's part") {
    Late late{sim::validator_name(1)};
    const sim::World& world = late.chain.bench.world;
    const auto tell = [&late](const ledger::MemberId& peer, const TransactionPtr& transaction) {
        (void)late.hear(peer, Transactions{.transactions = {{.bytes = transaction->tx.raw()}}});
        return late.node.replica().status().pool_transactions;
    };
    for (const ledger::MemberId& peer : {sim::observer_name(0), sim::validator_name(2)}) {
        for (std::uint64_t i = 0; i < admit_observer_cost_max / hopeless_cost; ++i) {
            const Bytes raw = sim::sign_order(world, {.owner = 1,
                                                      .nonce_us = sim::epoch_ms * 1000 + i,
                                                      .expires_ms = sim::epoch_ms + 60'000,
                                                      .operations = hopeless_operations()});
            CHECK(tell(peer, sim::checked(world, raw)) == 0);
        }
    }
    std::vector<ledger::Operation> sound;
    for (std::size_t i = 0; i < ledger::operations_max; ++i) {
        sound.emplace_back(
            ledger::RegisterData{.data = ledger::DatasetId{std::to_string(i)}, .title = "T", .type = "table"});
    }
    const TransactionPtr dear = sim::checked(world, sim::sign_order(world, {.owner = 0,
                                                                            .nonce_us = sim::epoch_ms * 1000,
                                                                            .expires_ms = sim::epoch_ms + 60'000,
                                                                            .operations = sound}));
    CHECK(tell(sim::observer_name(0), dear) == 0);
    CHECK(tell(sim::validator_name(2), dear) == 1);
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
    const Admission::Peer peer{.name = sim::validator_name(1)};
    const All told{known, dear, cheap, first, second};
    // While there's enough for all of them, nobody has to wait, and what follows from another stays behind it.
    CHECK(hall.admission.cheapest_signers_first(told, peer) == told);
    for (std::size_t i = 0; i < refused_at_once; ++i) (void)hall.admission.admit(hall.hopeless(), peer, hall.at(1));
    CHECK(hall.admission.cheapest_signers_first(told, peer) == All{first, second, dear, cheap, known});
    CHECK(hall.admission.cheapest_signers_first({}, peer).empty());
    // To the unit: each may cost twice what it does, and be looked for in two full quotas.
    const std::size_t each =
        2 * cost_of(hopeless_operations(1)) + 1 + 2 * pool_member_transactions_max / pool_looks_per_unit;
    const Admission::Peer other{.name = sim::validator_name(2)};
    All many;
    while ((many.size() + 2) * each <= admit_cost_max) many.push_back(hall.hopeless(1));
    const TransactionPtr last = hall.bench.make(1, hopeless_operations(1), hall.bench.genesis());
    many.push_back(last);
    CHECK(hall.admission.cheapest_signers_first(many, other).back() == last);
    many.insert(many.begin(), hall.hopeless(1));
    CHECK(hall.admission.cheapest_signers_first(many, other).front() == last);
}

TEST_CASE("to be turned away for want of room costs a peer its budget, a client nothing") {
    Bench bench;
    Mempool pool{{.member_transactions = 64}};
    Admission admission{*bench.executor, pool};
    const Admission::Moment now{.now_ms = 1, .wall = bench.genesis(), .unsettled = false};
    const Admission::Peer peer{.name = sim::validator_name(1)};
    for (std::size_t i = 0; i < 64; ++i) {
        REQUIRE(std::holds_alternative<Admission::Entered>(
            admission.admit(bench.registration(0, std::to_string(i), bench.genesis()), std::nullopt, now)));
        REQUIRE(pool.add({.tx = bench.registration(0, "told" + std::to_string(i), bench.genesis()),
                          .member = sim::owner_name(0),
                          .source = Source::peer,
                          .sound = true}));
    }
    const TransactionPtr more = bench.registration(0, "more", bench.genesis());
    std::size_t looked_at = 0;
    while (std::get<Busy>(admission.admit(more, peer, now)) == Busy::member_has_too_many) ++looked_at;
    constexpr std::size_t look = 1 + 128 / pool_looks_per_unit;
    // It is a small one.
    CHECK(looked_at == (admit_small_cost_max + look - 1) / look + (admit_cost_max + look - 1) / look);
    for (std::size_t i = 0; i < 2 * looked_at; ++i) {
        REQUIRE(std::get<Busy>(admission.admit(more, std::nullopt, now)) == Busy::member_has_too_many);
    }
}

TEST_CASE("dear ones that use up what may be tried turn nobody away whose transaction costs little") {
    Hall hall;
    const auto peer = GENERATE(std::optional<Admission::Peer>{}, Admission::Peer{.name = sim::validator_name(1)});
    // For a peer, to be looked at costs a unit.
    const std::size_t look = peer ? 1 : 0;
    const auto tried = [&hall, &peer](std::size_t operations) {
        std::size_t count = 0;
        while (count < admit_cost_max && std::holds_alternative<ledger::Refusal>(
                                             hall.admission.admit(hall.hopeless(operations), peer, hall.at(1)))) {
            ++count;
        }
        return count;
    };
    const std::size_t small = (small_cost_max - ledger::transaction_base_cost) / 7;
    REQUIRE(cost_of(hopeless_operations(small)) <= small_cost_max);
    REQUIRE(cost_of(hopeless_operations(small + 1)) > small_cost_max);
    CHECK(tried(ledger::operations_max) == (admit_cost_max + hopeless_cost) / (2 * hopeless_cost + look));
    CHECK(tried(small + 1) == 0);
    const std::size_t twice = 2 * cost_of(hopeless_operations(small)) + look;
    CHECK(tried(small) == (admit_small_cost_max + twice - 1) / twice);
    hall.admission.begin_budget();
    // When their own part is used up they have what all have.
    CHECK(tried(small) > admit_cost_max / twice);
    CHECK(tried(ledger::operations_max) == 0);
    hall.admission.begin_budget();
    CHECK(tried(small) > admit_cost_max / twice);
}

TEST_CASE("a replica's budget begins with the time") {
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
    // A node's time comes with whatever wakes it.
    (void)solo.tick(tick_period_ms - 1);
    CHECK(answers<NotTaken>(solo.submit(solo.make(0, hopeless_operations()))).size() == 1);
    (void)solo.tick(1);
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

TEST_CASE("what stood behind as much as may be tried in vain waits for a tick, not for consensus to be told again") {
    // All want what only the first of them gets, and each has much done before that is found out. Consensus asks for a
    // block when it begins, when that is decided, and when it's told of work thereafter.
    constexpr std::size_t members = 68;
    Solo solo{0, members};
    std::vector<std::size_t> in_turn;
    for (std::size_t owner = 0; owner < members; ++owner) in_turn.push_back(owner);
    std::ranges::sort(in_turn, {}, [](std::size_t owner) { return sim::owner_name(owner); });
    std::vector<Event> events;
    for (std::size_t turn = 0; turn < members; ++turn) {
        std::vector<ledger::Operation> operations;
        const auto add = [&operations](const std::string& name) {
            operations.emplace_back(
                ledger::RegisterData{.data = ledger::DatasetId{name}, .title = "T", .type = "table"});
        };
        for (std::size_t i = 1; i < ledger::operations_max; ++i) add(std::to_string(turn) + "/" + std::to_string(i));
        add("wanted");
        const std::size_t cost_in_vain = 2 * cost_of(operations);
        // As much again as the first block tries: to its tip all apply.
        REQUIRE(members * cost_in_vain > 2 * build_cost_max + 10 * cost_in_vain);
        REQUIRE(members * cost_in_vain < 3 * build_cost_max);
        const bool is_last = turn + 1 == members;
        const TransactionPtr transaction =
            is_last ? solo.registration(in_turn[turn], "patient") : solo.make(in_turn[turn], operations);
        // In one step, but in ticks of its own: as much as may be tried comes in from one to the next.
        if (turn % 10 == 0) {
            solo.now_ms += tick_period_ms;
            events.emplace_back(solo.time());
        }
        events.emplace_back(SubmitTransaction{.transaction = transaction, .token = RequestToken{is_last ? 1U : 2U}});
    }
    const auto is_in = [](const std::vector<Action>& actions) {
        const std::vector<Reply> replies = testing::all_of<Reply>(actions);
        return std::ranges::any_of(replies, [](const Reply& reply) {
            return reply.token == RequestToken{1} && std::holds_alternative<Committed>(reply.outcome);
        });
    };
    const auto actions = solo.node.replica().step(std::move(events));
    CHECK_FALSE(is_in(actions));
    CHECK(solo.node.replica().status().pool_transactions > 1);
    CHECK(is_in(solo.tick(tick_period_ms)));
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
