#include <algorithm>
#include <ranges>

#include "ledger/cost.h"
#include "node/replica/admission.h"
#include "node/replica/limits.h"
#include "tests/replica/door.h"
#include "tests/support/catch.h"

// What one member may have waiting, and what a primary is held to order of it.

namespace datadeed::replica {
using datadeed::replica::testing::Door;

TEST_CASE("who has filled its part of the pool is turned away before anything is executed, and others aren't") {
    Door door{{.member_transactions = 1}};
    CHECK(door.enters(door.registration(0, "a"), true));
    CHECK(door.turned_away(door.offer(0, "a", 1)) == Busy::member_has_too_many);
    CHECK(door.refusal_of(door.acceptance(1, "a")) == ledger::Refusal::data_not_found);
    CHECK(door.enters(door.registration(1, "b"), true));
    const std::vector<ledger::Operation> many(
        ledger::operations_max,
        ledger::TransferOffer{.data = ledger::DatasetId{"a"}, .to = sim::owner_name(1), .share = ledger::ShareBp{1}});
    const TransactionPtr dear = door.bench.make(0, many, door.bench.genesis());
    for (std::size_t i = 0; i <= admit_cost_max / ledger::applying_cost(dear->tx.content()); ++i) {
        REQUIRE(door.turned_away(dear) == Busy::member_has_too_many);
    }
}

TEST_CASE("what a peer tells displaces what peers told after it, if it applies; what clients handed in stays") {
    Door door{{.member_transactions = 1}};
    const auto tell = [&door](const TransactionPtr& transaction) {
        return door.admission.admit(transaction, door.peer, door.moment());
    };
    const TransactionPtr first = door.registration(0, "first");
    const TransactionPtr hopeless = door.acceptance(0, "nowhere");
    const TransactionPtr second = door.registration(0, "second");
    const TransactionPtr third = door.registration(0, "third");
    CHECK(door.enters(second, true));
    CHECK(std::holds_alternative<Admission::Entered>(tell(third)));
    CHECK(std::holds_alternative<Admission::AlreadyIn>(tell(second)));
    CHECK(std::get<Busy>(tell(hopeless)) == Busy::member_has_too_many);
    CHECK(std::holds_alternative<Admission::Entered>(tell(first)));
    CHECK(door.pool.find(third->tx.id()) == nullptr);
    CHECK(std::get<Busy>(tell(third)) == Busy::member_has_too_many);
    // A client is told that it's in only if it may stay.
    CHECK(door.turned_away(first) == Busy::member_has_too_many);
    REQUIRE(door.pool.remove(second->tx.id()));
    CHECK(std::holds_alternative<Admission::AlreadyIn>(door.admit(first)));
    CHECK(std::holds_alternative<Admission::Entered>(tell(third)));
    CHECK(door.pool.find(first->tx.id()) != nullptr);
}

TEST_CASE("what was displaced is no longer in the trial state, and what found no room never is") {
    Door door{{.member_transactions = 1}};
    const TransactionPtr first = door.registration(0, "first");
    const TransactionPtr gone = door.registration(0, "gone");
    REQUIRE(std::holds_alternative<Admission::Entered>(door.admission.admit(gone, door.peer, door.moment())));
    REQUIRE(std::holds_alternative<Admission::Entered>(door.admission.admit(first, door.peer, door.moment())));
    CHECK(door.enters(door.offer(0, "gone", 1), false));
    const TransactionPtr outside = door.registration(0, "outside");
    REQUIRE(std::get<Busy>(door.admission.admit(outside, door.peer, door.moment())) == Busy::member_has_too_many);
    REQUIRE(door.pool.remove(first->tx.id()));
    CHECK(std::holds_alternative<Admission::Entered>(
        door.admission.admit(door.offer(0, "outside", 1), door.peer, door.moment(true))));
    CHECK(door.pool.sound() == 0);
}

TEST_CASE("an age begins anew with a block that has the member's before it, whether this node knew it or not") {
    Door door;
    const TransactionPtr unknown = door.registration(0, "unknown");
    const TransactionPtr known = door.registration(0, "known");
    const TransactionPtr waits = door.registration(0, "waits");
    REQUIRE(door.enters(known, true));
    REQUIRE(door.enters(waits, true));
    door.pool.set_sound(*door.pool.find(known->tx.id()), false);
    door.pool.find(waits->tx.id())->offered_ms = 1;
    const auto offered_ms = [&door](std::uint64_t now) { return door.pool.oldest_sound(now, Height{})->offered_ms; };
    REQUIRE(offered_ms(2) == 2);
    door.admission.note_ordered(*unknown);
    CHECK(offered_ms(3) == 3);
    door.admission.note_ordered(*known);
    CHECK(offered_ms(4) == 4);
    CHECK(door.pool.find(known->tx.id()) == nullptr);
    door.admission.note_ordered(*door.registration(1, "another's"));
    CHECK(offered_ms(5) == 4);
    door.admission.note_ordered(*waits);
    CHECK(door.pool.size() == 0);
    door.admission.note_ordered(*waits);
}

TEST_CASE("who is turned away for want of room is told whose room it is") {
    Door few{{.transactions = 1}};
    CHECK(few.enters(few.registration(0, "a"), true));
    CHECK(few.turned_away(few.registration(1, "b")) == Busy::pool_full);
    Door narrow{{.member_bytes = 10}};
    CHECK(narrow.turned_away(narrow.registration(0, "a")) == Busy::member_has_too_many);
}

TEST_CASE("a primary is held to what applies to the tip, however long ago it was found to") {
    Door door;
    const auto hand_in = [&door](const TransactionPtr& transaction, std::uint64_t offered_ms) {
        REQUIRE(door.enters(transaction, true));
        door.pool.find(transaction->tx.id())->offered_ms = offered_ms;
    };
    hand_in(door.registration(0, "a"), 1'000);
    hand_in(door.registration(1, "b"), 1'001);
    const auto oldest = [&door](std::uint64_t ms) {
        const Pending* const found = door.admission.oldest_waiting(door.after(ms));
        return found == nullptr ? ledger::MemberId{} : found->member;
    };
    CHECK(oldest(0) == sim::owner_name(0));
    // Another transaction has taken what the first wants.
    door.pass_block("a");
    CHECK(oldest(age_tried_ms - 1) == sim::owner_name(0));
    CHECK(door.pool.sound() == 2);
    CHECK(oldest(age_tried_ms) == sim::owner_name(1));
    CHECK(door.pool.sound() == 1);
    CHECK(oldest(age_tried_ms + 1) == sim::owner_name(1));
    door.pass_block("b");
    CHECK(oldest(age_tried_ms + 1) == ledger::MemberId{});
}

TEST_CASE("what is tried before a primary is held to anything is bounded, and then it is held to nothing") {
    Door door;
    const std::vector<ledger::Operation> many(
        ledger::operations_max, ledger::TransferWithdraw{.data = ledger::DatasetId{"a"}, .to = sim::owner_name(1)});
    const std::size_t cost = ledger::applying_cost({.nonce = {}, .expires = {}, .operations = many});
    for (std::size_t i = 0; i <= review_cost_max / cost + 1; ++i) {
        REQUIRE(door.pool.add({.tx = door.bench.make(0, many, door.bench.genesis()),
                               .member = ledger::MemberId{std::to_string(i)},
                               .offered_ms = 1,
                               .checked = Height{7},
                               .sound = true}));
    }
    const std::size_t before = door.pool.sound();
    CHECK(door.admission.oldest_waiting(door.after(age_tried_ms)) == nullptr);
    CHECK(before - door.pool.sound() == review_cost_max / cost + 1);
}

TEST_CASE("to look for what a primary is held to costs something for each that waits") {
    Door door{{.member_transactions = 5'000}};
    const std::size_t waiting = 3'000;
    for (std::size_t i = 0; i < waiting; ++i) {
        REQUIRE(door.pool.add({.tx = door.acceptance(0, "nowhere"),
                               .member = ledger::MemberId{std::to_string(i)},
                               .offered_ms = 1,
                               .checked = Height{7},
                               .sound = true}));
    }
    const std::size_t cost = ledger::applying_cost(door.acceptance(0, "nowhere")->tx.content());
    CHECK(door.admission.oldest_waiting(door.after(age_tried_ms)) == nullptr);
    CHECK(waiting - door.pool.sound() == review_cost_max / (cost + waiting / pool_looks_per_unit) + 1);
}

TEST_CASE("a primary is held to what alone costs all that may be tried, too") {
    Door door;
    std::vector<ledger::Operation> many;
    for (std::size_t i = 0; many.size() < ledger::operations_max; ++i) {
        many.emplace_back(
            ledger::RegisterData{.data = ledger::DatasetId{std::to_string(i)}, .title = "T", .type = "table"});
    }
    const std::size_t cost = ledger::applying_cost({.nonce = {}, .expires = {}, .operations = many});
    std::size_t tried = 0;
    for (std::size_t i = 0; tried < review_cost_max; ++i, tried += cost) {
        // Each but the last is refused, since it was there before.
        std::vector<ledger::Operation> all = many;
        if (tried + cost < review_cost_max) all.back() = all.front();
        REQUIRE(door.pool.add({.tx = door.bench.make(0, std::move(all), door.bench.genesis()),
                               .member = ledger::MemberId{std::to_string(i)},
                               .offered_ms = i + 1,
                               .checked = Height{7},
                               .sound = true}));
    }
    const Pending* const found = door.admission.oldest_waiting(door.after(age_tried_ms));
    REQUIRE(found != nullptr);
    CHECK(found->sound);
    CHECK(door.pool.sound() == 1);
}

TEST_CASE("what was nobody's is its member's as soon as the key is, and has no age yet") {
    Door door;
    const TransactionPtr early = door.registration(0, "early");
    REQUIRE(door.pool.add({.tx = early, .member = {}, .offered_ms = 1'000, .sound = false}));
    door.pass_block("b");
    CHECK(door.admission.review(door.after(0), true).empty());
    const Pending* const found = door.pool.find(early->tx.id());
    REQUIRE(found != nullptr);
    CHECK(found->sound);
    CHECK(found->member == sim::owner_name(0));
    CHECK(found->offered_ms == 0);
    CHECK(door.pool.size_of(ledger::MemberId{}) == 0);
    CHECK(door.pool.usage_of(sim::owner_name(0), Source::client).transactions == 1);
    CHECK(door.admission.oldest_waiting(door.after(0)) == found);
}

TEST_CASE("of what would displace others so much of each peer is tried as its part of the time allows") {
    Door door{{.member_transactions = 1}};
    REQUIRE(door.pool.add(
        {.tx = door.registration(0, "unsound"), .member = sim::owner_name(0), .source = Source::peer, .sound = false}));
    const TransactionPtr hopeless = door.acceptance(0, "nowhere");
    const std::size_t cost = ledger::applying_cost(hopeless->tx.content());
    const auto tried = [&](std::size_t peer, std::uint64_t ms) {
        std::size_t count = 0;
        const auto tell = [&] {
            door.admission.begin_budget();
            return std::get<Busy>(
                door.admission.admit(hopeless, Admission::Peer{.name = sim::validator_name(peer)}, door.after(ms)));
        };
        while (count <= displacing_saved_ms * 1'000 && tell() == Busy::member_has_too_many) ++count;
        return count;
    };
    const std::size_t saved = displacing_saved_ms * 1'000 / (displacing_time_parts * cost) + 1;
    CHECK(tried(1, 0) == saved);
    CHECK(tried(1, 0) == 0);
    CHECK(tried(2, 0) == saved);
    constexpr std::uint64_t later_ms = 50;
    const std::size_t more = tried(1, later_ms);
    CHECK(more <= later_ms * 1'000 / (displacing_time_parts * cost) + 1);
    CHECK(more + 1 >= later_ms * 1'000 / (displacing_time_parts * cost));
    // What has slept for long has saved up no more.
    CHECK(tried(1, 3'600'000) == saved);
}

TEST_CASE("what displaces others and applies may come as often as it likes") {
    Door door{{.member_transactions = 1}};
    std::vector<TransactionPtr> all;
    std::size_t cost = 0;
    while (cost * displacing_time_parts <= 3 * displacing_saved_ms * 1'000) {
        std::vector<ledger::Operation> dear;
        for (std::size_t j = 0; j < ledger::operations_max; ++j) {
            const ledger::DatasetId data{std::to_string(all.size()) + "/" + std::to_string(j)};
            dear.emplace_back(ledger::RegisterData{.data = data, .title = "T", .type = "table"});
        }
        all.push_back(door.bench.make(0, std::move(dear), door.bench.genesis()));
        cost += ledger::applying_cost(all.back()->tx.content());
    }
    // Each comes before the one that is there.
    for (const TransactionPtr& each : all | std::views::reverse) {
        door.admission.begin_budget();
        REQUIRE(std::holds_alternative<Admission::Entered>(door.admission.admit(each, door.peer, door.moment())));
    }
    CHECK(door.pool.size() == 1);
}

TEST_CASE("what its nonce refuses counts for little, whatever else is in it") {
    Door door;
    const std::vector<ledger::Operation> many(
        ledger::operations_max,
        ledger::TransferOffer{.data = ledger::DatasetId{"a"}, .to = sim::owner_name(1), .share = ledger::ShareBp{1}});
    const TransactionPtr now = door.bench.make(0, many, door.bench.genesis());
    const Bytes raw =
        sim::sign_order(door.bench.world,
                        {.owner = 0, .nonce_us = 1, .expires_ms = now->tx.content().expires.value, .operations = many});
    const std::size_t cost = ledger::applying_cost(now->tx.content());
    REQUIRE(cost > 10 * ledger::transaction_base_cost);
    const TransactionPtr old = sim::checked(door.bench.world, raw);
    const auto tried = [&door](const TransactionPtr& transaction) {
        door.admission.begin_budget();
        std::size_t count = 0;
        while (std::holds_alternative<ledger::Refusal>(door.admit(transaction))) ++count;
        CHECK(door.turned_away(transaction) == Busy::too_much_at_once);
        return count;
    };
    CHECK(tried(old) == (admit_cost_max - cost) / (2 * ledger::transaction_base_cost) + 1);
    CHECK(tried(now) == (admit_cost_max - cost) / (2 * cost) + 1);
    // Nor when it waits here and is tried again.
    REQUIRE(door.pool.add({.tx = old, .member = sim::owner_name(0), .checked = Height{7}, .sound = false}));
    door.admission.begin_budget();
    for (std::size_t i = 0; i < admit_cost_max / cost; ++i) {
        door.pool.find(old->tx.id())->checked = Height{7};
        REQUIRE(std::holds_alternative<Admission::AlreadyIn>(door.admit(old)));
    }
    CHECK(std::holds_alternative<Admission::Entered>(door.admit(now)));
    // Where its operations refuse it, or it applies, it costs what it takes.
    door.admission.begin_budget();
    for (std::size_t i = 0; i < admit_cost_max / cost; ++i) {
        door.pool.find(now->tx.id())->checked = Height{7};
        REQUIRE(std::holds_alternative<Admission::AlreadyIn>(door.admit(now)));
    }
    CHECK(door.turned_away(door.bench.make(0, many, door.bench.genesis())) == Busy::too_much_at_once);
}

TEST_CASE("what the trial refuses for its nonce costs what it takes to try it on the tip") {
    Door door;
    const TransactionPtr first = door.registration(0, "first");
    REQUIRE(door.enters(first, true));
    const std::vector<ledger::Operation> many(
        ledger::operations_max,
        ledger::TransferOffer{.data = ledger::DatasetId{"a"}, .to = sim::owner_name(1), .share = ledger::ShareBp{1}});
    const TransactionPtr second = sim::checked(
        door.bench.world, sim::sign_order(door.bench.world, {.owner = 0,
                                                             .nonce_us = first->tx.content().nonce.value,
                                                             .expires_ms = first->tx.content().expires.value,
                                                             .operations = many}));
    const std::size_t cost = ledger::applying_cost(second->tx.content());
    door.admission.begin_budget();
    std::size_t tried = 0;
    while (tried < admit_cost_max && std::holds_alternative<Admission::Entered>(door.admit(second))) {
        ++tried;
        REQUIRE(door.pool.remove(second->tx.id()));
    }
    CHECK(tried == (admit_cost_max - cost) / (ledger::transaction_base_cost + cost) + 1);
}

TEST_CASE("what is told again is tried again, once on each tip") {
    Door door;
    REQUIRE(door.enters(door.registration(0, "keeps it in"), true));
    const TransactionPtr early = door.offer(0, "b", 1);
    const auto tell = [&] { return door.admission.admit(early, door.peer, door.moment()); };
    REQUIRE(std::holds_alternative<Admission::Entered>(tell()));
    const Pending* const pending = door.pool.find(early->tx.id());
    REQUIRE_FALSE(pending->sound);
    CHECK(std::holds_alternative<Admission::AlreadyIn>(tell()));
    CHECK_FALSE(pending->sound);
    door.pass_block("b");
    CHECK(std::holds_alternative<Admission::AlreadyIn>(tell()));
    CHECK(pending->sound);
    CHECK(pending->source == Source::peer);
}

}  // namespace datadeed::replica
