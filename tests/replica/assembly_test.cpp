#include "node/replica/assembly.h"

#include <algorithm>
#include <map>

#include "ledger/cost.h"
#include "node/replica/limits.h"
#include "tests/replica/bench.h"
#include "tests/support/catch.h"

// What goes into a block of this node's.

namespace datadeed::replica {
using datadeed::replica::testing::Bench;

namespace {

// Adds one sound transaction of so many registrations; returns its block_cost.
std::size_t add_waiting(Bench& bench, std::size_t owner, std::size_t operations) {
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

namespace {

// With transactions of one size for itself: nothing is carried out.
struct Desk {
    Pending pending(std::size_t registrations, std::size_t withdrawals, bool sound) {
        const ledger::DatasetId data{"d"};
        std::vector<ledger::Operation> all(registrations,
                                           ledger::RegisterData{.data = data, .title = "T", .type = "table"});
        all.insert(all.end(), withdrawals, ledger::TransferWithdraw{.data = data, .to = sim::owner_name(1)});
        return Pending{.tx = bench.make(0, std::move(all), bench.genesis()), .checked = Height{1}, .sound = sound};
    }
    using Wants = Mempool::Wants;
    std::optional<Wants> pass_over(const Pending& pending) { return assembly.pass_over(pending, Height{}); }

    Bench bench;
    BlockAssembly assembly{bench.world.genesis.parameters};
};

}  // namespace

TEST_CASE("a block is filled to exactly build_cost_max") {
    Desk desk;
    std::size_t left = build_cost_max;
    const auto take = [&](std::size_t registrations, std::size_t withdrawals) {
        const Pending each = desk.pending(registrations, withdrawals, true);
        REQUIRE_FALSE(desk.pass_over(each));
        desk.assembly.take(each);
        left -= ledger::block_cost(each.tx->tx.content());
    };
    // Chosen so that the costs add up exactly.
    for (std::size_t i = 0; i < 21; ++i) take(ledger::operations_max - 1, 0);
    take(14, 1);
    REQUIRE(left == 0);
    CHECK(desk.pass_over(desk.pending(1, 0, true)) == Desk::Wants::others);
    // What may never go in keeps out nothing behind it.
    CHECK(desk.pass_over(desk.pending(1, 0, false)) == Desk::Wants::skip);
}

TEST_CASE(
    "what is tried in vain ends at exactly build_refused_cost_max: of what was thought sound a member's, else all") {
    Desk desk;
    const bool sound = GENERATE(false, true);
    std::size_t left = build_refused_cost_max;
    const auto of = [&desk](std::size_t registrations, std::size_t withdrawals, std::size_t owner, bool is_sound) {
        Pending each = desk.pending(registrations, withdrawals, is_sound);
        each.member = sim::owner_name(owner);
        return each;
    };
    const auto refuse = [&](std::size_t registrations, std::size_t withdrawals) {
        const Pending each = of(registrations, withdrawals, 0, sound);
        REQUIRE_FALSE(desk.pass_over(each));
        desk.assembly.refuse(each);
        left -= (sound ? 2 : 1) * ledger::applying_cost(each.tx->tx.content());
    };
    // Chosen so that the costs add up exactly; what was thought sound is tried on the tip as well.
    const std::size_t some = sound ? 1 : 2;
    for (std::size_t i = 0; i < 5 * some; ++i) refuse(i < some ? 41 : 44, i < some ? 4 : 0);
    REQUIRE(left == 0);
    using Wants = Desk::Wants;
    const auto skipped = [](bool is) { return is ? std::optional{Wants::skip} : std::nullopt; };
    CHECK(desk.pass_over(of(1, 0, 0, true)) == skipped(sound));
    CHECK(desk.pass_over(of(1, 0, 1, true)) == std::nullopt);
    CHECK(desk.pass_over(of(1, 0, 0, false)) == Wants::skip);
    CHECK(desk.pass_over(of(1, 0, 1, false)) == Wants::skip);
    // Of all, too.
    if (sound) {
        for (std::size_t owner = 2; owner < 2 + build_cost_max / build_refused_cost_max - 1; ++owner) {
            CHECK(desk.pass_over(of(1, 0, 99, true)) == std::nullopt);
            for (std::size_t i = 0; i < 5; ++i) desk.assembly.refuse(of(i < 1 ? 41 : 44, i < 1 ? 4 : 0, owner, true));
        }
        CHECK(desk.pass_over(of(1, 0, 99, true)) == Wants::nothing);
        return;
    }
    // Even what applies to this very tip may not behind another.
    Pending alone = of(1, 0, 0, true);
    alone.checked = Height{};
    CHECK(desk.pass_over(alone) == skipped(sound));
}

TEST_CASE(
    "a block ends where the next sound one doesn't fit by its bytes, and others take nothing from those behind them") {
    Desk desk;
    const std::size_t bytes = desk.pending(1, 0, true).tx->tx.raw().size();
    const BlockAssembly small{{.block_bytes_max = 2 * bytes - 1}};
    desk.assembly = small;
    desk.assembly.take(desk.pending(1, 0, true));
    CHECK(desk.pass_over(desk.pending(1, 0, false)) == Desk::Wants::skip);
    CHECK(desk.pass_over(desk.pending(1, 0, true)) == Desk::Wants::nothing);
}

TEST_CASE("who has nothing in a block bounds nobody's share of it") {
    Desk desk;
    desk.assembly.note_end(sim::owner_name(0));
    CHECK_FALSE(desk.assembly.found_bound());
}

TEST_CASE("a block goes without the rest when as much was thought sound and isn't as fills one") {
    Desk desk;
    const auto of = [&desk](std::size_t owner) {
        Pending each = desk.pending(ledger::operations_max, 0, true);
        each.member = sim::owner_name(owner);
        return each;
    };
    const std::size_t cost = 2 * ledger::applying_cost(of(0).tx->tx.content());
    std::size_t tried = 0;
    for (; !desk.pass_over(of(tried)); ++tried) desk.assembly.refuse(of(tried));
    CHECK(tried == (build_cost_max + cost - 1) / cost);
    CHECK(desk.pass_over(of(tried)) == Desk::Wants::nothing);
}

TEST_CASE("who stood behind as much as may be tried in vain for one block is in the next") {
    const std::vector<ledger::Operation> nowhere(
        ledger::operations_max, ledger::TransferWithdraw{.data = ledger::DatasetId{"a"}, .to = sim::owner_name(0)});
    const std::size_t cost = 2 * ledger::applying_cost({.nonce = {}, .expires = {}, .operations = nowhere});
    const std::size_t members = 2 * (build_cost_max / cost);
    Bench bench{1, 0, members};
    std::vector<std::size_t> in_turn;
    for (std::size_t i = 0; i < members; ++i) in_turn.push_back(i);
    std::ranges::sort(in_turn, {}, [](std::size_t owner) { return sim::owner_name(owner); });
    const std::size_t last = in_turn.back();
    in_turn.pop_back();
    for (const std::size_t owner : in_turn) {
        for (int i = 0; i < 3; ++i) {
            REQUIRE(bench.pool.add({.tx = bench.make(owner, nowhere, bench.genesis()),
                                    .member = sim::owner_name(owner),
                                    .checked = Height{7},
                                    .sound = true}));
        }
    }
    add_waiting(bench, last, 1);
    bench.pool.for_each_by_age([](Pending& each) { return each.offered_ms = 1, true; });
    const auto block = [&bench] {
        const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
        REQUIRE(built);
        for (const auto& [id, refusal] : built->refused) bench.pool.set_sound(*bench.pool.find(id), false);
        bench.pool.restart_ages(2, Height{});
        return built->block == nullptr ? 0 : built->block->block->transactions.size();
    };
    CHECK(block() == 0);
    CHECK(block() == 1);
}

TEST_CASE("a member's hopeless ones take no turn of the sound one behind them, however full blocks are") {
    Bench bench{1, 0, 5};
    const std::vector<ledger::Operation> nowhere(
        ledger::operations_max, ledger::TransferWithdraw{.data = ledger::DatasetId{"a"}, .to = sim::owner_name(0)});
    for (int i = 0; i < 20; ++i) {
        const TransactionPtr hopeless = bench.make(0, nowhere, bench.genesis());
        REQUIRE(bench.pool.add({.tx = hopeless, .member = sim::owner_name(0), .checked = Height{7}}));
    }
    add_waiting(bench, 0, ledger::operations_max);
    for (std::size_t owner = 1; owner < 5; ++owner) {
        for (int i = 0; i < 12; ++i) add_waiting(bench, owner, ledger::operations_max);
    }
    // The others are offered as late.
    bench.pool.for_each_by_age([](Pending& each) { return each.offered_ms = 1, true; });
    const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE((built && built->block != nullptr));
    CHECK_FALSE(built->refused.empty());
    CHECK(std::ranges::any_of(built->block->block->transactions, [&](const TransactionPtr& each) {
        return bench.pool.find(each->tx.id())->member == sim::owner_name(0);
    }));
    CHECK(built->block->block->transactions.size() < 4 * 12);
}

TEST_CASE("of equal transactions as many go in as the block's cost allows") {
    Bench bench;
    const std::size_t cost = add_waiting(bench, 1, ledger::operations_max);
    const std::size_t most = build_cost_max / cost;
    REQUIRE(most > 10);
    for (std::size_t i = 0; i < most; ++i) add_waiting(bench, 1, ledger::operations_max);
    CHECK(build(bench).size() == most);
}

TEST_CASE("once all of a member is in a block, others stop behind its work or build_member_cost_max") {
    Bench bench{1, 0, 3};
    const ledger::MemberId much = sim::owner_name(0);
    const ledger::MemberId more = sim::owner_name(1);
    const ledger::MemberId little = sim::owner_name(2);
    const std::size_t cost = add_waiting(bench, 0, 1);
    const std::size_t part = build_member_cost_max / cost + 1;
    for (std::size_t i = 1; i < 3 * part; ++i) add_waiting(bench, 0, 1);
    CHECK(count_of_each(bench) == Counts{{much, 3 * part}});
    // Whose turns are as many as another's has as much, or one more.
    for (std::size_t i = 0; i < 2 * part; ++i) add_waiting(bench, 1, 1);
    const Counts two = count_of_each(bench);
    CHECK(two.at(more) == 2 * part);
    CHECK(two.at(much) - two.at(more) <= 1);
    add_waiting(bench, 2, 1);
    CHECK(count_of_each(bench) == Counts{{much, part}, {more, part}, {little, 1}});
}

TEST_CASE("what bounds a member's share of one block bounds it in the next ones for share_bound_ms") {
    Bench bench{1, 0, 2};
    const std::size_t cost = add_waiting(bench, 0, 1);
    const std::size_t much = 3 * build_member_cost_max / cost;
    for (std::size_t i = 1; i < much; ++i) add_waiting(bench, 0, 1);
    add_waiting(bench, 1, 1);
    const std::size_t part = build_member_cost_max / cost + 1;
    REQUIRE(much > part);
    const auto size_after = [&bench](std::uint64_t ms) {
        const auto built = bench.executor->build(bench.pool, TimeMs{bench.genesis().value + ms});
        return built->block->block->transactions.size();
    };
    CHECK(size_after(1) == part + 1);
    const auto built = bench.executor->build(bench.pool, bench.genesis());
    REQUIRE((built && built->block != nullptr));
    for (const TransactionPtr& each : built->block->block->transactions) {
        if (bench.pool.find(each->tx.id())->member == sim::owner_name(1)) bench.pool.remove(each->tx.id());
    }
    CHECK(size_after(share_bound_ms) == part);
    CHECK(size_after(1 + share_bound_ms) == much);
}

TEST_CASE("a smaller bound holds until its time is over, and none before it was set") {
    ShareBound bound;
    CHECK(bound.at(TimeMs{}) == build_cost_max);
    bound.set(600, TimeMs{1'000});
    CHECK(bound.at(TimeMs{999}) == build_cost_max);
    CHECK(bound.at(TimeMs{1'000}) == 600);
    bound.set(700, TimeMs{1'050});
    CHECK(bound.at(TimeMs{1'050}) == 600);
    CHECK(bound.at(TimeMs{1'000 + share_bound_ms}) == build_cost_max);
    bound.set(700, TimeMs{1'000 + share_bound_ms});
    CHECK(bound.at(TimeMs{1'000 + share_bound_ms}) == 700);
    bound.set(700, TimeMs{1'080 + share_bound_ms});
    CHECK(bound.at(TimeMs{1'079 + 2 * share_bound_ms}) == 700);
}

TEST_CASE("a block is forgiven for each half of one that the members' firsts fill, in transactions, bytes or work") {
    const ledger::Parameters rules{.block_bytes_max = 1'000, .block_transactions_max = 10};
    CHECK(blocks_for_firsts({.transactions = 4, .bytes = 499, .cost = build_cost_max / 2 - 1}, rules) == 0);
    CHECK(blocks_for_firsts({.transactions = 5, .bytes = 500, .cost = build_cost_max / 2}, rules) == 3);
    CHECK(blocks_for_firsts({.transactions = 5}, rules) == 1);
    CHECK(blocks_for_firsts({.bytes = 1'500}, rules) == 3);
    CHECK(blocks_for_firsts({.cost = build_cost_max}, rules) == 2);
    CHECK(blocks_for_firsts({.bytes = build_bytes_max}, {.block_bytes_max = 2 * build_bytes_max}) == 2);
}

TEST_CASE("the most since a height is what was noted there or later") {
    MostSince most;
    CHECK(most.since(Height{}) == 0);
    for (const auto& [height, number] : {std::pair{1U, 3U}, {2U, 5U}, {3U, 2U}, {4U, 2U}, {6U, 1U}}) {
        most.note(Height{height}, number);
    }
    CHECK(most.since(Height{}) == 5);
    CHECK(most.since(Height{2}) == 5);
    CHECK(most.since(Height{3}) == 2);
    CHECK(most.since(Height{4}) == 2);
    CHECK(most.since(Height{5}) == 1);
    CHECK(most.since(Height{6}) == 1);
    CHECK(most.since(Height{7}) == 0);
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
        dear = add_waiting(bench, in_turn[turn], ledger::operations_max);
    }
    const std::size_t fit = build_cost_max / dear;
    REQUIRE(fit == 20);
    REQUIRE(fit * dear + add_waiting(bench, in_turn.back(), 1) <= build_cost_max);
    CHECK(build(bench).size() == fit + (is_reached ? 1 : 0));
}

}  // namespace datadeed::replica
