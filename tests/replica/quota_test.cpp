#include <algorithm>

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
        return door.admission.admit(transaction, Source::peer, door.moment());
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
    REQUIRE(std::holds_alternative<Admission::Entered>(door.admission.admit(gone, Source::peer, door.moment())));
    REQUIRE(std::holds_alternative<Admission::Entered>(door.admission.admit(first, Source::peer, door.moment())));
    CHECK(door.enters(door.offer(0, "gone", 1), false));
    const TransactionPtr outside = door.registration(0, "outside");
    REQUIRE(std::get<Busy>(door.admission.admit(outside, Source::peer, door.moment())) == Busy::member_has_too_many);
    REQUIRE(door.pool.remove(first->tx.id()));
    CHECK(std::holds_alternative<Admission::Entered>(
        door.admission.admit(door.offer(0, "outside", 1), Source::peer, door.moment(true))));
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

}  // namespace datadeed::replica
