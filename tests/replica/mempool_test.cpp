#include "node/replica/mempool.h"

#include <set>
#include <stdexcept>

#include "ledger/cost.h"
#include "tests/sim/world.h"
#include "tests/support/catch.h"

namespace datadeed::replica {

namespace {

const sim::World& pool_world() {
    static const sim::World made = sim::make_world(1, 0, 4);
    return made;
}

Pending pending(std::size_t owner, std::uint64_t nonce, std::uint64_t expires = sim::epoch_ms,
                std::size_t operations = 1) {
    const ledger::TransferAccept accept{.data = ledger::DatasetId{"d" + std::to_string(nonce)}};
    const Bytes raw = sim::sign_order(pool_world(), {.owner = owner,
                                                     .nonce_us = nonce,
                                                     .expires_ms = expires,
                                                     .operations = std::vector<ledger::Operation>(operations, accept)});
    return {.tx = sim::checked(pool_world(), raw), .member = sim::owner_name(owner), .sound = true};
}

Pending told(std::size_t owner, std::uint64_t nonce, std::size_t operations = 1) {
    Pending made = pending(owner, nonce, sim::epoch_ms, operations);
    made.source = Source::peer;
    return made;
}

std::vector<std::uint64_t> order(Mempool& pool) {
    std::vector<std::uint64_t> nonces;
    pool.for_each_in_turns([&nonces](const Pending& each, bool) {
        nonces.push_back(each.tx->tx.content().nonce.value);
        return Mempool::Wants::more;
    });
    return nonces;
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
    const std::size_t size = pending(0, 1).tx->tx.raw().size();
    const std::size_t memory = memory_of(*pending(0, 1).tx);
    const PoolLimits limits = GENERATE_COPY(PoolLimits{.transactions = 4, .reserved_parts = 2},
                                            PoolLimits{.bytes = 4 * size, .reserved_parts = 2},
                                            PoolLimits{.memory = 4 * memory, .reserved_parts = 2});
    Mempool pool{limits};
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

TEST_CASE("what makes up a turn is of each member its first sound one") {
    Mempool pool;
    for (const std::uint64_t nonce : {1U, 2U, 3U}) REQUIRE(pool.add(pending(0, nonce)));
    pool.set_sound(*pool.find(pending(0, 1).tx->tx.id()), false);
    const Pending large = told(1, 5, 3);
    REQUIRE(pool.add(large));
    REQUIRE(pool.add(told(2, 1)));
    pool.set_sound(*pool.find(told(2, 1).tx->tx.id()), false);
    const Pending first = pending(0, 2);
    const Mempool::Firsts firsts = pool.firsts();
    CHECK(firsts.transactions == 2);
    CHECK(firsts.bytes == first.tx->tx.raw().size() + large.tx->tx.raw().size());
    CHECK(firsts.cost == ledger::block_cost(first.tx->tx.content()) + ledger::block_cost(large.tx->tx.content()));
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

TEST_CASE("a pool knows what it has") {
    Mempool pool;
    const Pending one = pending(0, 1);
    REQUIRE(pool.add(one));
    CHECK(pool.add(one).error() == PoolError::transaction_must_be_new);
    CHECK(pool.find(one.tx->tx.id()) != nullptr);
    CHECK(pool.remove(one.tx->tx.id()));
    CHECK_FALSE(pool.remove(one.tx->tx.id()));
    CHECK(pool.size() == 0);
    CHECK(pool.bytes() == 0);
}

TEST_CASE("members take turns, each with its nonces in order, and who was first isn't first the next time") {
    Mempool pool;
    for (const std::uint64_t nonce : {30U, 10U, 20U}) REQUIRE(pool.add(pending(0, nonce)));
    REQUIRE(pool.add(pending(1, 11)));
    for (const std::uint64_t nonce : {22U, 12U}) REQUIRE(pool.add(pending(2, nonce)));
    CHECK(order(pool) == std::vector<std::uint64_t>{10, 11, 12, 20, 22, 30});
    CHECK(order(pool) == std::vector<std::uint64_t>{11, 12, 10, 22, 20, 30});
    CHECK(order(pool) == std::vector<std::uint64_t>{12, 10, 11, 22, 20, 30});
}

TEST_CASE("what has expired is taken out, the rest stays") {
    Mempool pool;
    REQUIRE(pool.add(pending(0, 1, 1'000)));
    REQUIRE(pool.add(pending(0, 2, 2'000)));
    REQUIRE(pool.add(pending(1, 3, 3'000)));
    CHECK(pool.take_expired(TimeMs{1'000}).empty());
    CHECK(pool.expired(TimeMs{2'001}, 10).size() == 2);
    CHECK(pool.take_expired(TimeMs{2'001}).size() == 2);
    CHECK(pool.size() == 1);
}

TEST_CASE("what doesn't apply for now is no work, and is work again when it does") {
    Mempool pool;
    const Pending one = pending(0, 1);
    REQUIRE(pool.add(one));
    REQUIRE(pool.add(pending(0, 2)));
    CHECK(pool.sound() == 2);
    pool.set_sound(*pool.find(one.tx->tx.id()), false);
    CHECK(pool.sound() == 1);
    CHECK(pool.unsound(10) == std::vector{one.tx->tx.id()});
    CHECK(pool.oldest_sound(1, Height{})->tx->tx.content().nonce == ledger::Nonce{2});
    pool.set_sound(*pool.find(one.tx->tx.id()), true);
    CHECK(pool.sound() == 2);
    CHECK(pool.oldest_sound(1, Height{})->tx == one.tx);
    pool.set_sound(*pool.find(one.tx->tx.id()), false);
    CHECK(pool.remove(one.tx->tx.id()));
    CHECK(pool.sound() == 1);
    CHECK(pool.unsound(10).empty());
}

TEST_CASE("of each member's the first that is sound counts, and its time begins when it is the first") {
    Mempool pool;
    const auto add = [&pool](std::size_t owner, std::uint64_t nonce, std::uint64_t offered_ms) {
        Pending entry = pending(owner, nonce);
        entry.offered_ms = offered_ms;
        const ledger::TxId id = entry.tx->tx.id();
        REQUIRE(pool.add(std::move(entry)));
        return id;
    };
    const auto oldest = [&pool](std::uint64_t now_ms) { return pool.oldest_sound(now_ms, Height{7}); };
    const ledger::TxId behind = add(0, 9, 10);  // the first to come, behind what comes later
    const ledger::TxId front = add(0, 1, 50);
    const ledger::TxId other = add(1, 5, 40);
    const ledger::TxId unknown = add(2, 6, 0);
    CHECK(oldest(100) == pool.find(other));
    REQUIRE(pool.remove(other));
    CHECK(oldest(100) == pool.find(front));
    CHECK(oldest(100)->offered_ms == 50);
    SECTION("it was ordered") {
        REQUIRE(pool.remove(front));
    }
    SECTION("it no longer applies") {
        pool.set_sound(*pool.find(front), false);
    }
    CHECK(oldest(100) == pool.find(behind));
    CHECK(oldest(200)->offered_ms == 100);
    CHECK(oldest(200)->offered_at == Height{7});
    REQUIRE(pool.remove(behind));
    CHECK(oldest(300) == pool.find(unknown));
    CHECK(oldest(300)->offered_ms == 0);
}

TEST_CASE("what is removed leaves nothing behind, and what stays keeps its place and its size") {
    Mempool pool;
    const Pending one = pending(0, 1);
    const Pending two = pending(0, 2);
    REQUIRE(pool.add(one));
    REQUIRE(pool.add(two));
    const Mempool::Usage of_two{1, two.tx->tx.raw().size(), memory_of(*two.tx)};
    REQUIRE(pool.remove(one.tx->tx.id()));
    CHECK(pool.size_of(sim::owner_name(0)) == 1);
    CHECK(pool.usage_of(sim::owner_name(0), Source::client) == of_two);
    CHECK(order(pool) == std::vector<std::uint64_t>{2});
    CHECK(pool.expired(TimeMs{sim::epoch_ms + 1}, 10) == std::vector{two.tx->tx.id()});
    REQUIRE(pool.remove(two.tx->tx.id()));
    CHECK(pool.size_of(sim::owner_name(0)) == 0);
    CHECK(pool.usage_of(sim::owner_name(0), Source::client) == Mempool::Usage{});
    CHECK(order(pool).empty());
    CHECK(pool.expired(TimeMs{sim::epoch_ms + 1}, 10).empty());
    CHECK(pool.take_expired(TimeMs{sim::epoch_ms + 1}).empty());
    CHECK(pool.oldest_sound(1, Height{}) == nullptr);
    pool.for_each_by_age([](const Pending&) -> bool { throw std::logic_error{"there is none"}; });
    CHECK(pool.add(one));
}

TEST_CASE("what enters as not applying is no work") {
    Mempool pool;
    Pending one = pending(0, 1);
    one.sound = false;
    REQUIRE(pool.add(one));
    CHECK(pool.sound() == 0);
    CHECK(pool.unsound(10) == std::vector{one.tx->tx.id()});
    CHECK(pool.oldest_sound(1, Height{}) == nullptr);
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

TEST_CASE("the age of a member's first begins anew with each block that has one of the member's before it") {
    Mempool pool;
    REQUIRE(pool.add(pending(0, 10)));
    pool.find(pending(0, 10).tx->tx.id())->offered_ms = 1;
    const auto offered_ms = [&pool](std::uint64_t now_ms) { return pool.oldest_sound(now_ms, Height{})->offered_ms; };
    REQUIRE(offered_ms(100) == 1);
    pool.note_ordered(sim::owner_name(0), ledger::Nonce{10});
    pool.note_ordered(sim::owner_name(0), ledger::Nonce{11});
    pool.note_ordered(sim::owner_name(1), ledger::Nonce{1});
    CHECK(offered_ms(200) == 1);
    pool.note_ordered(sim::owner_name(0), ledger::Nonce{9});
    CHECK(offered_ms(300) == 300);
    CHECK(offered_ms(400) == 300);
    pool.set_sound(*pool.find(pending(0, 10).tx->tx.id()), false);
    pool.note_ordered(sim::owner_name(0), ledger::Nonce{9});
    CHECK(pool.oldest_sound(500, Height{}) == nullptr);
}

TEST_CASE("a member whose last one has gone begins anew") {
    Mempool pool;
    REQUIRE(pool.add(pending(0, 10)));
    REQUIRE(pool.remove(pending(0, 10).tx->tx.id()));
    Pending later = pending(0, 20);
    later.offered_ms = 600;
    REQUIRE(pool.add(later));
    CHECK(pool.oldest_sound(700, Height{})->offered_ms == 600);
}

TEST_CASE("no more is named than was asked for, nor what expires only now") {
    Mempool pool;
    for (std::uint64_t nonce = 1; nonce <= 3; ++nonce) {
        Pending each = pending(0, nonce, 1'000);
        each.sound = false;
        REQUIRE(pool.add(each));
    }
    CHECK(pool.expired(TimeMs{1'000}, 10).empty());
    CHECK(pool.expired(TimeMs{1'001}, 10).size() == 3);
    CHECK(pool.expired(TimeMs{1'001}, 2).size() == 2);
    CHECK(pool.unsound(10).size() == 3);
    CHECK(pool.unsound(2).size() == 2);
}

TEST_CASE("members take turns of equal work: whose transactions cost more gets fewer of them in") {
    Mempool pool;
    for (const std::uint64_t nonce : {1U, 2U}) REQUIRE(pool.add(pending(0, nonce, sim::epoch_ms, 3)));
    for (std::uint64_t nonce = 11; nonce <= 15; ++nonce) REQUIRE(pool.add(pending(1, nonce)));
    const ledger::Transaction& dear = pool.find(pending(0, 1, sim::epoch_ms, 3).tx->tx.id())->tx->tx.content();
    const ledger::Transaction& cheap = pool.find(pending(1, 11).tx->tx.id())->tx->tx.content();
    REQUIRE(ledger::block_cost(dear) > 2 * ledger::block_cost(cheap));
    REQUIRE(ledger::block_cost(dear) < 3 * ledger::block_cost(cheap));
    CHECK(order(pool) == std::vector<std::uint64_t>{1, 11, 12, 13, 2, 14, 15});
}

TEST_CASE("whoever looks through a pool may stop at any one, or be done with a member") {
    using Wants = Mempool::Wants;
    Mempool pool;
    for (std::uint64_t nonce = 1; nonce <= 3; ++nonce) REQUIRE(pool.add(pending(0, nonce)));
    for (std::uint64_t nonce = 11; nonce <= 13; ++nonce) REQUIRE(pool.add(pending(1, nonce)));
    std::size_t seen = 0;
    pool.for_each_in_turns([&seen](const Pending&, bool) { return ++seen < 2 ? Wants::more : Wants::nothing; });
    CHECK(seen == 2);
    seen = 0;
    pool.for_each_by_age([&seen](const Pending&) { return ++seen < 2; });
    CHECK(seen == 2);

    using Seen = std::set<std::pair<std::uint64_t, bool>>;
    Seen nonces;
    pool.for_each_in_turns([&nonces](const Pending& each, bool is_last_of_member) {
        const std::uint64_t nonce = each.tx->tx.content().nonce.value;
        nonces.emplace(nonce, is_last_of_member);
        return nonce == 2 ? Wants::others : Wants::more;
    });
    CHECK(nonces == Seen{{1, false}, {2, false}, {11, false}, {12, false}, {13, true}});
}

TEST_CASE("turns begin with who was passed over, or had none, and go round when all had theirs") {
    using Wants = Mempool::Wants;
    Mempool pool;
    for (std::size_t owner = 0; owner < 4; ++owner) {
        for (std::uint64_t nonce = 0; nonce < 2; ++nonce) REQUIRE(pool.add(pending(owner, 10 * owner + nonce)));
    }
    // Who is visited, to the end or until this is wanted at the visit of that number.
    const auto visited = [&pool](std::size_t number, Wants wants) {
        std::vector<std::uint64_t> owners;
        pool.for_each_in_turns([&](const Pending& each, bool) {
            owners.push_back(each.tx->tx.content().nonce.value / 10);
            return owners.size() == number ? wants : Wants::more;
        });
        owners.resize(std::min<std::size_t>(owners.size(), 4));
        return owners;
    };
    using Owners = std::vector<std::uint64_t>;
    const Owners all = visited(0, Wants::more);
    const auto from = [&all](std::size_t place) {
        Owners turned = all;
        std::ranges::rotate(turned, turned.begin() + static_cast<std::ptrdiff_t>(place));
        return turned;
    };
    CHECK(visited(0, Wants::more) == from(1));
    CHECK(visited(3, Wants::nothing) == Owners{from(2)[0], from(2)[1], from(2)[2]});
    CHECK(visited(3, Wants::others) == from(0));
    // Whose second was passed over had a turn.
    CHECK(visited(7, Wants::nothing) == from(2));
    CHECK(visited(0, Wants::more) == from(3));
}

TEST_CASE("what wasn't tried counts for nothing in its member's turn") {
    using Wants = Mempool::Wants;
    Mempool pool;
    for (std::size_t owner = 0; owner < 2; ++owner) {
        for (std::uint64_t nonce = 0; nonce < 3; ++nonce) REQUIRE(pool.add(pending(owner, 10 * owner + nonce)));
    }
    const auto visited = [&pool](std::uint64_t skipped) {
        std::vector<std::uint64_t> nonces;
        pool.for_each_in_turns([&](const Pending& each, bool) {
            nonces.push_back(each.tx->tx.content().nonce.value);
            return nonces.back() == skipped ? Wants::skip : Wants::more;
        });
        return nonces;
    };
    const std::uint64_t first = visited(99)[0];
    const std::uint64_t second = 10 - first;
    CHECK(visited(99) == std::vector{second, first, second + 1, first + 1, second + 2, first + 2});
    CHECK(visited(first) == std::vector{first, first + 1, second, first + 2, second + 1, second + 2});
}

TEST_CASE("the age of what becomes sound, and is its member's first, begins then") {
    Mempool pool;
    REQUIRE(pool.add(pending(0, 10)));
    REQUIRE(pool.add(pending(0, 20)));
    const auto find = [&pool](std::uint64_t nonce) { return pool.find(pending(0, nonce).tx->tx.id()); };
    for (const std::uint64_t nonce : {10U, 20U}) find(nonce)->offered_ms = 1;
    pool.set_sound(*find(10), false);
    REQUIRE(pool.oldest_sound(100, Height{})->offered_ms == 100);
    pool.set_sound(*find(10), true);
    CHECK(pool.oldest_sound(200, Height{})->offered_ms == 200);
    pool.set_sound(*find(10), true);
    CHECK(pool.oldest_sound(300, Height{})->offered_ms == 200);
    // Not the first.
    pool.set_sound(*find(20), false);
    pool.set_sound(*find(20), true);
    CHECK(pool.oldest_sound(400, Height{})->offered_ms == 200);
}

}  // namespace datadeed::replica
