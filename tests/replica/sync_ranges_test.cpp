#include <set>

#include "tests/replica/fetched_blocks.h"
#include "tests/support/catch.h"

// Which ranges a Sync asks for, of whom and when, and what it keeps of the answers: at the bounds of each.

namespace datadeed::replica::testing {
namespace {

const ledger::MemberId a{"a"};
const ledger::MemberId b{"b"};

std::vector<Sync::Ask> ask(Sync& sync, std::uint64_t ours, std::uint64_t now_ms = 0) {
    return sync.due({.ours = Height{ours}, .now_ms = now_ms});
}

void give(Sync& sync, const Sync::Ask& asked, std::uint64_t until, std::uint64_t ours = 0) {
    sync.receive(asked.peer, answer_to(asked.request, until), {.ours = Height{ours}, .now_ms = 0});
}

}  // namespace

TEST_CASE("claims count from the highest down, in whatever order peers come") {
    const ledger::MemberId c{"c"};
    Sync sync{{a, b, c}, 1};
    sync.note_tip(a, Height{5});
    sync.note_tip(b, Height{9});
    sync.note_tip(c, Height{7});
    CHECK(sync.known() == Height{7});
}

TEST_CASE("a peer votes as it said last, while it is up") {
    Sync sync{{a}, 0};
    CHECK_FALSE(sync.votes(a));
    sync.note_votes(a, true);
    CHECK(sync.votes(a));
    CHECK_FALSE(sync.votes(b));
    sync.note_votes(a, false);
    CHECK_FALSE(sync.votes(a));
    sync.note_votes(a, true);
    sync.note_down(a);
    CHECK_FALSE(sync.votes(a));
}

TEST_CASE("the last block that is known may lack a source as any other") {
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{7});
    CHECK_FALSE(sync.lacks_source(Height{7}, 0));
    CHECK_FALSE(sync.lacks_source(Height{8}, 0));
    sync.note_first(a, Height{8});  // it has pruned all
    CHECK(sync.lacks_source(Height{7}, 0));
    CHECK_FALSE(sync.lacks_source(Height{8}, 0));
}

TEST_CASE("who has just pruned all that this node has is asked for the next block") {
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{60});
    sync.note_first(a, Height{51});
    CHECK(ask(sync, 49).empty());
    const std::vector<Sync::Ask> asks = ask(sync, 50);
    REQUIRE(asks.size() == 1);
    CHECK(asks[0].request.from == Height{51});
    CHECK(asks[0].request.max == 10);
}

TEST_CASE("a block is gone as well for those whose last one it is, and looks that are just close enough are one") {
    Sync sync{{a}, 0};
    const std::vector<ledger::MemberId> others{a};
    const Height next{11};
    sync.note_tip(a, next);
    sync.note_first(a, next.next());
    std::uint64_t now = 0;
    for (; now < blocks_gone_ms; now += blocks_gone_pause_ms) CHECK_FALSE(sync.has_gone(next, others, 0, now));
    CHECK(sync.has_gone(next, others, 0, now));
    CHECK(sync.has_gone(next, others, 0, now + blocks_gone_pause_ms));
    CHECK_FALSE(sync.has_gone(next, others, 0, now + 2 * blocks_gone_pause_ms + 1));
}

TEST_CASE("patience begins anew with each block that comes by itself") {
    Sync sync{{a}, 0};
    const auto due = [&sync](std::uint64_t ours, std::uint64_t now_ms) {
        sync.note_tip(a, Height{ours + 1});
        return sync.due({.ours = Height{ours}, .now_ms = now_ms, .patience_ms = 200}).size();
    };
    CHECK(due(10, 0) == 0);
    CHECK(due(11, 150) == 0);
    CHECK(due(11, 349) == 0);
    CHECK(due(11, 350) == 1);
}

TEST_CASE("who is in a hurry has no patience, once") {
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{11});
    const Sync::Moment moment{.ours = Height{10}, .now_ms = 0, .patience_ms = 200};
    CHECK(sync.due(moment).empty());
    sync.hurry();
    CHECK(sync.due(moment).size() == 1);
    sync.note_down(a);
    sync.note_tip(a, Height{11});
    CHECK(sync.due(moment).empty());
}

TEST_CASE("a node that fetches has no patience until it has all that it asked for") {
    Sync sync{{a}, 0};
    const auto due = [&sync](std::uint64_t ours, std::uint64_t now_ms) {
        return sync.due({.ours = Height{ours}, .now_ms = now_ms, .patience_ms = 200});
    };
    sync.note_tip(a, Height{3});
    CHECK(due(0, 0).empty());
    const std::vector<Sync::Ask> first = due(0, 200);
    REQUIRE(first.size() == 1);
    SECTION("while an answer is awaited") {
        sync.note_tip(a, Height{5});
        const std::vector<Sync::Ask> next = due(1, 201);
        REQUIRE(next.size() == 1);
        CHECK(next[0].request.from == Height{4});
    }
    SECTION("while blocks wait for those below") {
        sync.note_tip(b, Height{5});
        const std::vector<Sync::Ask> next = due(0, 201);
        REQUIRE(next.size() == 1);
        REQUIRE(next[0].peer == b);
        give(sync, next[0], 5);
        sync.note_down(a);
        const std::vector<Sync::Ask> again = due(1, 202);
        REQUIRE(again.size() == 1);
        CHECK(again[0].request.from == Height{2});
        CHECK(again[0].request.max == 2);
    }
}

TEST_CASE("no more ranges are under way than may be, however short those are that peers have") {
    Sync sync;
    for (std::uint64_t tip = 1; tip <= fetches_in_flight_max + 2; ++tip) {
        sync.note_tip(ledger::MemberId{"peer-" + std::to_string(tip)}, Height{tip});
    }
    const std::vector<Sync::Ask> asks = ask(sync, 0);
    CHECK(asks.size() == fetches_in_flight_max);
    for (const Sync::Ask& each : asks) CHECK(each.request.max == 1);
}

TEST_CASE("what is asked for, or here already, isn't asked for again") {
    Sync sync{{a}, 0};
    constexpr std::uint64_t tip = 2 * fetch_blocks_max + 2;
    sync.note_tip(a, Height{tip});
    const std::vector<Sync::Ask> asks = ask(sync, 0);
    REQUIRE(asks.size() == 3);
    CHECK(ask(sync, 0).empty());
    give(sync, asks[1], tip);
    CHECK(ask(sync, 0).empty());
    sync.note_tip(a, Height{tip + 1});
    const std::vector<Sync::Ask> next = ask(sync, 0);
    REQUIRE(next.size() == 1);
    CHECK(next[0].request.from == Height{tip + 1});
    CHECK(next[0].request.max == 1);
}

TEST_CASE("a range ends where the next one begins, and where the bound is") {
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{1'000});
    const std::vector<Sync::Ask> asks = ask(sync, 0);
    REQUIRE(asks.size() == fetches_in_flight_max);
    give(sync, asks[0], fetch_blocks_max - 4);
    const std::uint64_t ours = take_all(sync, 0);
    REQUIRE(ours == fetch_blocks_max - 4);
    const std::vector<Sync::Ask> between = ask(sync, ours);
    REQUIRE(between.size() == 1);
    CHECK(between[0].request.from == Height{ours + 1});
    CHECK(between[0].request.max == 4);
    for (std::size_t i = 1; i < asks.size(); ++i) give(sync, asks[i], 1'000, ours);
    const std::vector<Sync::Ask> last = ask(sync, ours);
    REQUIRE(last.size() == 1);
    CHECK(last[0].request.from == Height{fetches_in_flight_max * fetch_blocks_max + 1});
    CHECK(last[0].request.max == fetch_blocks_max - 4);
}

TEST_CASE("of an answer no more is kept than was asked for and is still lacking") {
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{10});
    const std::vector<Sync::Ask> asks = ask(sync, 0);
    REQUIRE(asks.size() == 1);
    FetchBlocks more = asks[0].request;
    more.max = 20;
    sync.receive(a, answer_to(more, 20), {.ours = Height{4}, .now_ms = 0});
    CHECK(sync.buffered() == 6);
    CHECK(sync.known() == Height{20});  // though it was shown
    // Nor what came by votes since.
    (void)ask(sync, 7);
    CHECK(sync.buffered() == 3);
}

TEST_CASE("a peer is asked up to where its blocks can't be checked yet, and no further") {
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{1'000});
    const std::vector<Sync::Ask> asks = ask(sync, 0);
    REQUIRE(asks.size() == fetches_in_flight_max);
    for (std::size_t i = 2; i < asks.size(); ++i) give(sync, asks[i], 0);
    CheckedBlocks cut = answer_to(asks[1].request, 0);
    cut.cut_short = true;
    sync.receive(a, std::move(cut), {.ours = Height{0}, .now_ms = 0});
    give(sync, asks[0], 40);  // no more had room
    const std::uint64_t ours = take_all(sync, 0);
    REQUIRE(ours == 40);
    sync.note_tip(a, Height{1'000});
    const std::vector<Sync::Ask> again = ask(sync, ours, fetch_shun_ms);
    REQUIRE(again.size() == 1);
    CHECK(again[0].request.from == Height{41});
    CHECK(again[0].request.max == fetch_blocks_max - 40);
}

TEST_CASE("who has none of a later range either is left alone") {
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{fetch_blocks_max + 1});
    const std::vector<Sync::Ask> asks = ask(sync, 0);
    REQUIRE(asks.size() == 2);
    give(sync, asks[1], 0);
    CHECK(sync.known() == Height{fetch_blocks_max});
    give(sync, asks[0], fetch_blocks_max);
    const std::uint64_t ours = take_all(sync, 0);
    sync.note_tip(a, Height{fetch_blocks_max + 1});
    CHECK(ask(sync, ours, fetch_shun_ms - 1).empty());
    CHECK(ask(sync, ours, fetch_shun_ms).size() == 1);
}

TEST_CASE("who shows what it claims after all is left alone no longer than anybody the next time, others are") {
    const auto shunned_after = [](bool has_shown) {
        Sync sync{{a}, 0};
        std::uint64_t now = 0;
        const auto fail_once = [&] {
            sync.note_tip(a, Height{10});
            const std::vector<Sync::Ask> asks = ask(sync, 0, now);
            REQUIRE(asks.size() == 1);
            sync.receive(a, answer_to(asks[0].request, 0), {.ours = Height{0}, .now_ms = now});
        };
        fail_once();
        now += fetch_shun_ms;
        if (has_shown) {
            sync.note_tip(a, Height{10});
            const std::vector<Sync::Ask> asks = ask(sync, 0, now);
            REQUIRE(asks.size() == 1);
            give(sync, asks[0], 5);
            CHECK(take_all(sync, 0) == 5);
        }
        fail_once();  // in the moment in which it may be asked again
        sync.note_tip(a, Height{10});
        std::uint64_t shunned = 0;
        while (sync.lacks_source(Height{1}, now + shunned)) ++shunned;
        return shunned;
    };
    CHECK(shunned_after(true) == fetch_shun_ms);
    CHECK(shunned_after(false) == 2 * fetch_shun_ms);
}

TEST_CASE("of answers that are late so many are awaited, the latest") {
    Sync sync{{a}, 0};
    std::uint64_t now = 0;
    std::vector<Sync::Ask> all;
    for (std::size_t i = 0; i <= fetches_late_max; ++i) {
        sync.note_tip(a, Height{10});
        for (const Sync::Ask& each : ask(sync, 0, now)) all.push_back(each);
        now += fetch_timeout_ms;
        CHECK(ask(sync, 0, now).empty());
        now += fetch_shun_ms << fetch_shun_doublings_max;
    }
    REQUIRE(all.size() == fetches_late_max + 1);
    give(sync, all[0], 10);
    CHECK(sync.buffered() == 0);
    give(sync, all[1], 10);
    CHECK(sync.buffered() == 10);
}

TEST_CASE("a late answer of a peer that is gone, or sent what is wrong, is taken in no more") {
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{10});
    const std::vector<Sync::Ask> asks = ask(sync, 0);
    REQUIRE(asks.size() == 1);
    CHECK(ask(sync, 0, fetch_timeout_ms).empty());
    SECTION("gone, and here again") {
        sync.note_down(a);
        sync.note_tip(a, Height{10});
    }
    SECTION("wrong") {
        sync.reject(a, fetch_timeout_ms);
    }
    give(sync, asks[0], 10);
    CHECK(sync.buffered() == 0);
}

}  // namespace datadeed::replica::testing
