#include "node/replica/snapshot_sync.h"

#include "node/replica/limits.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
namespace {

const ledger::MemberId anna{"anna"};
const ledger::MemberId ben{"ben"};
const ledger::MemberId carl{"carl"};
constexpr Height h{100};

using Ask = SnapshotSync::Ask;

std::optional<std::size_t> part_of(const Ask& ask) {
    const auto* part = std::get_if<PartQuestion>(&ask.what);
    return part == nullptr ? std::nullopt : std::optional{part->number};
}

std::set<std::size_t> numbers(std::size_t count) {
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < count; ++i) all.insert(i);
    return all;
}

std::size_t count_of(const std::vector<Ask>& asks, const ledger::MemberId& peer) {
    return static_cast<std::size_t>(std::ranges::count(asks, peer, &Ask::peer));
}

// Fetches a snapshot that anna offered and ben has as well.
struct Fetching {
    SnapshotSync sync;
    explicit Fetching(std::size_t parts) {
        sync.note(anna, h);
        sync.note(ben, h);
        sync.begin({.offered_by = anna, .height = h, .missing = numbers(parts)});
        CHECK(sync.due(Height{0}, 0).empty());  // its time begins with the next
    }
};

}  // namespace

TEST_CASE("a manifest is asked for of the highest snapshot above what is here, from one peer at a time") {
    SnapshotSync sync;
    CHECK(sync.due(Height{0}, 0).empty());
    sync.note(anna, Height{50});
    sync.note(ben, h);
    const std::vector<Ask> asks = sync.due(Height{49}, 0);
    REQUIRE(asks.size() == 1);
    CHECK(asks[0].peer == ben);
    REQUIRE(std::holds_alternative<ManifestQuestion>(asks[0].what));
    CHECK(std::get<ManifestQuestion>(asks[0].what).height == h);
    CHECK(sync.due(Height{49}, 1).empty());

    CHECK_FALSE(sync.land_offer(anna, asks[0].request).has_value());
    CHECK_FALSE(sync.land_offer(ben, asks[0].request + 1).has_value());
    CHECK(sync.land_offer(ben, asks[0].request) == h);
    CHECK_FALSE(sync.land_offer(ben, asks[0].request).has_value());
    CHECK(sync.due(h, 2).empty());  // nobody has a higher one
}

TEST_CASE("who doesn't answer about a manifest, has none or lies is left alone, and another one is asked") {
    SnapshotSync sync;
    sync.note(anna, h);
    sync.note(ben, h);
    const ledger::MemberId first = sync.due(Height{0}, 0).at(0).peer;
    CHECK(sync.due(Height{0}, snapshot_timeout_ms - 1).empty());
    const std::vector<Ask> second = sync.due(Height{0}, snapshot_timeout_ms);
    REQUIRE(second.size() == 1);
    CHECK(second[0].peer != first);
    (void)sync.land_offer(second[0].peer, second[0].request);
    sync.reject(second[0].peer, snapshot_timeout_ms);
    CHECK(sync.due(Height{0}, snapshot_timeout_ms + fetch_shun_ms - 1).empty());
    const std::vector<Ask> third = sync.due(Height{0}, snapshot_timeout_ms + fetch_shun_ms);
    REQUIRE(third.size() == 1);
    CHECK(third[0].peer == first);
    (void)sync.land_offer(first, third[0].request);
    // Twice as long the second time; who lied is left alone for longer.
    sync.leave_alone(first, 10'000);
    CHECK(sync.due(Height{0}, 10'000 + 2 * fetch_shun_ms - 1).empty());
    CHECK(sync.due(Height{0}, 10'000 + 2 * fetch_shun_ms).at(0).peer == first);
}

TEST_CASE("nothing counts any more that a liar was asked about a manifest, and another one is asked at once") {
    SnapshotSync sync;
    sync.note(anna, h);
    sync.note(ben, h);
    const std::vector<Ask> first = sync.due(Height{0}, 0);
    REQUIRE(first.size() == 1);
    sync.reject(first[0].peer, 1);
    CHECK_FALSE(sync.land_offer(first[0].peer, first[0].request).has_value());
    const std::vector<Ask> second = sync.due(Height{0}, 1);
    REQUIRE(second.size() == 1);
    CHECK(second[0].peer != first[0].peer);
}

TEST_CASE("several answers that don't come are one silence, and a late manifest is a manifest") {
    Fetching fetch{20};
    fetch.sync.note_lack(ben);
    CHECK(fetch.sync.due(Height{0}, 0).size() == snapshot_parts_per_peer);
    CHECK(fetch.sync.due(Height{0}, snapshot_timeout_ms).empty());
    CHECK(fetch.sync.due(Height{0}, snapshot_timeout_ms + fetch_shun_ms - 1).empty());
    CHECK(fetch.sync.due(Height{0}, snapshot_timeout_ms + fetch_shun_ms).size() == snapshot_parts_per_peer);

    SnapshotSync sync;
    sync.note(anna, h);
    const Ask asked = sync.due(Height{0}, 0).at(0);
    CHECK(sync.due(Height{0}, snapshot_timeout_ms).empty());
    CHECK(sync.land_offer(anna, asked.request) == h);
    CHECK_FALSE(sync.land_offer(anna, asked.request).has_value());
}

TEST_CASE("parts come from all who have a snapshot of that height, a few from each at once") {
    Fetching fetch{20};
    fetch.sync.note(carl, Height{99});  // an older one
    const std::vector<Ask> asks = fetch.sync.due(Height{0}, 0);
    CHECK(asks.size() == 2 * snapshot_parts_per_peer);
    CHECK(count_of(asks, anna) == snapshot_parts_per_peer);
    CHECK(count_of(asks, ben) == snapshot_parts_per_peer);
    CHECK(fetch.sync.due(Height{0}, 1).empty());
    std::set<std::size_t> asked;
    for (const Ask& ask : asks) asked.insert(part_of(ask).value());
    CHECK(asked.size() == asks.size());

    // Each answer makes room for the next question.
    CHECK_FALSE(fetch.sync.land_part(ben, asks[0].request).has_value());  // not whom it was asked of
    CHECK(fetch.sync.land_part(asks[0].peer, asks[0].request) == part_of(asks[0]));
    fetch.sync.note_part(asks[0].peer, *part_of(asks[0]), 2);
    const std::vector<Ask> next = fetch.sync.due(Height{0}, 2);
    REQUIRE(next.size() == 1);
    CHECK(next[0].peer == asks[0].peer);
    CHECK_FALSE(asked.contains(part_of(next[0]).value()));
}

TEST_CASE("a part that doesn't come, comes wrong or isn't there is asked for elsewhere") {
    SECTION("late") {
        Fetching fetch{1};
        const Ask first = fetch.sync.due(Height{0}, 0).at(0);
        CHECK(fetch.sync.due(Height{0}, snapshot_timeout_ms - 1).empty());
        const Ask second = fetch.sync.due(Height{0}, snapshot_timeout_ms).at(0);
        CHECK(second.peer != first.peer);
        CHECK(part_of(second) == part_of(first));
        // It still counts when it comes, once.
        CHECK(fetch.sync.land_part(first.peer, first.request) == part_of(first));
        CHECK_FALSE(fetch.sync.land_part(first.peer, first.request).has_value());
    }
    SECTION("wrong") {
        Fetching fetch{1};
        const Ask first = fetch.sync.due(Height{0}, 0).at(0);
        CHECK(fetch.sync.land_part(first.peer, first.request).has_value());
        fetch.sync.reject(first.peer, 0);
        CHECK(fetch.sync.due(Height{0}, 1).at(0).peer != first.peer);
    }
    SECTION("not there") {
        Fetching fetch{1};
        const Ask first = fetch.sync.due(Height{0}, 0).at(0);
        CHECK(fetch.sync.land_part(first.peer, first.request).has_value());
        fetch.sync.note_lack(first.peer);
        const Ask second = fetch.sync.due(Height{0}, 1).at(0);
        CHECK(second.peer != first.peer);
        (void)fetch.sync.land_part(second.peer, second.request);
        CHECK(fetch.sync.target() != nullptr);
        fetch.sync.note_lack(second.peer);
        const Ask other = fetch.sync.due(Height{0}, 2).at(0);
        CHECK(fetch.sync.target() == nullptr);  // nobody is left to ask
        // That isn't held against the one who offered it for long.
        CHECK(other.peer == ben);
        (void)fetch.sync.land_offer(ben, other.request);
        fetch.sync.reject(ben, 2);
        CHECK(fetch.sync.due(Height{0}, 2 + fetch_shun_ms).at(0).peer == anna);
    }
    SECTION("gone") {
        Fetching fetch{1};
        const Ask first = fetch.sync.due(Height{0}, 0).at(0);
        fetch.sync.note_down(first.peer);
        CHECK(fetch.sync.due(Height{0}, 1).at(0).peer != first.peer);
    }
}

TEST_CASE("a snapshot of which nothing comes any more is given up, and so is one that only its offerer has") {
    Fetching still{2};
    (void)still.sync.due(Height{0}, 0);
    (void)still.sync.due(Height{0}, snapshot_patience_ms - 1);
    CHECK(still.sync.target() != nullptr);
    (void)still.sync.due(Height{0}, snapshot_patience_ms);
    CHECK(still.sync.target() == nullptr);
    // Who offered it isn't asked for long.
    const Ask other = still.sync.due(Height{0}, snapshot_patience_ms + fetch_shun_ms).at(0);
    CHECK(other.peer == ben);
    (void)still.sync.land_offer(ben, other.request);
    still.sync.reject(ben, snapshot_patience_ms + fetch_shun_ms);
    CHECK(still.sync.due(Height{0}, snapshot_patience_ms + fetch_reject_ms - 1).empty());
    CHECK(still.sync.due(Height{0}, snapshot_patience_ms + fetch_reject_ms).at(0).peer == anna);

    Fetching alone{1'000};
    alone.sync.note_lack(ben);
    for (std::uint64_t now = 0; now < snapshot_alone_ms; now += 1'000) {
        for (const Ask& ask : alone.sync.due(Height{0}, now)) {
            CHECK(ask.peer == anna);
            (void)alone.sync.land_part(anna, ask.request);
            alone.sync.note_part(anna, part_of(ask).value(), now);
        }
        REQUIRE(alone.sync.target() != nullptr);
    }
    const std::vector<Ask> asks = alone.sync.due(Height{0}, snapshot_alone_ms);
    CHECK(alone.sync.target() == nullptr);
    // Others first, now.
    REQUIRE(asks.size() == 1);
    CHECK(asks[0].peer == ben);
}

TEST_CASE("blocks wait a moment for a manifest, and for parts as long as more than their offerer sends them") {
    SnapshotSync asking;
    asking.note(anna, h);
    CHECK_FALSE(asking.comes_first(0));
    (void)asking.due(Height{0}, 0);
    CHECK(asking.comes_first(snapshot_offer_ms - 1));
    CHECK_FALSE(asking.comes_first(snapshot_offer_ms));

    Fetching fetch{200};
    (void)fetch.sync.due(Height{0}, 0);
    CHECK(fetch.sync.comes_first(snapshot_patience_ms - 1));
    CHECK_FALSE(fetch.sync.comes_first(snapshot_patience_ms));
    fetch.sync.note_part(anna, 0, snapshot_patience_ms);
    CHECK_FALSE(fetch.sync.comes_first(snapshot_patience_ms));
    fetch.sync.note_part(ben, 1, snapshot_patience_ms);
    fetch.sync.note_part(ben, 2, snapshot_patience_ms);
    CHECK(fetch.sync.comes_first(snapshot_patience_ms + 2 * snapshot_part_ms - 1));
    CHECK_FALSE(fetch.sync.comes_first(snapshot_patience_ms + 2 * snapshot_part_ms));
    for (std::size_t part = 3; part < 200; ++part) fetch.sync.note_part(ben, part, snapshot_patience_ms);
    CHECK(fetch.sync.comes_first(2 * snapshot_patience_ms - 1));
    CHECK_FALSE(fetch.sync.comes_first(2 * snapshot_patience_ms));
    fetch.sync.end();
    CHECK_FALSE(fetch.sync.comes_first(snapshot_patience_ms));
}

TEST_CASE("who is left alone stays so, however often it goes and comes") {
    SnapshotSync sync;
    sync.note(anna, h);
    (void)sync.land_offer(anna, sync.due(Height{0}, 0).at(0).request);
    sync.reject(anna, 0);
    sync.note_down(anna);
    CHECK(sync.due(Height{0}, fetch_reject_ms).empty());  // it's gone
    sync.note(anna, h);
    CHECK(sync.due(Height{0}, fetch_reject_ms - 1).empty());
    CHECK(sync.due(Height{0}, fetch_reject_ms).size() == 1);
}

TEST_CASE("who sent what nobody honest sends isn't asked for a minute, though it hadn't spoken yet") {
    SnapshotSync sync;
    sync.reject(anna, 0);
    sync.note(anna, h);
    CHECK(sync.due(Height{0}, fetch_reject_ms - 1).empty());
    CHECK(sync.due(Height{0}, fetch_reject_ms).size() == 1);
}

TEST_CASE("offerers in turn hold blocks back no longer than one does") {
    SnapshotSync sync;
    std::uint64_t held = 0;
    constexpr std::uint64_t run_ms = 10 * (snapshot_patience_ms + fetch_reject_ms);
    for (std::uint64_t now = 0; now < run_ms; now += 100) {
        // There is always another one with a snapshot that nobody else has, and it never sends a part.
        const ledger::MemberId next{"liar-" + std::to_string(now / snapshot_patience_ms)};
        sync.note(next, Height{100 + now});
        for (const Ask& ask : sync.due(Height{0}, now)) {
            if (!std::holds_alternative<ManifestQuestion>(ask.what)) continue;
            (void)sync.land_offer(ask.peer, ask.request);
            sync.begin({.offered_by = ask.peer, .height = Height{100 + now}, .missing = numbers(5)});
        }
        held += sync.comes_first(now) ? 100U : 0U;
    }
    CHECK(held <= 10 * snapshot_patience_ms + 100);
    CHECK(held >= snapshot_patience_ms);
}

TEST_CASE("who has a snapshot of the same height is asked about it in turn") {
    SnapshotSync sync;
    for (const ledger::MemberId& peer : {anna, ben, carl}) sync.note(peer, h);
    std::vector<ledger::MemberId> asked;
    for (int i = 0; i < 6; ++i) {
        const Ask ask = sync.due(Height{0}, 0).at(0);
        asked.push_back(ask.peer);
        CHECK(sync.land_offer(ask.peer, ask.request) == h);
    }
    CHECK(std::set(asked.begin(), asked.begin() + 3).size() == 3);
    CHECK(std::ranges::equal(asked.begin(), asked.begin() + 3, asked.begin() + 3, asked.end()));
}

TEST_CASE("what a peer that is gone was asked for is awaited no more, in time or late, and it begins anew") {
    SECTION("a manifest") {
        SnapshotSync sync;
        sync.note(anna, h);
        sync.note(ben, h);
        const Ask first = sync.due(Height{0}, 0).at(0);
        sync.note_down(first.peer);
        const Ask second = sync.due(Height{0}, 0).at(0);
        CHECK(second.peer != first.peer);
        CHECK_FALSE(sync.land_offer(first.peer, first.request).has_value());
        (void)sync.due(Height{0}, snapshot_timeout_ms);
        sync.note_down(second.peer);
        CHECK_FALSE(sync.land_offer(second.peer, second.request).has_value());
    }
    SECTION("a part") {
        Fetching fetch{1};
        const Ask first = fetch.sync.due(Height{0}, 0).at(0);
        (void)fetch.sync.due(Height{0}, snapshot_timeout_ms);
        fetch.sync.note_down(first.peer);
        CHECK_FALSE(fetch.sync.land_part(first.peer, first.request).has_value());
    }
    SECTION("a part that it hadn't") {
        Fetching fetch{1};
        const Ask first = fetch.sync.due(Height{0}, 0).at(0);
        (void)fetch.sync.land_part(first.peer, first.request);
        fetch.sync.note_lack(first.peer);
        const Ask second = fetch.sync.due(Height{0}, 0).at(0);
        fetch.sync.note_down(first.peer);
        fetch.sync.note(first.peer, h);
        (void)fetch.sync.land_part(second.peer, second.request);
        fetch.sync.note_lack(second.peer);
        CHECK(fetch.sync.due(Height{0}, 0).at(0).peer == first.peer);
        CHECK(fetch.sync.target() != nullptr);
    }
}

TEST_CASE("who fails in the moment in which it may be asked again is left alone for longer") {
    SnapshotSync sync;
    sync.note(anna, h);
    sync.leave_alone(anna, 0);
    sync.leave_alone(anna, fetch_shun_ms);
    CHECK(sync.due(Height{0}, 3 * fetch_shun_ms - 1).empty());
    CHECK(sync.due(Height{0}, 3 * fetch_shun_ms).size() == 1);
}

TEST_CASE("who sends a part after all is left alone no longer than anybody the next time") {
    Fetching fetch{2};
    fetch.sync.leave_alone(anna, 0);
    fetch.sync.note_part(anna, 0, fetch_shun_ms);
    fetch.sync.leave_alone(anna, fetch_shun_ms);
    fetch.sync.note_lack(ben);
    CHECK(fetch.sync.due(Height{0}, 2 * fetch_shun_ms - 1).empty());
    CHECK(fetch.sync.due(Height{0}, 2 * fetch_shun_ms).at(0).peer == anna);
}

TEST_CASE("a few parts come from several at once, and what was asked of a liar is asked of another, in time") {
    Fetching fetch{5};
    const std::vector<Ask> asks = fetch.sync.due(Height{0}, 0);
    REQUIRE(asks.size() == 5);
    REQUIRE(count_of(asks, anna) == 3);
    CHECK(count_of(asks, ben) == 2);
    fetch.sync.reject(anna, 0);
    const std::vector<Ask> again = fetch.sync.due(Height{0}, 0);
    CHECK(again.size() == snapshot_parts_per_peer - 2);
    for (const Ask& ask : again) {
        CHECK(ask.peer == ben);
        const auto same = std::ranges::find(asks, part_of(ask), part_of);
        REQUIRE(same != asks.end());
        CHECK(same->peer == anna);
    }
}

TEST_CASE("blocks wait for another snapshot when they haven't for long, and not before") {
    SnapshotSync sync;
    sync.note(anna, h);
    const auto waits = [&sync](std::uint64_t now_ms) {
        const Ask ask = sync.due(Height{0}, now_ms).at(0);
        const bool comes_first = sync.comes_first(now_ms);
        (void)sync.land_offer(anna, ask.request);
        return comes_first;
    };
    CHECK(waits(0));
    CHECK_FALSE(waits(snapshot_patience_ms + fetch_reject_ms - 1));
    CHECK(waits(snapshot_patience_ms + fetch_reject_ms));
    CHECK_FALSE(SnapshotSync{}.comes_first(0));
}

TEST_CASE("a snapshot of which others send parts is fetched on, however long it takes, whenever it was begun") {
    SnapshotSync sync;
    sync.note(anna, h);
    sync.note(ben, h);
    constexpr std::uint64_t begun_ms = 10 * snapshot_alone_ms;
    sync.begin({.offered_by = anna, .height = h, .missing = numbers(1'000)});
    CHECK(sync.due(Height{0}, begun_ms).empty());
    for (std::uint64_t now = begun_ms; now < begun_ms + 2 * snapshot_alone_ms; now += 1'000) {
        for (const Ask& ask : sync.due(Height{0}, now)) {
            const std::optional<std::size_t> number = sync.land_part(ask.peer, ask.request);
            if (number) sync.note_part(ask.peer, *number, now);
        }
        REQUIRE(sync.target() != nullptr);
    }
}

TEST_CASE("of answers about snapshots that are late so many are awaited, the latest") {
    SnapshotSync sync;
    sync.note(anna, h);
    std::uint64_t now = 0;
    std::vector<Ask> all;
    for (std::size_t i = 0; i <= fetches_late_max; ++i) {
        for (const Ask& ask : sync.due(Height{0}, now)) all.push_back(ask);
        now += snapshot_timeout_ms;
        CHECK(sync.due(Height{0}, now).empty());
        now += fetch_shun_ms << fetch_shun_doublings_max;
    }
    REQUIRE(all.size() == fetches_late_max + 1);
    CHECK_FALSE(sync.land_offer(anna, all[0].request).has_value());
    CHECK(sync.land_offer(anna, all[1].request) == h);
}

}  // namespace datadeed::replica
