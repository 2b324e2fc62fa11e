#include <algorithm>
#include <map>

#include "ledger/cost.h"
#include "node/replica/filling.h"
#include "node/replica/limits.h"
#include "tests/replica/bench.h"
#include "tests/support/catch.h"

// What goes into a block of this node's.

namespace datadeed::replica {
using datadeed::replica::testing::Bench;

namespace {

// So many registrations in one transaction wait to be ordered; what it costs in a block.
std::size_t let_wait(Bench& bench, std::size_t owner, std::size_t operations) {
    static std::size_t made = 0;
    std::vector<ledger::Operation> all;
    for (std::size_t i = 0; i < operations; ++i) {
        all.emplace_back(
            ledger::RegisterData{.data = ledger::DatasetId{std::to_string(++made)}, .title = "T", .type = "table"});
    }
    const TransactionPtr transaction = bench.make(owner, std::move(all), bench.genesis());
    REQUIRE(bench.pool.add({.tx = transaction, .member = sim::owner_name(owner), .sound = true}));
    return ledger::block_cost(transaction->tx.content());
}

std::vector<TransactionPtr> build(Bench& bench) {
    const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE((built && built->block != nullptr));
    CHECK(built->refused.empty());
    return built->block->block->transactions;
}

using Counts = std::map<ledger::MemberId, std::size_t>;

Counts count_of_each(Bench& bench) {
    Counts counts;
    for (const TransactionPtr& each : build(bench)) {
        ++counts[bench.pool.find(each->tx.id())->member];
    }
    return counts;
}

}  // namespace

TEST_CASE("a block holds what it may cost, to the last, and so does what is tried in vain for it") {
    using Room = Filling::Room;
    Bench bench;
    const ledger::DatasetId data{"d"};
    const ledger::RegisterData registration{.data = data, .title = "T", .type = "table"};
    const ledger::TransferWithdraw withdrawal{.data = data, .to = sim::owner_name(1)};
    const auto pending = [&](std::size_t registrations, std::size_t withdrawals, bool sound) {
        std::vector<ledger::Operation> all(registrations, registration);
        all.insert(all.end(), withdrawals, withdrawal);
        return Pending{.tx = bench.make(0, std::move(all), bench.genesis()), .checked = Height{1}, .sound = sound};
    };
    Filling filling{bench.world.genesis.parameters};
    std::size_t left = build_cost_max;
    const auto take = [&](std::size_t registrations, std::size_t withdrawals) {
        const Pending each = pending(registrations, withdrawals, true);
        REQUIRE(filling.room_for(each, Height{}) == Room::enough);
        filling.take(each, false);
        left -= ledger::block_cost(each.tx->tx.content());
    };
    for (std::size_t i = 0; i < 21; ++i) take(ledger::operations_max - 1, 0);
    take(14, 1);
    REQUIRE(left == 0);
    CHECK(filling.room_for(pending(1, 0, true), Height{}) == Room::not_for_member);

    Filling in_vain{bench.world.genesis.parameters};
    left = build_refused_cost_max;
    for (std::size_t i = 0; i < 10; ++i) {
        const Pending each = i < 2 ? pending(41, 4, false) : pending(44, 0, false);
        REQUIRE(in_vain.room_for(each, Height{}) == Room::enough);
        in_vain.refuse(each);
        left -= ledger::applying_cost(each.tx->tx.content());
    }
    REQUIRE(left == 0);
    CHECK(in_vain.room_for(pending(1, 0, false), Height{}) == Room::not_for_it);
    CHECK(in_vain.room_for(pending(1, 0, true), Height{}) == Room::enough);
}

TEST_CASE("a block holds what it may cost, and what is too much waits") {
    Bench bench;
    const std::size_t cost = let_wait(bench, 1, ledger::operations_max);
    const std::size_t most = build_cost_max / cost;
    REQUIRE(most > 10);
    for (std::size_t i = 0; i < most; ++i) let_wait(bench, 1, ledger::operations_max);
    CHECK(build(bench).size() == most);
}

TEST_CASE("once all of a member is in a block, others get no more of it, but for a part that they have in any case") {
    Bench bench{1, 0, 3};
    const ledger::MemberId much = sim::owner_name(0);
    const ledger::MemberId more = sim::owner_name(1);
    const ledger::MemberId little = sim::owner_name(2);
    const std::size_t cost = let_wait(bench, 0, 1);
    const std::size_t part = build_member_cost_max / cost + 1;
    for (std::size_t i = 1; i < 3 * part; ++i) let_wait(bench, 0, 1);
    CHECK(count_of_each(bench) == Counts{{much, 3 * part}});
    // Whose turns are as many as another's has as much, or one more.
    for (std::size_t i = 0; i < 2 * part; ++i) let_wait(bench, 1, 1);
    const Counts two = count_of_each(bench);
    CHECK(two.at(more) == 2 * part);
    CHECK(two.at(much) - two.at(more) <= 1);
    let_wait(bench, 2, 1);
    CHECK(count_of_each(bench) == Counts{{much, part}, {more, part}, {little, 1}});
}

TEST_CASE("what doesn't fit into a block any more leaves the rest of it to other members, if it's not of too many") {
    // Twenty fit; the last costs little, and is looked at behind one that doesn't fit, or behind too many of them.
    const auto [members, is_reached] =
        GENERATE(std::pair{std::size_t{22}, true}, std::pair{20 + build_passed_over_max, true},
                 std::pair{21 + build_passed_over_max, false});
    Bench bench{1, 0, members};
    std::vector<std::size_t> in_turn;
    for (std::size_t i = 0; i < members; ++i) in_turn.push_back(i);
    std::ranges::sort(in_turn, {}, [](std::size_t owner) { return sim::owner_name(owner); });
    std::size_t dear = 0;
    for (std::size_t turn = 0; turn + 1 < members; ++turn) {
        dear = let_wait(bench, in_turn[turn], ledger::operations_max);
    }
    const std::size_t fit = build_cost_max / dear;
    REQUIRE(fit == 20);
    REQUIRE(fit * dear + let_wait(bench, in_turn.back(), 1) <= build_cost_max);
    CHECK(build(bench).size() == fit + (is_reached ? 1 : 0));
}

}  // namespace datadeed::replica
