#include "node/replica/waiters.h"
#include "tests/support/catch.h"

namespace datadeed::replica {

namespace {

ledger::TxId id_of(std::uint8_t number) {
    ledger::TxId id;
    id.value[0] = number;
    return id;
}

}  // namespace

TEST_CASE("all who wait for a transaction are told once") {
    Waiters waiters{10};
    REQUIRE(waiters.add(id_of(1), RequestToken{1}));
    REQUIRE(waiters.add(id_of(1), RequestToken{2}));
    REQUIRE(waiters.add(id_of(2), RequestToken{3}));
    CHECK(waiters.take(id_of(1)) == std::vector{RequestToken{1}, RequestToken{2}});
    CHECK(waiters.take(id_of(1)).empty());
    CHECK(waiters.size() == 1);
}

TEST_CASE("who gave up isn't told, and who waits for the same is") {
    Waiters waiters{10};
    REQUIRE(waiters.add(id_of(1), RequestToken{1}));
    REQUIRE(waiters.add(id_of(1), RequestToken{2}));
    REQUIRE(waiters.add(id_of(2), RequestToken{3}));
    waiters.forget(RequestToken{1});
    waiters.forget(RequestToken{3});
    waiters.forget(RequestToken{9});
    CHECK(waiters.take(id_of(1)) == std::vector{RequestToken{2}});
    CHECK(waiters.take(id_of(2)).empty());
    CHECK(waiters.size() == 0);
}

TEST_CASE("no more wait than may, and a token waits once") {
    Waiters waiters{2};
    REQUIRE(waiters.add(id_of(1), RequestToken{1}));
    CHECK_FALSE(waiters.add(id_of(2), RequestToken{1}));
    REQUIRE(waiters.add(id_of(2), RequestToken{2}));
    CHECK_FALSE(waiters.add(id_of(3), RequestToken{3}));
}

}  // namespace datadeed::replica
