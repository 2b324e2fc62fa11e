#include "node/replica/sync.h"

#include "tests/replica/fetched_blocks.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using testing::answer_to;
using testing::take_all;

namespace {

const ledger::MemberId a{"a"};
const ledger::MemberId b{"b"};

}  // namespace

TEST_CASE("what is claimed counts by the validators of the epoch, and by how many of them may lie") {
    const ledger::MemberId c{"c"};
    Sync sync{{a, b, c}, 1};
    sync.note_tip(a, Height{9});
    sync.note_tip(b, Height{5});
    CHECK(sync.known() == Height{5});
    sync.begin_epoch({a, b, c}, 0);
    CHECK(sync.known() == Height{9});
    sync.begin_epoch({b, c}, 0);
    CHECK(sync.known() == Height{5});
    sync.begin_epoch({b, c}, 1);
    CHECK(sync.known() == Height{0});
}

TEST_CASE("patience begins anew where nobody had more for a while") {
    const auto due = [](Sync& sync, std::uint64_t now_ms) {
        return sync.due({.ours = Height{0}, .now_ms = now_ms, .patience_ms = 200}).size();
    };
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{1});
    CHECK(due(sync, 0) == 0);
    sync.note_down(a);
    CHECK(due(sync, 100) == 0);
    sync.note_tip(a, Height{1});
    CHECK(due(sync, 1'000) == 0);
    CHECK(due(sync, 1'199) == 0);
    CHECK(due(sync, 1'200) == 1);
}

TEST_CASE("a node that lags asks for ranges that follow on each other, several at once, each of another peer") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{1'000});
    sync.note_tip(b, Height{1'000});
    const std::vector<Sync::Ask> asks = sync.due({.ours = Height{0}, .now_ms = 0});
    REQUIRE(asks.size() == fetches_in_flight_max);
    CHECK(asks[0].request.from == Height{1});
    CHECK(asks[1].request.from == Height{1 + fetch_blocks_max});
    CHECK(asks[0].peer != asks[1].peer);
    CHECK(sync.due({.ours = Height{0}, .now_ms = 1}).empty());
}

TEST_CASE("blocks come out in order, whatever order the answers come in") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{100});
    const std::vector<Sync::Ask> asks = sync.due({.ours = Height{0}, .now_ms = 0});
    REQUIRE(asks.size() == 2);
    sync.receive(a, answer_to(asks[1].request, 100), {.ours = Height{0}, .now_ms = 0});
    CHECK_FALSE(sync.take_next(Height{0}));
    sync.receive(a, answer_to(asks[0].request, 100), {.ours = Height{0}, .now_ms = 0});
    CHECK(take_all(sync, 0) == 100);
    CHECK(sync.buffered() == 0);
}

TEST_CASE("a peer that claims a height and answers nothing is left for another") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{1'000'000});
    std::vector<Sync::Ask> asks = sync.due({.ours = Height{0}, .now_ms = 0});
    REQUIRE(asks.size() == fetches_in_flight_max);
    sync.note_tip(b, Height{50});
    asks = sync.due({.ours = Height{0}, .now_ms = fetch_timeout_ms});
    REQUIRE(asks.size() == 1);
    CHECK(asks[0].peer == b);
    CHECK(asks[0].request.from == Height{1});
    sync.receive(b, answer_to(asks[0].request, 50), {.ours = Height{0}, .now_ms = 0});
    CHECK(take_all(sync, 0) == 50);
}

TEST_CASE("a peer that has nothing after all isn't believed until it says more") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{1'000});
    const std::vector<Sync::Ask> asks = sync.due({.ours = Height{10}, .now_ms = 0});
    sync.receive(a, {.request = asks[0].request.request, .from = Height{11}, .blocks = {}},
                 {.ours = Height{10}, .now_ms = 0});
    CHECK(sync.known() == Height{10});
}

TEST_CASE("a height is known when a correct validator must have claimed it, or when its block was shown") {
    const ledger::MemberId c{"c"};
    const ledger::MemberId observer{"o"};
    Sync sync{{a, b, c}, 1};
    sync.note_tip(observer, Height{UINT64_MAX});
    sync.note_tip(a, Height{UINT64_MAX});
    CHECK(sync.known() == Height{0});
    sync.note_tip(b, Height{7});
    sync.note_tip(c, Height{5});
    CHECK(sync.known() == Height{7});
    sync.note_down(b);
    CHECK(sync.known() == Height{5});
    sync.note_down(c);
    sync.note_down(a);
    CHECK(sync.known() == Height{0});
    const std::vector<Sync::Ask> asks = sync.due({.ours = Height{0}, .now_ms = 0});
    REQUIRE_FALSE(asks.empty());
    sync.receive(observer, answer_to(asks[0].request, 9), {.ours = Height{0}, .now_ms = 0});
    CHECK(sync.known() == Height{9});
}

TEST_CASE("a claim that wasn't shown in time is forgotten, and who makes it again is left alone for longer") {
    Sync sync{{a, b}, 0};
    const auto claim = [&sync](std::uint64_t now_ms) {
        sync.note_tip(a, Height{1'000});
        return sync.due({.ours = Height{10}, .now_ms = now_ms}).size();
    };
    REQUIRE(claim(0) > 0);
    CHECK(sync.due({.ours = Height{10}, .now_ms = fetch_timeout_ms}).empty());
    CHECK(sync.known() == Height{10});
    CHECK(claim(fetch_timeout_ms + fetch_shun_ms - 1) == 0);
    std::uint64_t now = fetch_timeout_ms + fetch_shun_ms;
    REQUIRE(claim(now) > 0);
    now += fetch_timeout_ms;
    CHECK(claim(now) == 0);
    CHECK(claim(now + fetch_shun_ms) == 0);
    CHECK(claim(now + 8 * fetch_shun_ms) > 0);
}

TEST_CASE("who sent blocks that certificates aren't for is shunned for long, and all else that it sent is dropped") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{300});
    const std::vector<Sync::Ask> asks = sync.due({.ours = Height{0}, .now_ms = 0});
    REQUIRE(asks.size() == fetches_in_flight_max);
    sync.receive(a, answer_to(asks[0].request, 300), {.ours = Height{0}, .now_ms = 0});
    sync.receive(a, answer_to(asks[1].request, 300), {.ours = Height{0}, .now_ms = 0});
    REQUIRE(sync.take_next(Height{0}));
    sync.reject(a, 10);
    CHECK(sync.buffered() == 0);
    CHECK(sync.in_flight() == 0);
    sync.note_tip(a, Height{300});
    CHECK(sync.due({.ours = Height{0}, .now_ms = 10 + fetch_reject_ms - 1}).empty());
    // Not forgotten for its coming again.
    sync.note_down(a);
    sync.note_tip(a, Height{40});
    CHECK(sync.due({.ours = Height{0}, .now_ms = 10 + fetch_reject_ms - 1}).empty());
    sync.note_tip(b, Height{300});
    const std::vector<Sync::Ask> of_another = sync.due({.ours = Height{0}, .now_ms = 11});
    REQUIRE(of_another.size() == fetches_in_flight_max);
    for (const Sync::Ask& ask : of_another) CHECK(ask.peer == b);
    sync.note_down(b);
    CHECK_FALSE(sync.due({.ours = Height{0}, .now_ms = 10 + fetch_reject_ms}).empty());
}

// Where every answer takes longer than that, as on a slow link, a node that threw late ones away would never catch up.
TEST_CASE("an answer that comes late is taken in all the same, once") {
    Sync sync{{a}, 0};
    sync.note_tip(a, Height{10});
    std::vector<Sync::Ask> asks = sync.due({.ours = Height{0}, .now_ms = 0});
    REQUIRE(asks.size() == 1);
    CHECK(sync.due({.ours = Height{0}, .now_ms = fetch_timeout_ms}).empty());
    CHECK(sync.in_flight() == 0);
    sync.receive(b, answer_to(asks[0].request, 10), {.ours = Height{0}, .now_ms = fetch_timeout_ms});
    CHECK(sync.buffered() == 0);
    sync.receive(a, answer_to(asks[0].request, 10), {.ours = Height{0}, .now_ms = fetch_timeout_ms + 1});
    CHECK(take_all(sync, 0) == 10);
    sync.receive(a, answer_to(asks[0].request, 10), {.ours = Height{0}, .now_ms = fetch_timeout_ms + 2});
    CHECK(sync.buffered() == 0);
}

TEST_CASE("answers that are awaited though late are few") {
    Sync sync{{a}, 0};
    std::uint64_t now = 0;
    std::vector<Sync::Ask> first;
    for (std::size_t i = 0; i <= fetches_late_max; ++i) {
        sync.note_tip(a, Height{10});
        const std::vector<Sync::Ask> asks = sync.due({.ours = Height{0}, .now_ms = now});
        REQUIRE(asks.size() == 1);
        if (first.empty()) first = asks;
        now += fetch_timeout_ms;
        CHECK(sync.due({.ours = Height{0}, .now_ms = now}).empty());
        now += fetch_shun_ms << fetch_shun_doublings_max;
    }
    sync.receive(a, answer_to(first[0].request, 10), {.ours = Height{0}, .now_ms = now});
    CHECK(sync.buffered() == 0);
}

TEST_CASE("answers that nobody asked for change nothing") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{10});
    const std::vector<Sync::Ask> asks = sync.due({.ours = Height{0}, .now_ms = 0});
    REQUIRE(asks.size() == 1);
    sync.receive(b, answer_to(asks[0].request, 10), {.ours = Height{0}, .now_ms = 0});
    FetchBlocks other = asks[0].request;
    other.request += 1;
    sync.receive(a, answer_to(other, 10), {.ours = Height{0}, .now_ms = 0});
    other = asks[0].request;
    other.from = Height{2};
    sync.receive(a, answer_to(other, 10), {.ours = Height{0}, .now_ms = 0});
    CHECK(sync.buffered() == 0);
    CHECK(sync.in_flight() == 1);
}

TEST_CASE("what is fetched ahead is bounded, however far ahead the others are") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{1'000'000});
    for (std::uint64_t round = 0; round < 10; ++round) {
        for (const Sync::Ask& ask : sync.due({.ours = Height{0}, .now_ms = round})) {
            if (ask.request.from > Height{1})
                sync.receive(a, answer_to(ask.request, 1'000'000), {.ours = Height{0}, .now_ms = 0});
        }
    }
    CHECK(sync.buffered() <= fetches_in_flight_max * fetch_blocks_max);
    CHECK(sync.in_flight() <= fetches_in_flight_max);
}

TEST_CASE("a short lag is left to votes for a while, a long one isn't") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{11});
    CHECK(sync.due({.ours = Height{10}, .now_ms = 0, .patience_ms = 200}).empty());
    CHECK(sync.due({.ours = Height{10}, .now_ms = 199, .patience_ms = 200}).empty());
    CHECK(sync.due({.ours = Height{10}, .now_ms = 200, .patience_ms = 200}).size() == 1);
    Sync far{{a, b}, 0};
    far.note_tip(a, Height{10 + far_behind_blocks});
    CHECK(far.due({.ours = Height{10}, .now_ms = 0, .patience_ms = 200}).size() == 1);
}

TEST_CASE("a peer that is gone is asked no more, and what it owed is asked of another") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{20});
    REQUIRE(sync.due({.ours = Height{0}, .now_ms = 0}).size() == 1);
    sync.note_tip(b, Height{20});
    sync.note_down(a);
    const std::vector<Sync::Ask> asks = sync.due({.ours = Height{0}, .now_ms = 1});
    REQUIRE(asks.size() == 1);
    CHECK(asks[0].peer == b);
}

TEST_CASE("blocks of an epoch that isn't known yet are nobody's fault, and asked of whoever didn't cut them") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{1'000});
    const auto asks = sync.due({.ours = Height{0}, .now_ms = 0});
    REQUIRE(asks.size() == fetches_in_flight_max);
    // The second range ends where the next epoch begins, as far as this node can tell.
    CheckedBlocks cut = answer_to(asks[1].request, asks[1].request.from.value + 9);
    cut.cut_short = true;
    const Height beyond{asks[1].request.from.value + 10};
    sync.receive(a, std::move(cut), {.ours = Height{0}, .now_ms = 1});
    sync.receive(a, answer_to(asks[0].request, 1'000), {.ours = Height{0}, .now_ms = 1});
    CHECK(sync.due({.ours = Height{0}, .now_ms = 2}).empty());
    // Another one may have told of an epoch that there isn't: who else has the blocks is asked for them.
    sync.note_tip(b, Height{1'000});
    const auto others = sync.due({.ours = Height{0}, .now_ms = 3});
    REQUIRE_FALSE(others.empty());
    CHECK(others[0].peer == b);
    CHECK(others[0].request.from == beyond);
    // Once the blocks below are there, the first one is asked again, without delay.
    sync.note_down(b);
    const auto again = sync.due({.ours = Height{beyond.value - 1}, .now_ms = 4});
    REQUIRE_FALSE(again.empty());
    CHECK(again[0].peer == a);
    CHECK(again[0].request.from == beyond);
}

TEST_CASE("a next block that can't be checked though its epoch is known is a false claim") {
    Sync sync{{a, b}, 0};
    sync.note_tip(a, Height{3});
    const auto asks = sync.due({.ours = Height{0}, .now_ms = 0});
    REQUIRE(asks.size() == 1);
    CheckedBlocks cut = answer_to(asks[0].request, 0);
    cut.cut_short = true;
    SECTION("checked in the epoch before: early, and asked for again") {
        sync.receive(a, std::move(cut), {.ours = Height{0}, .now_ms = 1, .epoch = 1});
        CHECK(sync.due({.ours = Height{0}, .now_ms = 2, .patience_ms = 0}).size() == 1);
    }
    SECTION("checked in the present one") {
        sync.receive(a, std::move(cut), {.ours = Height{0}, .now_ms = 1});
        CHECK(sync.due({.ours = Height{0}, .now_ms = 2, .patience_ms = 0}).empty());
    }
}

TEST_CASE("blocks are asked of those that say to have them, and it shows when nobody does") {
    Sync sync{{a, b}, 0};
    CHECK_FALSE(sync.lacks_source(Height{1}, 0));  // there is no next block that anybody knows of
    sync.note_tip(a, Height{100});
    sync.note_first(a, Height{51});
    CHECK(sync.lacks_source(Height{50}, 0));
    CHECK_FALSE(sync.lacks_source(Height{51}, 0));
    CHECK(sync.best(Height{50}) == Height{0});
    CHECK(sync.best(Height{51}) == Height{100});
    CHECK(sync.due({.ours = Height{10}, .now_ms = 0, .patience_ms = 0}).empty());
    sync.note_tip(b, Height{30});
    CHECK_FALSE(sync.lacks_source(Height{11}, 0));
    CHECK(sync.lacks_source(Height{31}, 0));
    const std::vector<Sync::Ask> asks = sync.due({.ours = Height{10}, .now_ms = 0, .patience_ms = 0});
    REQUIRE(asks.size() == 1);
    CHECK(asks[0].peer == b);
    CHECK(asks[0].request.from == Height{11});
    CHECK(asks[0].request.max == 20);
    // Who didn't answer has none for now.
    (void)sync.due({.ours = Height{10}, .now_ms = fetch_timeout_ms, .patience_ms = 0});
    CHECK(sync.lacks_source(Height{11}, fetch_timeout_ms));
}

TEST_CASE("a block is gone once all but as many as may lie have said for long that they don't keep it") {
    const ledger::MemberId c{"c"};
    const std::vector<ledger::MemberId> others{a, b, c};
    Sync sync{{a, b, c}, 1};
    const Height next{11};
    const auto prune = [&sync, next](const ledger::MemberId& peer) {
        sync.note_tip(peer, Height{100});
        sync.note_first(peer, next.next());
    };
    // As a node looks that has nothing better to do.
    const auto is_gone = [&](std::uint64_t from_ms, std::uint64_t to_ms, Height height) {
        bool gone = false;
        for (std::uint64_t now = from_ms; now <= to_ms; now += 1'000) gone = sync.has_gone(height, others, 1, now);
        return gone;
    };
    constexpr std::uint64_t minute = blocks_gone_ms;
    prune(a);
    prune(ledger::MemberId{"follower"});
    CHECK_FALSE(is_gone(0, 2 * minute, next));
    prune(b);
    CHECK_FALSE(is_gone(1'000'000, 1'000'000 + minute - 1'000, next));
    CHECK(is_gone(1'000'000 + minute, 1'000'000 + minute, next));
    SECTION("another height is another matter: blocks come") {
        CHECK_FALSE(is_gone(1'001'000 + minute, 1'001'000 + minute, Height{10}));
        CHECK_FALSE(is_gone(1'002'000 + minute, 1'002'000 + minute, next));
    }
    SECTION("who hasn't come so far says nothing of it") {
        sync.note_down(b);
        sync.note_first(b, next.next());
        CHECK_FALSE(is_gone(2'000'000, 2'000'000 + 2 * minute, next));
    }
    SECTION("the time begins anew when one of them has it") {
        sync.note_first(b, next);
        CHECK_FALSE(is_gone(1'001'000 + minute, 1'001'000 + minute, next));
        sync.note_first(b, next.next());
        CHECK_FALSE(is_gone(1'002'000 + minute, 1'001'000 + 2 * minute, next));
        CHECK(is_gone(1'002'000 + 2 * minute, 1'002'000 + 2 * minute, next));
    }
    SECTION("and when nobody has looked for a while") {
        const std::uint64_t later = 1'000'001 + minute + blocks_gone_pause_ms;
        CHECK_FALSE(is_gone(later, later, next));
    }
    SECTION("nobody to ask has said nothing") {
        CHECK_FALSE(sync.has_gone(next, {}, 0, 0));
        CHECK_FALSE(sync.has_gone(next, {}, 0, minute));
    }
}

TEST_CASE("a validator lacks a block until it's up and says itself to have it") {
    using Names = std::vector<ledger::MemberId>;
    const ledger::MemberId me{"me"};
    const ledger::MemberId onlooker{"onlooker"};
    Sync sync{{a, b, me}, 0};
    sync.note_tip(onlooker, Height{1});
    sync.note_tip(a, Height{10});
    CHECK(sync.lacking(Height{7}, me) == Names{b});
    sync.note_ahead(b, Height{10});  // by votes that another one told
    CHECK(sync.lacking(Height{7}, me) == Names{b});
    sync.note_tip(b, Height{7});
    CHECK(sync.lacking(Height{7}, me).empty());
    CHECK(sync.lacking(Height{8}, me) == Names{b});
    CHECK(sync.lacking(Height{11}, me) == Names{a, b});
    sync.note_down(a);
    CHECK(sync.lacking(Height{7}, me) == Names{a});
    const Sync alone{{me}, 0};
    CHECK(alone.lacking(Height{7}, me).empty());
}

TEST_CASE("what a stranger claims to have without what is next says nothing") {
    Sync sync{{a, b}, 0};
    const ledger::MemberId stranger{"stranger"};
    sync.note_tip(stranger, Height{UINT64_MAX / 2});
    sync.note_first(stranger, Height{UINT64_MAX / 2});
    CHECK(sync.best(Height{1}) == Height{0});
    CHECK_FALSE(sync.lacks_source(Height{1}, 0));
    CHECK(sync.due({.ours = {}, .now_ms = 0, .patience_ms = 0}).empty());
    sync.note_tip(a, Height{5});
    CHECK(sync.best(Height{1}) == Height{5});
    const std::vector<ledger::MemberId> all{a, b, stranger};
    CHECK(sync.count_at(all, Height{5}) == 2);
    CHECK(sync.count_at(all, Height{6}) == 1);
    sync.note_down(a);
    CHECK(sync.count_at(all, Height{5}) == 1);
}

}  // namespace datadeed::replica
