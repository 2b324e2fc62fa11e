#include "consensus/limits.h"
#include "consensus/pbft.h"
#include "tests/consensus/bench.h"
#include "tests/support/catch.h"

// What a round forgets and what it goes on with when nothing comes of it.

namespace datadeed::consensus::testing {

TEST_CASE("a primary whose host found nothing to build from asks again when there is work, not before") {
    Bench primary{0};
    REQUIRE(all<Build>(primary.work()).size() == 1);
    CHECK(all<Build>(primary.core.step(Built{.view = {}, .height = Height{1}, .proposal = {}})).empty());
    const Event final_block = Adopted{*primary.verifier.verify(committed(0, 1, hash_a, {1, 2, 3}))};
    CHECK(all<Build>(primary.core.step(final_block)).empty());
    CHECK(all<Build>(primary.work()).size() == 1);
}

TEST_CASE("what the host refused is looked at no second time in its view") {
    Bench backup{1};
    REQUIRE(all<Validate>(backup.propose("alice")).size() == 1);
    static_cast<void>(backup.validated("alice", false, true));
    CHECK(sent<Prepare>(backup.validated("alice")) == nullptr);
    CHECK(all<Validate>(backup.propose("alice")).empty());

    Bench primary{1};
    static_cast<void>(primary.hear(view_change(0, 1)));
    static_cast<void>(primary.hear(view_change(3, 1, {}, prepared(0, 1, digest_of("alice"), {2, 3}))));
    const Proposal alice = make_proposal(Height{1}, {}, "alice");
    const Event body = BodyAvailable{.height = Height{1}, .hash = alice.hash, .payload = alice.payload};
    REQUIRE(all<Validate>(primary.core.step(body)).size() == 1);
    static_cast<void>(primary.validated("alice", false));
    CHECK(all<Validate>(primary.work()).empty());
}

TEST_CASE("a block that a quorum has committed is asked for once this host has refused it, not while it looks") {
    for (const bool subjective : {true, false}) {
        Bench backup{1};
        static_cast<void>(backup.propose("alice"));
        CHECK(all<FetchBody>(backup.votes<Commit>({0, 2, 3}, digest_of("alice"))).empty());
        const auto asked = all<FetchBody>(backup.validated("alice", false, subjective));
        REQUIRE(asked.size() == 1);
        CHECK(asked[0].hash == digest_of("alice"));
        CHECK(asked[0].holders == std::vector{ValidatorIndex{0}, ValidatorIndex{2}, ValidatorIndex{3}});
    }
}

TEST_CASE("who votes for two blocks is reported once a height, who opens a view twice once a view") {
    Bench backup{2};
    const auto opened_by = [](std::initializer_list<std::uint32_t> others) {
        std::vector<Signed<ViewChange>> changes;
        for (const std::uint32_t who : others) changes.push_back(view_change(who, 1));
        return new_view(1, std::move(changes));
    };
    static_cast<void>(backup.hear(opened_by({0, 1, 3})));
    REQUIRE(backup.core.view() == View{1});
    const auto told_twice = [&backup](std::uint64_t height) {
        const auto vote = [height](const Digest& hash) {
            return by(3, Prepare{.view = View{1}, .height = Height{height}, .hash = hash});
        };
        static_cast<void>(backup.hear(vote(hash_a)));
        const std::size_t reports = all<ReportEvidence>(backup.hear(vote(hash_b))).size();
        return reports + all<ReportEvidence>(backup.hear(vote(hash_b))).size();
    };
    CHECK(told_twice(1) == 1);
    CHECK(all<ReportEvidence>(backup.hear(opened_by({0, 1, 2}))).size() == 1);
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(1, 1, hash_a, {0, 1, 3}))}));
    REQUIRE(backup.core.height() == Height{1});
    CHECK(told_twice(2) == 1);
    CHECK(all<ReportEvidence>(backup.hear(opened_by({0, 1, 2}))).empty());
}

TEST_CASE("a validator whose chain lost blocks may have said what is just above those that it closed") {
    Recovered recovered;
    recovered.closed = Height{5};
    const auto halts_at = [&recovered](std::uint64_t height) {
        Bench backup{2, 4, recovered};
        const auto mine = by(2, Commit{.view = {}, .height = Height{height}, .hash = hash_a});
        return !all<Halt>(backup.hear(mine)).empty();
    };
    CHECK_FALSE(halts_at(5));
    CHECK_FALSE(halts_at(6));
    CHECK(halts_at(7));
}

TEST_CASE(
    "a validator that is shown another VIEW-CHANGE or NEW-VIEW of its own than it sent has lost votes, and stops") {
    const auto asks_for_view_1 = [](Bench& validator) {
        static_cast<void>(validator.work());
        static_cast<void>(validator.core.step(Tick{500}));
        REQUIRE(validator.core.changing());
    };
    const auto halts = [](const Actions& actions) { return !all<Halt>(actions).empty(); };
    Bench backup{2};
    asks_for_view_1(backup);
    CHECK_FALSE(halts(backup.hear(view_change(2, 1))));
    CHECK(halts(backup.hear(view_change(2, 1, committed(0, 1, hash_a, {0, 1, 3})))));

    Bench primary{1};
    asks_for_view_1(primary);
    CHECK(halts(primary.hear(new_view(1, {view_change(0, 1), view_change(1, 1), view_change(3, 1)}))));
}

TEST_CASE("the bytes of the last proposals are kept, whichever of them is decided") {
    const auto text_of_view = [](std::uint64_t view) { return "of view " + std::to_string(view); };
    const auto is_kept = [&](std::uint64_t wanted, std::uint64_t views) {
        Bench backup{2};
        std::uint64_t accepted = 0;
        for (std::uint64_t view = 0; accepted < views; ++view) {
            if (view % 4 == 2) continue;  // its own
            if (view > 0) {
                static_cast<void>(
                    backup.hear(new_view(view, {view_change(0, view), view_change(1, view), view_change(3, view)})));
            }
            static_cast<void>(backup.propose(text_of_view(view), view));
            REQUIRE(sent<Prepare>(backup.validated(text_of_view(view))) != nullptr);
            ++accepted;
        }
        Actions said;
        for (const std::uint32_t who : {0U, 1U, 3U}) {
            const Commit vote{.view = View{wanted}, .height = Height{1}, .hash = digest_of(text_of_view(wanted))};
            said = backup.hear(by(who, vote));
        }
        REQUIRE(all<Decide>(said).size() + all<FetchBody>(said).size() == 1);
        return all<Decide>(said).size() == 1;
    };
    CHECK(is_kept(0, payloads_max));
    CHECK_FALSE(is_kept(0, payloads_max + 1));
    for (const std::uint64_t view : {1U, 3U, 4U, 5U, 7U, 8U, 9U, 11U}) CHECK(is_kept(view, payloads_max + 1));
}

TEST_CASE("the timer runs while a proposal is looked at or was refused, though nothing else waits") {
    Bench looking{1};
    static_cast<void>(looking.core.step(Tick{0}));
    static_cast<void>(looking.propose("alice"));
    static_cast<void>(looking.core.step(Tick{499}));
    CHECK_FALSE(looking.core.changing());
    static_cast<void>(looking.core.step(Tick{500}));
    CHECK(looking.core.changing());

    Bench refusing{1};
    static_cast<void>(refusing.propose("alice"));
    static_cast<void>(refusing.validated("alice", false, true));
    static_cast<void>(refusing.core.step(Tick{500}));
    CHECK(refusing.core.changing());
}

TEST_CASE("a primary that lacks its own proposal is sent it, by those who took it") {
    Bench backup{1};
    static_cast<void>(backup.propose("alice"));
    static_cast<void>(backup.validated("alice"));
    const Actions said = backup.hear(by(0, Status{}));
    const auto* shown = sent<PrePrepare>(said);
    REQUIRE(shown != nullptr);
    CHECK(shown->hash == digest_of("alice"));
    CHECK(sent<PrePrepare>(backup.hear(by(3, Status{}))) == nullptr);  // it comes from the primary alone
}

TEST_CASE("blocks are asked of those who claim them, in turn: one above at leisure, more at once") {
    const auto claim = [](std::uint32_t peer, std::uint64_t height) {
        Status status;
        status.committed = Height{height};
        return by(peer, status);
    };
    const auto asked_of = [](const Actions& actions) {
        std::vector<std::uint32_t> peers;
        for (const FetchBlocks& question : all<FetchBlocks>(actions)) peers.push_back(question.peer.value);
        return peers;
    };
    Bench late{2};
    static_cast<void>(late.core.step(Tick{0}));
    static_cast<void>(late.hear(claim(0, 1)));
    CHECK(asked_of(late.core.step(Tick{99})).empty());
    CHECK(asked_of(late.core.step(Tick{100})) == std::vector{0U});

    Bench lost{2};
    static_cast<void>(lost.hear(claim(0, 5)));
    static_cast<void>(lost.hear(claim(3, 5)));
    CHECK(asked_of(lost.core.step(Tick{0})) == std::vector{3U});
    CHECK(asked_of(lost.core.step(Tick{499})).empty());
    CHECK(asked_of(lost.core.step(Tick{500})) == std::vector{0U});
    CHECK(asked_of(lost.core.step(Tick{1'000})) == std::vector{3U});
    // What was claimed holds until it is reached.
    static_cast<void>(lost.core.step(Adopted{*lost.verifier.verify(committed(0, 4, hash_a, {0, 1, 3}))}));
    CHECK(asked_of(lost.core.step(Tick{1'100})) == std::vector{0U});
    static_cast<void>(lost.core.step(Adopted{*lost.verifier.verify(committed(0, 5, hash_b, {0, 1, 3}))}));
    CHECK(asked_of(lost.core.step(Tick{60'000})).empty());

    Bench told{2};
    static_cast<void>(told.hear(view_change(3, 1, committed(0, 5, hash_a, {0, 1, 3}))));
    CHECK(asked_of(told.core.step(Tick{0})) == std::vector{3U});
}

TEST_CASE("help that there is none of to give isn't counted as given") {
    Bench backup{1};
    static_cast<void>(backup.hear(by(3, Status{})));
    static_cast<void>(backup.hear(by(2, Commit{.view = {}, .height = Height{1}, .hash = hash_a})));
    CHECK(sent<Commit>(backup.hear(by(3, Status{}))) != nullptr);
    CHECK(sent<Commit>(backup.hear(by(3, Status{}))) == nullptr);
}

TEST_CASE("the bytes of a block that is final are asked for again until they come") {
    Bench backup{1};
    REQUIRE(all<FetchBody>(backup.votes<Commit>({0, 2, 3}, hash_a)).size() == 1);
    const std::uint64_t retry_ms = backup.core.config().timing.fetch_retry_ms;
    CHECK(all<FetchBody>(backup.core.step(Tick{retry_ms - 1})).empty());
    CHECK(all<FetchBody>(backup.core.step(Tick{retry_ms})).size() == 1);
    CHECK(all<FetchBody>(backup.core.step(Tick{2 * retry_ms - 1})).empty());
    CHECK(all<FetchBody>(backup.core.step(Tick{2 * retry_ms})).size() == 1);
}

TEST_CASE("of a primary that contradicts itself ahead of its view neither proposal is taken in it") {
    Bench backup{2};
    const auto bare = by(1, PrePrepare{.view = View{1}, .height = Height{1}, .hash = hash_b, .payload = {}});
    static_cast<void>(
        backup.core.step(MessageIn{.via = ValidatorIndex{3}, .message = *backup.verifier.verify(Message{bare})}));
    CHECK(all<ReportEvidence>(backup.propose("alice", 1)).size() == 1);
    const auto entered = backup.hear(new_view(1, {view_change(0, 1), view_change(1, 1), view_change(3, 1)}));
    REQUIRE(backup.core.view() == View{1});
    CHECK(all<Validate>(entered).empty());
}

TEST_CASE("a vote for the next height shows that its signer has this one, and no more") {
    const auto asks_at_once = [](std::uint64_t height) {
        Bench backup{2};
        static_cast<void>(backup.hear(by(3, Commit{.view = {}, .height = Height{height}, .hash = hash_a})));
        return !all<FetchBlocks>(backup.core.step(Tick{0})).empty();
    };
    CHECK_FALSE(asks_at_once(2));
    CHECK(asks_at_once(3));
}

TEST_CASE("who leaves a view has no proposal of it any more") {
    Bench backup{2};
    static_cast<void>(backup.propose("alice"));
    static_cast<void>(backup.validated("alice"));
    REQUIRE(backup.core.status().has_proposal);
    static_cast<void>(backup.core.step(Tick{500}));
    REQUIRE(backup.core.changing());
    CHECK_FALSE(backup.core.status().has_proposal);
}

}  // namespace datadeed::consensus::testing
