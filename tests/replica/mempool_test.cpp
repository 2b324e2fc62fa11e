#include "node/replica/mempool.h"

#include <set>
#include <stdexcept>

#include "ledger/cost.h"
#include "tests/replica/pool.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using testing::pending;
using testing::told;

namespace {

std::vector<std::uint64_t> order(Mempool& pool) {
    std::vector<std::uint64_t> nonces;
    pool.for_each_in_turns([&nonces](const Pending& each, bool) {
        nonces.push_back(each.tx->tx.content().nonce.value);
        return Mempool::Wants::more;
    });
    return nonces;
}

}  // namespace

TEST_CASE("the firsts of a pool are of each member its first sound one") {
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

TEST_CASE("members take turns, each with its nonces in order, and who was offered longest ago is first") {
    Mempool pool;
    for (const std::uint64_t nonce : {30U, 10U, 20U}) REQUIRE(pool.add(pending(0, nonce)));
    REQUIRE(pool.add(pending(1, 11)));
    for (const std::uint64_t nonce : {22U, 12U}) REQUIRE(pool.add(pending(2, nonce)));
    CHECK(order(pool) == std::vector<std::uint64_t>{10, 11, 12, 20, 22, 30});
    const auto offer = [&pool](std::size_t owner, std::uint64_t nonce, std::uint64_t ms) {
        pool.find(pending(owner, nonce).tx->tx.id())->offered_ms = ms;
    };
    // Whose first nobody can know yet is last, whatever it has behind it.
    offer(0, 10, 2);
    offer(1, 11, 1);
    offer(2, 22, 1);
    CHECK(order(pool) == std::vector<std::uint64_t>{11, 10, 12, 20, 22, 30});
    // It's the first sound one that counts.
    pool.set_sound(*pool.find(pending(2, 12).tx->tx.id()), false);
    CHECK(order(pool) == std::vector<std::uint64_t>{11, 12, 10, 22, 20, 30});
    pool.restart_ages(3, Height{});
    CHECK(order(pool) == std::vector<std::uint64_t>{11, 10, 12, 20, 22, 30});
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

TEST_CASE("who had its turn stands behind all who hadn't") {
    Mempool pool;
    for (std::size_t owner = 0; owner < 4; ++owner) {
        for (std::uint64_t nonce = 0; nonce < 3; ++nonce) {
            Pending made = pending(owner, 10 * owner + nonce);
            made.offered_ms = 1;
            REQUIRE(pool.add(std::move(made)));
        }
    }
    // A block of so many, and who is in it.
    const auto order_in_block = [&pool](std::size_t count, std::uint64_t now_ms) {
        pool.restart_ages(now_ms, Height{});
        std::vector<std::pair<ledger::MemberId, std::uint64_t>> in;
        pool.for_each_in_turns([&](const Pending& each, bool) {
            in.emplace_back(each.member, each.tx->tx.content().nonce.value);
            return in.size() < count ? Mempool::Wants::more : Mempool::Wants::nothing;
        });
        std::vector<std::uint64_t> owners;
        for (const auto& [member, nonce] : in) {
            pool.note_ordered(member, ledger::Nonce{nonce});
            pool.remove(pending(nonce / 10, nonce).tx->tx.id());
            owners.push_back(nonce / 10);
        }
        return owners;
    };
    std::vector<std::uint64_t> four = order_in_block(3, 2);
    for (const std::uint64_t each : order_in_block(1, 3)) four.push_back(each);
    CHECK(std::set<std::uint64_t>(four.begin(), four.end()).size() == 4);
    CHECK(order_in_block(4, 4) == four);
}

TEST_CASE("what will be known only later has no age until then, and no block counts") {
    Mempool pool;
    REQUIRE(pool.add(pending(0, 10)));
    REQUIRE(pool.add(pending(0, 20)));
    const auto find = [&pool](std::uint64_t nonce) { return pool.find(pending(0, nonce).tx->tx.id()); };
    for (const std::uint64_t nonce : {10U, 20U}) find(nonce)->offered_ms = 500;
    CHECK(pool.oldest_sound(499, Height{7})->offered_at == Height{7});
    CHECK(pool.oldest_sound(500, Height{8})->offered_at == Height{7});
    // Nor when another before it is gone.
    find(20)->offered_ms = 900;
    pool.remove(find(10)->tx->tx.id());
    CHECK(pool.oldest_sound(600, Height{9})->offered_ms == 900);
}

TEST_CASE("what is skipped counts for nothing in its member's turn") {
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
    CHECK(visited(99) == std::vector{first, second, first + 1, second + 1, first + 2, second + 2});
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
