#include "consensus/pace.h"

#include "consensus/limits.h"
#include "tests/consensus/bench.h"
#include "tests/support/catch.h"

namespace datadeed::consensus::testing {

namespace {

RoundTimes rounds_of(std::size_t count, std::uint64_t took_ms) {
    RoundTimes rounds;
    for (std::size_t i = 0; i < count; ++i) rounds.add(took_ms);
    return rounds;
}

void add_window(Turnarounds& turnarounds, std::uint64_t turnaround_ms, std::uint64_t agreement_ms) {
    for (std::size_t i = 0; i < turnaround_rounds; ++i) turnarounds.add(turnaround_ms, agreement_ms, {});
}

Signed<Status> complaint(std::uint32_t signer, std::uint64_t view, bool slow = true) {
    return by(signer, Status{.view = View{view},
                             .changing = false,
                             .committed = {},
                             .has_proposal = false,
                             .view_changes = {},
                             .prepares = {},
                             .commits = {},
                             .slow_primary = slow});
}

// A backup of view 0 among four, in whose rounds time passes as told.
struct Rounds : Bench {
    explicit Rounds(std::uint32_t self) : Bench{self} {}

    void wait(std::uint64_t ms) {
        now_ms += ms;
        static_cast<void>(core.step(Tick{now_ms}));
    }
    // Work waits, the proposal comes after `turnaround_ms` and the block is decided `agreement_ms` later.
    void round(std::uint64_t turnaround_ms, std::uint64_t agreement_ms) {
        const std::uint64_t height = core.height().value + 1;
        const std::string text = std::to_string(height);
        const Digest hash = make_proposal(Height{height}, core.tip(), text).hash;
        static_cast<void>(work());
        wait(turnaround_ms);
        static_cast<void>(propose(text, core.view().value, height));
        static_cast<void>(
            core.step(Validated{.view = core.view(), .hash = hash, .ok = true, .reason = "", .subjective = false}));
        wait(agreement_ms);
        static_cast<void>(votes<Prepare>({1, 3}, hash));
        static_cast<void>(votes<Commit>({0, 1}, hash));
        static_cast<void>(core.step(WorkPending{}));
        REQUIRE(core.height().value == height);
    }
    void rounds(std::size_t count, std::uint64_t turnaround_ms, std::uint64_t agreement_ms) {
        for (std::size_t i = 0; i < count; ++i) round(turnaround_ms, agreement_ms);
    }

    std::uint64_t now_ms{};
};

constexpr std::size_t rounds_to_judge = turnaround_windows * turnaround_rounds;

}  // namespace

TEST_CASE("the first timeout is four times what nearly all rounds took, within its clamp") {
    const Timing timing;
    CHECK(first_timeout_ms(timing, {}) == 500);
    CHECK(first_timeout_ms(timing, rounds_of(1, 125)) == 500);
    CHECK(first_timeout_ms(timing, rounds_of(1, 126)) == 504);
    CHECK(first_timeout_ms(timing, rounds_of(1, 1'249)) == 4'996);
    CHECK(first_timeout_ms(timing, rounds_of(1, 1'250)) == 5'000);
    CHECK(first_timeout_ms(timing, rounds_of(1, UINT64_MAX)) == 5'000);
    CHECK(first_timeout_ms({.timeout_min_ms = 200, .timeout_max_ms = 3'200}, rounds_of(1, 10'000)) == 3'200);
    CHECK(first_timeout_ms({.timeout_min_ms = 9'000}, rounds_of(1, 10'000)) == 9'000);
}

TEST_CASE("one slow round among a hundred doesn't count, two do, and old ones are forgotten") {
    RoundTimes rounds = rounds_of(rounds_measured_max, 10);
    rounds.add(400);
    CHECK(rounds.p99_ms() == 10);
    rounds.add(300);
    CHECK(rounds.p99_ms() == 300);
    for (std::size_t i = 0; i < rounds_measured_max - 1; ++i) rounds.add(20);
    CHECK(rounds.p99_ms() == 20);
}

TEST_CASE("of the rounds that are measured the oldest is forgotten first") {
    RoundTimes rounds = rounds_of(1, 400);
    for (std::size_t i = 0; i < rounds_measured_max - 2; ++i) rounds.add(10);
    rounds.add(400);
    CHECK(rounds.p99_ms() == 400);
    rounds.add(10);
    CHECK(rounds.p99_ms() == 10);
}

TEST_CASE("a primary is too slow after three slow windows in a row") {
    Turnarounds turnarounds;
    add_window(turnarounds, 251, 10);
    add_window(turnarounds, 251, 10);
    add_window(turnarounds, 250, 10);
    add_window(turnarounds, 251, 10);
    add_window(turnarounds, 251, 10);
    CHECK_FALSE(turnarounds.too_slow());
    add_window(turnarounds, 251, 10);
    CHECK(turnarounds.too_slow());
    add_window(turnarounds, 250, 10);
    CHECK_FALSE(turnarounds.too_slow());
}

TEST_CASE("what slows the agreement down, too, isn't held against the primary") {
    Turnarounds turnarounds;
    for (std::size_t i = 0; i < turnaround_windows; ++i) add_window(turnarounds, 400, 100);
    CHECK_FALSE(turnarounds.too_slow());
    for (std::size_t i = 0; i < turnaround_windows; ++i) add_window(turnarounds, 401, 100);
    CHECK(turnarounds.too_slow());
}

TEST_CASE("how long agreement took in one window is no excuse in the next") {
    Turnarounds turnarounds;
    for (std::size_t i = 0; i < turnaround_windows; ++i) add_window(turnarounds, 400, 100);
    for (std::size_t i = 0; i < turnaround_windows; ++i) add_window(turnarounds, 400, 10);
    CHECK(turnarounds.too_slow());
}

TEST_CASE("half of the rounds decide whether a window was slow") {
    const auto mixed = [](std::size_t slow) {
        Turnarounds turnarounds;
        for (std::size_t i = 0; i < rounds_to_judge; ++i) {
            turnarounds.add(i % turnaround_rounds < slow ? 1'000 : 0, 10, {});
        }
        return turnarounds.too_slow();
    };
    CHECK_FALSE(mixed(turnaround_rounds / 2));
    CHECK(mixed(turnaround_rounds / 2 + 1));
}

TEST_CASE("the timeout follows the rounds that were measured") {
    Rounds backup{2};
    backup.rounds(1, 300, 40);
    CHECK(backup.core.timeout_ms() == 4 * 340);
    static_cast<void>(backup.work());
    CHECK(backup.core.next_deadline() >= backup.now_ms);
    backup.wait(4 * 340 - 1);
    CHECK_FALSE(backup.core.changing());
    backup.wait(1);
    CHECK(backup.core.changing());
    CHECK(backup.core.timeout_ms() == 8 * 340);
}

TEST_CASE("blocks that come by catching up say nothing of the pace") {
    Rounds backup{2};
    static_cast<void>(backup.work());
    backup.wait(400);
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 1, hash_a, {0, 1, 3}))}));
    CHECK(backup.core.timeout_ms() == 500);
}

TEST_CASE("a backup complains of a slow primary and goes on voting for it") {
    Rounds backup{2};
    backup.rounds(rounds_to_judge - 1, 300, 10);
    CHECK_FALSE(backup.core.status().slow_primary);
    backup.rounds(1, 300, 10);
    CHECK(backup.core.status().slow_primary);
    backup.wait(5'000);
    backup.rounds(1, 0, 10);
    CHECK_FALSE(backup.core.changing());
}

TEST_CASE("a round that ends with another block than the primary's tells nothing of its pace") {
    Rounds backup{2};
    backup.rounds(rounds_to_judge - 1, 300, 10);
    const Height height = backup.core.height().next();
    const Proposal other = make_proposal(height, backup.core.tip(), "other");
    static_cast<void>(backup.work());
    backup.wait(300);
    static_cast<void>(backup.propose("own", 0, height.value));
    static_cast<void>(backup.votes<Commit>({0, 1, 3}, other.hash));
    backup.wait(10);
    static_cast<void>(backup.core.step(BodyAvailable{.height = height, .hash = other.hash, .payload = other.payload}));
    REQUIRE(backup.core.height() == height);
    static_cast<void>(backup.core.step(WorkPending{}));
    CHECK_FALSE(backup.core.status().slow_primary);
    backup.rounds(1, 300, 10);
    CHECK(backup.core.status().slow_primary);
}

TEST_CASE("a round that ends while the view changes isn't measured") {
    Rounds backup{2};
    static_cast<void>(backup.work());
    static_cast<void>(backup.propose("alice"));
    static_cast<void>(backup.validated("alice"));
    backup.wait(500);
    REQUIRE(backup.core.changing());
    static_cast<void>(backup.hear(view_change(0, 1)));
    static_cast<void>(backup.hear(view_change(3, 1)));  // the timer of the new view runs
    for (const std::uint32_t who : {0U, 1U, 3U}) {
        static_cast<void>(backup.hear(by(who, Commit{.view = {}, .height = Height{1}, .hash = digest_of("alice")})));
    }
    REQUIRE(backup.core.height() == Height{1});
    CHECK(backup.core.rounds().p99_ms() == 0);
}

TEST_CASE("a quorum of complaints demotes the primary, fewer don't") {
    Rounds backup{2};
    backup.rounds(rounds_to_judge, 300, 10);
    CHECK(sent<ViewChange>(backup.hear(complaint(1, 0))) == nullptr);
    CHECK(sent<ViewChange>(backup.hear(complaint(1, 0))) == nullptr);
    CHECK(sent<ViewChange>(backup.hear(complaint(1, 0, false))) == nullptr);
    CHECK(sent<ViewChange>(backup.hear(complaint(3, 0))) == nullptr);
    CHECK(sent<ViewChange>(backup.hear(complaint(1, 4))) == nullptr);  // of another view
    const Actions demoted = backup.hear(complaint(1, 0));
    REQUIRE(sent<ViewChange>(demoted) != nullptr);
    CHECK(sent<ViewChange>(demoted)->new_view == View{1});
    CHECK_FALSE(backup.core.status().slow_primary);
}

TEST_CASE("who waits for the view has nothing to complain of in it, nor anybody while this one waits") {
    Status waiting;
    waiting.changing = true;
    waiting.slow_primary = true;
    Rounds backup{2};
    backup.rounds(rounds_to_judge, 300, 10);
    CHECK(sent<ViewChange>(backup.hear(by(1, waiting))) == nullptr);
    CHECK(sent<ViewChange>(backup.hear(by(3, waiting))) == nullptr);

    Bench late{3};
    static_cast<void>(late.hear(view_change(0, 1)));
    static_cast<void>(late.hear(view_change(2, 1)));
    REQUIRE(late.core.changing());
    static_cast<void>(late.hear(complaint(0, 1)));
    static_cast<void>(late.hear(complaint(2, 1)));
    CHECK(late.core.view() == View{1});
}

TEST_CASE("f complaints move nobody, f + 1 are joined") {
    Bench content{2, 7};
    CHECK(sent<ViewChange>(content.hear(complaint(1, 0))) == nullptr);
    CHECK(sent<ViewChange>(content.hear(complaint(3, 0))) == nullptr);
    CHECK_FALSE(content.core.status().slow_primary);
    CHECK(sent<ViewChange>(content.hear(complaint(4, 0))) == nullptr);
    CHECK(content.core.status().slow_primary);
    CHECK(sent<ViewChange>(content.hear(complaint(5, 0))) != nullptr);
}

TEST_CASE("who has left the view already counts as one who complains") {
    Rounds backup{2};
    backup.rounds(rounds_to_judge, 300, 10);
    static_cast<void>(backup.hear(view_change(1, 1)));
    CHECK_FALSE(backup.core.changing());
    static_cast<void>(backup.hear(complaint(3, 0)));
    CHECK(backup.core.changing());
}

TEST_CASE("after a demotion a validator doesn't complain of its own accord for a while") {
    Rounds backup{2};
    backup.rounds(rounds_to_judge, 300, 10);
    static_cast<void>(backup.hear(complaint(1, 0)));
    static_cast<void>(backup.hear(complaint(3, 0)));
    REQUIRE(backup.core.changing());
    const std::uint64_t demoted_ms = backup.now_ms;
    const CommitCertificate tip = committed(0, backup.core.height().value, backup.core.tip(), {0, 1, 3});
    std::vector<Signed<ViewChange>> changes;
    for (const std::uint32_t who : {0U, 1U, 3U}) changes.push_back(view_change(who, 4, tip));
    static_cast<void>(backup.hear(
        by(0, NewView{.new_view = View{4}, .view_changes = changes, .base = backup.core.height(), .carried = {}})));
    REQUIRE(backup.core.view() == View{4});
    backup.rounds(rounds_to_judge, 300, 10);
    REQUIRE(backup.now_ms < demoted_ms + 60'000);
    CHECK_FALSE(backup.core.status().slow_primary);
    backup.wait(demoted_ms + 60'000 - backup.now_ms);
    CHECK(backup.core.status().slow_primary);
}

}  // namespace datadeed::consensus::testing
