#include "ledger/cost.h"
#include "node/replica/mempool.h"
#include "tests/replica/pool.h"
#include "tests/support/catch.h"

// Who may have how much waiting in a pool, and what leaves for what.

namespace datadeed::replica {
using testing::pending;
using testing::told;

namespace {

// Room for so many, in transactions, bytes or memory, half of it for firsts.
PoolLimits half_reserved(std::size_t count, int bounded) {
    const TransactionPtr each = pending(0, 1).tx;
    PoolLimits limits{.reserved_parts = 2};
    if (bounded == 0) limits.transactions = count;
    if (bounded == 1) limits.bytes = count * each->tx.raw().size();
    if (bounded == 2) limits.memory = count * memory_of(*each);
    return limits;
}

}  // namespace

TEST_CASE("a pool takes so many of one member and no more, and others still have room") {
    Mempool pool;
    for (std::uint64_t i = 0; i < pool_member_transactions_max; ++i) REQUIRE(pool.add(pending(0, i)));
    const Result<void, PoolError> more = pool.add(pending(0, 9'999));
    REQUIRE_FALSE(more);
    CHECK(more.error() == PoolError::member_must_have_room);
    CHECK(pool.add(pending(1, 1)));
    CHECK(pool.size() == pool_member_transactions_max + 1);
}

TEST_CASE("one part of a pool is for members of whom nothing else waits from that source") {
    Mempool pool{half_reserved(4, GENERATE(0, 1, 2))};
    for (const std::uint64_t nonce : {1U, 2U}) REQUIRE(pool.add(pending(0, nonce)));
    CHECK(pool.add(pending(0, 3)).error() == PoolError::pool_must_have_room);
    REQUIRE(pool.add(pending(1, 1)));
    CHECK(pool.add(pending(1, 2)).error() == PoolError::pool_must_have_room);
    // What peers tell has a first of its own.
    REQUIRE(pool.add(told(0, 3)));
    CHECK(pool.add(told(2, 1)).error() == PoolError::pool_must_have_room);
    REQUIRE(pool.remove(pending(1, 1).tx->tx.id()));
    CHECK(pool.add(told(0, 4)).error() == PoolError::pool_must_have_room);
    CHECK(pool.add(told(2, 1)));
}

TEST_CASE("what clients hand in that peers told takes no more of the room for firsts") {
    Mempool pool{half_reserved(8, GENERATE(0, 1, 2))};
    const auto moved = [&pool](std::uint64_t nonce) {
        return pool.move_to_clients(*pool.find(told(0, nonce).tx->tx.id()));
    };
    for (const std::size_t owner : {1U, 2U, 3U, 4U}) REQUIRE(pool.add(pending(owner, 1)));
    REQUIRE(pool.add(told(0, 1)));
    CHECK(moved(1));
    REQUIRE(pool.add(told(0, 2)));
    CHECK(moved(2).error() == PoolError::pool_must_have_room);
    CHECK(pool.add(told(0, 3)).error() == PoolError::pool_must_have_room);
    // What it takes already counts once.
    for (const std::size_t owner : {1U, 2U}) REQUIRE(pool.remove(pending(owner, 1).tx->tx.id()));
    CHECK(moved(2));
    CHECK(pool.usage_of(sim::owner_name(0), Source::peer) == Mempool::Usage{});
}

TEST_CASE("a pool that is full for all but firsts still has room for what comes before its member's others") {
    Mempool pool{{.transactions = 6, .reserved_parts = 2}};
    const auto leaving_for = [&pool](const Pending& pending) {
        const auto leaving = pool.leaving_for(pending);
        return leaving ? std::optional{leaving->size()} : std::nullopt;
    };
    for (const std::uint64_t nonce : {20U, 21U}) REQUIRE(pool.add(told(0, nonce)));
    REQUIRE(pool.add(pending(1, 1)));
    CHECK(leaving_for(told(0, 10)) == 1);
    CHECK(leaving_for(told(0, 30)) == std::nullopt);
    // What clients handed in stays; it has a first of its own.
    CHECK(leaving_for(pending(0, 10)) == 0);
    REQUIRE(pool.add(pending(0, 15)));
    CHECK(leaving_for(pending(0, 10)) == std::nullopt);
    CHECK(leaving_for(told(0, 10)) == 2);
    REQUIRE(pool.add(pending(2, 1)));
    CHECK(leaving_for(told(0, 10)) == 2);
    CHECK(leaving_for(told(3, 10)) == 0);
    REQUIRE(pool.add(told(3, 10)));
    CHECK(leaving_for(told(4, 10)) == std::nullopt);
    CHECK(leaving_for(told(3, 5)) == 1);
}

TEST_CASE("a pool is bounded in transactions, bytes and memory, for a member and in all") {
    const std::size_t size = pending(0, 1).tx->tx.raw().size();
    Mempool few{{.transactions = 2}};
    REQUIRE(few.add(pending(0, 1)));
    REQUIRE(few.add(pending(1, 1)));
    CHECK(few.add(pending(2, 1)).error() == PoolError::pool_must_have_room);

    Mempool small{{.bytes = 2 * size}};
    REQUIRE(small.add(pending(0, 1)));
    REQUIRE(small.add(pending(1, 1)));
    CHECK(small.add(pending(2, 1)).error() == PoolError::pool_must_have_room);

    Mempool narrow{{.member_bytes = 2 * size}};
    REQUIRE(narrow.add(pending(0, 1)));
    REQUIRE(narrow.add(pending(0, 2)));
    CHECK(narrow.add(pending(0, 3)).error() == PoolError::member_must_have_room);
    CHECK(narrow.usage_of(sim::owner_name(0), Source::client) == Mempool::Usage{2, narrow.bytes(), narrow.memory()});

    const std::size_t memory = memory_of(*pending(0, 1).tx);
    Mempool thin{{.member_memory = 2 * memory}};
    REQUIRE(thin.add(pending(0, 1)));
    REQUIRE(thin.add(pending(0, 2)));
    CHECK(thin.add(pending(0, 3)).error() == PoolError::member_must_have_room);

    Mempool slight{{.memory = 2 * memory}};
    REQUIRE(slight.add(pending(0, 1)));
    const Pending second = pending(1, 1);
    REQUIRE(slight.add(second));
    CHECK(slight.memory() == 2 * memory);
    CHECK(slight.add(pending(2, 1)).error() == PoolError::pool_must_have_room);
    REQUIRE(slight.remove(second.tx->tx.id()));
    CHECK(slight.add(pending(2, 1)));
}

TEST_CASE("what clients hand in and what peers tell of a member have a quota each, and what is both is the clients'") {
    const ledger::MemberId member = sim::owner_name(0);
    const std::size_t size = pending(0, 1).tx->tx.raw().size();
    const std::size_t memory = memory_of(*pending(0, 1).tx);
    Mempool pool{{.member_transactions = 2}};
    for (const std::uint64_t nonce : {1U, 2U}) REQUIRE(pool.add(told(0, nonce)));
    CHECK(pool.add(told(0, 3)).error() == PoolError::member_must_have_room);
    REQUIRE(pool.add(pending(0, 4)));
    Pending& both = *pool.find(pending(0, 1).tx->tx.id());
    CHECK(pool.move_to_clients(both));
    CHECK(pool.move_to_clients(both));
    CHECK(pool.usage_of(member, Source::client) == Mempool::Usage{2, 2 * size, 2 * memory});
    CHECK(pool.usage_of(member, Source::peer) == Mempool::Usage{1, size, memory});
    CHECK_FALSE(pool.move_to_clients(*pool.find(pending(0, 2).tx->tx.id())));
    CHECK(pool.add(told(0, 3)));
    CHECK(pool.size_of(member) == 4);
    CHECK(pool.leaving_for(pending(0, 5)).error() == PoolError::member_must_have_room);
    CHECK(pool.leaving_for(pending(1, 5)).value().empty());
}

TEST_CASE("a peer's transaction displaces its member's unsound ones, and peers' with later nonces, the last first") {
    const std::size_t size = told(0, 101).tx->tx.raw().size();
    const std::size_t memory = memory_of(*told(0, 101).tx);
    const PoolLimits limits = GENERATE_COPY(PoolLimits{.member_transactions = 3}, PoolLimits{.member_bytes = 3 * size},
                                            PoolLimits{.member_memory = 3 * memory});
    Mempool pool{limits};
    const auto leaving_for = [&pool](const Pending& pending) {
        const auto leaving = pool.leaving_for(pending);
        REQUIRE(leaving);
        std::vector<std::uint64_t> nonces;
        for (const ledger::TxId& id : *leaving) {
            nonces.push_back(pool.find(id)->tx->tx.content().nonce.value);
        }
        return nonces;
    };
    using Nonces = std::vector<std::uint64_t>;
    for (const std::uint64_t nonce : {120U, 130U}) REQUIRE(pool.add(told(0, nonce)));
    for (const std::uint64_t nonce : {125U, 135U}) REQUIRE(pool.add(pending(0, nonce)));
    CHECK(leaving_for(told(0, 110)).empty());
    REQUIRE(pool.add(told(0, 140)));
    CHECK(leaving_for(told(0, 110)) == Nonces{140});
    CHECK(leaving_for(told(0, 132)) == Nonces{140});
    CHECK(pool.leaving_for(told(0, 150)).error() == PoolError::member_must_have_room);
    CHECK(pool.add(told(0, 110)).error() == PoolError::member_must_have_room);
    CHECK(leaving_for(told(1, 110)).empty());
    pool.set_sound(*pool.find(told(0, 120).tx->tx.id()), false);
    CHECK(leaving_for(told(0, 110)) == Nonces{120});
    CHECK(leaving_for(told(0, 150)) == Nonces{120});
    CHECK(pool.leaving_for(pending(0, 110)).value().empty());
}

TEST_CASE("as many are displaced as one needs, and none where the member or the whole pool has no room even then") {
    const std::size_t size = told(0, 20).tx->tx.raw().size();
    const Pending large = told(0, 10, 3);
    const std::size_t large_size = large.tx->tx.raw().size();
    REQUIRE(large_size > size);
    const auto fill = [](Mempool& pool, std::vector<std::uint64_t> nonces) {
        for (const std::uint64_t nonce : nonces) REQUIRE(pool.add(told(0, nonce)));
    };
    Mempool behind{{.member_bytes = large_size + 2 * size}};
    fill(behind, {5, 6, 7});
    CHECK(behind.leaving_for(large).error() == PoolError::member_must_have_room);
    Mempool narrow{{.member_bytes = large_size + 2 * size}};
    fill(narrow, {20, 21, 22});
    CHECK(narrow.leaving_for(large).value().size() == 1);
    Mempool narrower{{.member_bytes = large_size + size}};
    fill(narrower, {20, 21});
    CHECK(narrower.leaving_for(large).value().size() == 1);
    Mempool few{{.member_transactions = 3}};
    fill(few, {20, 21, 22});
    CHECK(few.leaving_for(large).value().size() == 1);

    const std::size_t memory = memory_of(*told(0, 20).tx);
    REQUIRE((large_size > size && large_size < 2 * size));
    REQUIRE((memory_of(*large.tx) > memory && memory_of(*large.tx) < 2 * memory));
    const PoolLimits full =
        GENERATE_COPY(PoolLimits{.bytes = 4 * size, .member_transactions = 3, .reserved_parts = 4},
                      PoolLimits{.memory = 4 * memory, .member_transactions = 3, .reserved_parts = 4});
    Mempool pool{full};
    fill(pool, {20, 21, 22});
    CHECK(pool.leaving_for(large).value().size() == 2);
    CHECK(pool.leaving_for(told(0, 10)).value().size() == 1);
    REQUIRE(pool.add(told(1, 10)));
    CHECK(pool.leaving_for(told(2, 10)).error() == PoolError::pool_must_have_room);
    CHECK(pool.leaving_for(told(1, 20)).error() == PoolError::pool_must_have_room);
    CHECK(Mempool{{.transactions = 0}}.leaving_for(large).error() == PoolError::pool_must_have_room);
}

}  // namespace datadeed::replica
