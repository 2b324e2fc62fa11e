#include "consensus/pbft.h"

#include <algorithm>

#include "consensus/limits.h"
#include "tests/consensus/bench.h"
#include "tests/support/catch.h"

namespace datadeed::consensus::testing {

TEST_CASE("a vote is written before it is sent, and the send says so") {
    Bench backup{1};
    REQUIRE(all<Validate>(backup.propose("alice")).size() == 1);
    const Actions actions = backup.validated("alice");
    const auto written = all<Persist>(actions);
    const auto messages = all<Send>(actions);
    REQUIRE(written.size() == 1);
    REQUIRE(messages.size() == 1);
    CHECK(std::holds_alternative<Persist>(actions[0]));
    CHECK(written[0].number == 1);
    CHECK(messages[0].after == 1);
    CHECK(std::get<ProposalAccepted>(written[0].record).vote == std::get<Signed<Prepare>>(messages[0].message));
}

TEST_CASE("a proposal counts only from its own signer's link") {
    Bench backup{1};
    const Proposal block = make_proposal(Height{1}, {}, "alice");
    const auto message =
        by(0, PrePrepare{.view = {}, .height = Height{1}, .hash = block.hash, .payload = {'j', 'u', 'n', 'k'}});
    const auto relayed =
        backup.core.step(MessageIn{.via = ValidatorIndex{2}, .message = *backup.verifier.verify(Message{message})});
    CHECK(all<Validate>(relayed).empty());
    CHECK(all<Validate>(backup.propose("alice")).size() == 1);
}

TEST_CASE("votes of one view and hash make a quorum, others don't") {
    Bench backup{1};
    static_cast<void>(backup.propose("alice"));
    static_cast<void>(backup.validated("alice"));
    const Digest hash = digest_of("alice");
    CHECK(sent<Commit>(backup.hear(by(2, Prepare{.view = {}, .height = Height{1}, .hash = digest_of("eve")}))) ==
          nullptr);
    CHECK(sent<Commit>(backup.hear(by(3, Prepare{.view = View{1}, .height = Height{1}, .hash = hash}))) == nullptr);
    CHECK(sent<Commit>(backup.hear(by(3, Prepare{.view = {}, .height = Height{1}, .hash = hash}))) != nullptr);
    CHECK(all<Decide>(backup.hear(by(0, Commit{.view = {}, .height = Height{1}, .hash = hash}))).empty());
    CHECK(all<Decide>(backup.hear(by(2, Commit{.view = View{1}, .height = Height{1}, .hash = hash}))).empty());
    CHECK(all<Decide>(backup.hear(by(2, Commit{.view = {}, .height = Height{1}, .hash = digest_of("eve")}))).empty());
    CHECK(all<Decide>(backup.hear(by(3, Commit{.view = {}, .height = Height{1}, .hash = hash}))).size() == 1);
    CHECK(backup.core.height() == Height{1});
}

TEST_CASE("a proposal that this node's clock refuses isn't held against the primary") {
    Bench backup{1};
    static_cast<void>(backup.propose("alice"));
    CHECK(sent<ViewChange>(backup.validated("alice", false, true)) == nullptr);
    CHECK_FALSE(backup.core.changing());
    Bench other{1};
    static_cast<void>(other.propose("alice"));
    CHECK(sent<ViewChange>(other.validated("alice", false)) != nullptr);
    CHECK(other.core.changing());
}

TEST_CASE("no timer runs while nothing waits, and work starts it once") {
    Bench backup{1};
    static_cast<void>(backup.core.step(Tick{100'000}));
    CHECK_FALSE(backup.core.changing());
    static_cast<void>(backup.core.step(WorkPending{.pending = true, .oldest_ms = 0, .oldest_blocks = 0}));
    CHECK(backup.core.next_deadline() == 100'500);
    static_cast<void>(backup.core.step(Tick{100'300}));
    static_cast<void>(backup.core.step(WorkPending{.pending = true, .oldest_ms = 300, .oldest_blocks = 0}));
    static_cast<void>(backup.propose("alice"));  // T3: a message doesn't restart it
    static_cast<void>(backup.core.step(Tick{100'499}));
    CHECK_FALSE(backup.core.changing());
    static_cast<void>(backup.core.step(Tick{100'500}));
    CHECK(backup.core.changing());
}

TEST_CASE("the timeout doubles with each failed view up to its limit") {
    constexpr std::size_t n = 10;
    Bench backup{8, n};  // primary of view 8: the doubling ends before
    std::uint64_t now = 0;
    std::uint64_t expected = 500;
    static_cast<void>(backup.work());
    for (std::uint64_t view = 1; view < 8; ++view) {
        CHECK(backup.core.timeout_ms() == expected);
        static_cast<void>(backup.core.step(Tick{now + expected - 1}));
        REQUIRE(backup.core.view() == View{view - 1});
        now += expected;
        static_cast<void>(backup.core.step(Tick{now}));
        REQUIRE(backup.core.view() == View{view});
        for (std::uint32_t peer = 0; peer < 8; ++peer) {
            if (peer != view) static_cast<void>(backup.hear(view_change(peer, view)));
        }
        expected = std::min<std::uint64_t>(30'000, 2 * expected);
    }
    CHECK(expected == 30'000);
    CHECK(backup.core.timeout_ms() == 30'000);
}

TEST_CASE("the new-view timer waits for a quorum of VIEW-CHANGEs") {
    Bench backup{3};
    static_cast<void>(backup.core.step(WorkPending{.pending = true, .oldest_ms = 0, .oldest_blocks = 0}));
    static_cast<void>(backup.core.step(Tick{500}));
    static_cast<void>(backup.hear(view_change(2, 1)));
    static_cast<void>(backup.core.step(Tick{60'000}));
    CHECK(backup.core.view() == View{1});
    // One that has gone on to view 2 counts too, or both would wait for ever.
    static_cast<void>(backup.hear(view_change(0, 2)));
    static_cast<void>(backup.core.step(Tick{61'000}));
    CHECK(backup.core.view() == View{2});
}

TEST_CASE("a VIEW-CHANGE is sent again, byte for byte, four times a timeout") {
    Bench backup{2};
    static_cast<void>(backup.core.step(WorkPending{.pending = true, .oldest_ms = 0, .oldest_blocks = 0}));
    const Actions first = backup.core.step(Tick{500});
    REQUIRE(sent<ViewChange>(first) != nullptr);
    const std::uint64_t due = backup.core.next_deadline();
    CHECK(due == 500 + 1000 / 4 + 2);
    const Actions again = backup.core.step(Tick{due});
    REQUIRE(sent<ViewChange>(again) != nullptr);
    CHECK(*sent<ViewChange>(again) == *sent<ViewChange>(first));
    CHECK(all<Persist>(again).empty());
}

TEST_CASE("a transaction that waits too long demotes the primary, each of them after its own time") {
    Bench backup{2};
    const WorkPending old{.pending = true, .oldest_ms = 20'000, .oldest_blocks = 0};
    static_cast<void>(backup.core.step(Tick{9'999}));
    CHECK(sent<ViewChange>(backup.core.step(old)) == nullptr);
    static_cast<void>(backup.core.step(Tick{10'000}));
    CHECK(backup.core.changing());

    Bench patient{2};
    static_cast<void>(patient.core.step(Tick{10'000}));
    const auto leaves = [&patient](std::uint64_t oldest_ms) {
        const WorkPending work{.pending = true, .oldest_ms = oldest_ms, .oldest_blocks = 0};
        return sent<ViewChange>(patient.core.step(work)) != nullptr;
    };
    CHECK_FALSE(leaves(9'999));
    CHECK(leaves(10'000));

    Bench primary{0};
    static_cast<void>(primary.core.step(Tick{10'000}));
    CHECK(sent<ViewChange>(primary.core.step(old)) == nullptr);
}

TEST_CASE("a transaction that ten blocks of a view passed by demotes its primary, a second later at the earliest") {
    // Blocks may come quicker than messages: the transaction and the reign must both be a second old as well.
    const auto see_ten_blocks = [](Bench& backup, std::uint64_t apart_ms, const WorkPending& work) {
        for (std::uint64_t height = 1; height <= 10; ++height) {
            static_cast<void>(backup.core.step(Tick{height * apart_ms}));
            CHECK(sent<ViewChange>(backup.core.step(work)) == nullptr);
            const Digest hash = digest_of(std::to_string(height));
            static_cast<void>(
                backup.core.step(Adopted{*backup.verifier.verify(committed(0, height, hash, {0, 1, 3}))}));
        }
        return sent<ViewChange>(backup.core.step(work)) != nullptr;
    };
    const WorkPending passed{.pending = true, .oldest_ms = 1'000, .oldest_blocks = 10};
    Bench slow{2};
    CHECK(see_ten_blocks(slow, 100, passed));
    Bench quick{2};
    CHECK_FALSE(see_ten_blocks(quick, 99, passed));
    Bench young{2};
    CHECK_FALSE(see_ten_blocks(young, 100, {.pending = true, .oldest_ms = 999, .oldest_blocks = 10}));
    Bench nine{2};
    CHECK_FALSE(see_ten_blocks(nine, 100, {.pending = true, .oldest_ms = 1'000, .oldest_blocks = 9}));
}

TEST_CASE("two certificates for one height stop a validator") {
    Bench backup{2};
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 1, digest_of("a"), {0, 1, 3}))}));
    const Actions actions =
        backup.core.step(Adopted{*backup.verifier.verify(committed(1, 1, digest_of("b"), {0, 1, 3}))});
    REQUIRE(all<Halt>(actions).size() == 1);
    CHECK(all<Halt>(actions)[0].reason == HaltReason::one_height_must_have_one_certificate);
    CHECK(backup.core.step(Tick{5'000}).empty());
}

TEST_CASE("a node whose chain lost blocks that its journal knows casts no vote until it has them again") {
    Recovered recovered;
    recovered.closed = Height{2};
    Bench backup{1, 4, recovered};
    CHECK(all<Validate>(backup.propose("alice")).empty());
    static_cast<void>(backup.core.step(WorkPending{.pending = true, .oldest_ms = 0, .oldest_blocks = 0}));
    CHECK(sent<ViewChange>(backup.core.step(Tick{600})) == nullptr);
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 2, digest_of("b"), {0, 1, 3}))}));
    const Proposal block = make_proposal(Height{3}, digest_of("b"), "carol");
    const auto next =
        backup.hear(by(0, PrePrepare{.view = {}, .height = Height{3}, .hash = block.hash, .payload = block.payload}));
    CHECK(all<Validate>(next).size() == 1);
}

TEST_CASE("a node whose chain lost blocks doesn't vote again where its journal has a vote above them") {
    const Proposal block = make_proposal(Height{3}, digest_of("b"), "carol");
    Recovered recovered;
    recovered.closed = Height{2};
    const PrePrepare said{.view = {}, .height = Height{3}, .hash = block.hash, .payload = block.payload};
    recovered.accepted.push_back(
        {.proposal = by(0, said), .vote = by(1, Prepare{.view = {}, .height = Height{3}, .hash = block.hash})});
    Bench backup{1, 4, recovered};
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 2, digest_of("b"), {0, 1, 3}))}));
    const Proposal other = make_proposal(Height{3}, digest_of("b"), "dave");
    const auto next =
        backup.hear(by(0, PrePrepare{.view = {}, .height = Height{3}, .hash = other.hash, .payload = other.payload}));
    CHECK(all<Validate>(next).empty());
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 3, block.hash, {0, 1, 3}))}));
    CHECK(backup.core.height() == Height{3});
}

TEST_CASE("a fetched certificate with a COMMIT that the journal lacks stops a validator") {
    const auto adopt = [](Bench& bench, const CommitCertificate& certificate) {
        const Actions actions = bench.core.step(Adopted{*bench.verifier.verify(certificate)});
        const std::vector<Persist> written = all<Persist>(actions);
        const bool recorded = !written.empty() && std::holds_alternative<VotesLost>(written.back().record);
        CHECK(recorded == !all<Halt>(actions).empty());
        return all<Halt>(actions);
    };
    Bench old{1};
    CHECK(adopt(old, committed(0, 1, hash_a, {0, 2, 3})).empty());
    const std::vector<Halt> halts = adopt(old, committed(0, 2, hash_b, {0, 1, 3}));
    REQUIRE(halts.size() == 1);
    CHECK(halts[0].reason == HaltReason::own_votes_must_be_in_the_journal);
    Recovered lost;
    lost.votes_lost = true;
    Bench after_restart{1, 4, lost};
    CHECK(after_restart.core.halted());
    CHECK(after_restart.core.step(Tick{1}).empty());

    Recovered recovered;
    const Commit vote{.view = {}, .height = Height{1}, .hash = hash_a};
    recovered.prepared.push_back({.certificate = prepared(0, 1, hash_a, {1, 2}), .vote = by(1, vote)});
    Bench known{1, 4, recovered};
    CHECK(adopt(known, committed(0, 1, hash_a, {0, 1, 3})).empty());
    Bench other_view{1, 4, recovered};
    CHECK(adopt(other_view, committed(1, 1, hash_a, {0, 1, 3})).size() == 1);
    Bench other_block{1, 4, recovered};
    CHECK(adopt(other_block, committed(0, 1, hash_b, {0, 1, 3})).size() == 1);
}

TEST_CASE("a primary isn't asked to build twice, nor while there is nothing to build from") {
    Bench primary{0};
    CHECK(all<Build>(primary.core.step(Tick{1})).empty());
    const WorkPending work{.pending = true, .oldest_ms = 0, .oldest_blocks = 0};
    CHECK(all<Build>(primary.core.step(work)).size() == 1);
    CHECK(all<Build>(primary.core.step(work)).empty());
    const Actions none = primary.core.step(Built{.view = {}, .height = Height{1}, .proposal = {}});
    CHECK(all<Persist>(none).empty());
    CHECK(all<Build>(primary.core.step(work)).size() == 1);
}

TEST_CASE("of far heights and views little is kept, and they change nothing") {
    Bench backup{1};
    for (std::uint64_t i = 1; i < 3'000; ++i) {
        static_cast<void>(backup.hear(by(2, Prepare{.view = View{4 * i}, .height = Height{1}, .hash = {}})));
        static_cast<void>(backup.hear(by(2, Commit{.view = {}, .height = Height{i + 10}, .hash = {}})));
        static_cast<void>(backup.hear(view_change(2, 1'000'000 * i)));
    }
    CHECK(backup.core.view() == View{0});
    CHECK(backup.core.height() == Height{0});
    CHECK(backup.core.held_ahead() == 0);
    for (std::uint64_t i = 1; i < 3'000; ++i) {
        static_cast<void>(backup.hear(by(2, Commit{.view = View{i}, .height = Height{2 + i % 2}, .hash = {}})));
        static_cast<void>(backup.hear(by(2, Prepare{.view = View{4 * i}, .height = Height{2 + i % 2}, .hash = {}})));
    }
    CHECK(backup.core.held_ahead() == 2 * heights_ahead_max);
}

TEST_CASE("a validator takes no other proposal than the one that the NEW-VIEW carries") {
    const auto enter = [](Bench& backup) {
        const Digest hash = digest_of("alice");
        const auto shown = view_change(3, 1, {}, prepared(0, 1, hash, {2, 3}));
        static_cast<void>(
            backup.hear(by(1, NewView{.new_view = View{1},
                                      .view_changes = {view_change(0, 1), view_change(1, 1), shown},
                                      .base = {},
                                      .carried = Carried{.view = {}, .height = Height{1}, .hash = hash}})));
        REQUIRE(backup.core.view() == View{1});
        REQUIRE_FALSE(backup.core.changing());
    };
    Bench other{2};
    enter(other);
    const Actions refused = other.propose("eve", 1);
    CHECK(all<Validate>(refused).empty());
    REQUIRE(sent<ViewChange>(refused) != nullptr);
    CHECK(sent<ViewChange>(refused)->new_view == View{2});

    Bench same{2};
    enter(same);
    const auto judged = all<Validate>(same.propose("alice", 1));
    REQUIRE(judged.size() == 1);
    CHECK_FALSE(judged[0].fresh);
    CHECK(sent<Prepare>(same.validated("alice")) != nullptr);
}

TEST_CASE("amnesia is reported once, whichever of the two statements comes first") {
    const auto commit = by(3, Commit{.view = {}, .height = Height{1}, .hash = hash_a});
    const auto forgetful = view_change(3, 1);
    const auto convicts = [&](const Actions& actions) {
        const auto reports = all<ReportEvidence>(actions);
        return reports.size() == 1 && reports[0].evidence == Evidence{.first = commit, .second = forgetful};
    };
    Bench one{1};
    CHECK(all<ReportEvidence>(one.hear(commit)).empty());
    CHECK(convicts(one.hear(forgetful)));
    CHECK(all<ReportEvidence>(one.hear(forgetful)).empty());

    Bench other{1};
    CHECK(all<ReportEvidence>(other.hear(forgetful)).empty());
    CHECK(convicts(other.hear(commit)));

    Bench third{2};
    static_cast<void>(third.hear(commit));
    CHECK(convicts(third.hear(by(1, NewView{.new_view = View{1},
                                            .view_changes = {view_change(0, 1), view_change(1, 1), forgetful},
                                            .base = {},
                                            .carried = {}}))));
}

TEST_CASE("votes of two kinds for two blocks in one slot are reported once") {
    const auto prepare = by(3, Prepare{.view = {}, .height = Height{1}, .hash = hash_a});
    const auto commit = by(3, Commit{.view = {}, .height = Height{1}, .hash = hash_b});
    const auto proposal = by(0, PrePrepare{.view = {}, .height = Height{1}, .hash = hash_a, .payload = {}});
    const auto other = by(0, Commit{.view = {}, .height = Height{1}, .hash = hash_b});
    const auto convicts = [](const Actions& actions, const Message& first, const Message& second) {
        const auto reports = all<ReportEvidence>(actions);
        return reports.size() == 1 && reports[0].evidence == Evidence{.first = first, .second = second};
    };
    Bench one{1};
    CHECK(all<ReportEvidence>(one.hear(prepare)).empty());
    CHECK(convicts(one.hear(commit), prepare, commit));
    CHECK(all<ReportEvidence>(one.hear(commit)).empty());
    CHECK(all<ReportEvidence>(one.hear(proposal)).empty());
    CHECK(convicts(one.hear(other), proposal, other));

    Bench turned{1};
    CHECK(all<ReportEvidence>(turned.hear(commit)).empty());
    CHECK(convicts(turned.hear(prepare), commit, prepare));
    CHECK(all<ReportEvidence>(turned.hear(other)).empty());
    CHECK(convicts(turned.hear(proposal), other, proposal));
}

TEST_CASE("votes at a height that the chain can't go on with yet close that height, too") {
    Recovered recovered;
    recovered.closed = Height{2};
    recovered.prepared.push_back({.certificate = prepared(0, 3, hash_a, {1, 2}),
                                  .vote = by(1, Commit{.view = {}, .height = Height{3}, .hash = hash_a})});
    Bench backup{1, 4, recovered};
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 2, hash_b, {0, 2, 3}))}));
    CHECK(all<Validate>(backup.propose("eve", 0, 3)).empty());
    static_cast<void>(backup.work());
    CHECK(sent<ViewChange>(backup.core.step(Tick{5'000})) == nullptr);
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 3, hash_a, {0, 2, 3}))}));
    CHECK(all<Validate>(backup.propose("carol", 0, 4)).size() == 1);
}

TEST_CASE("the journal is summed up by the bytes of all its records, not of payloads alone") {
    Bench backup{2};
    const auto tip = committed(0, 1, hash_a, {0, 1, 3});
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(tip)}));
    std::size_t bytes = 0;
    for (std::uint64_t view = 4; bytes < checkpoint_bytes; view += 4) {
        static_cast<void>(backup.hear(view_change(0, view)));
        const auto written = all<Persist>(backup.hear(view_change(1, view)));
        REQUIRE(written.size() == 1);
        bytes += encode(written[0].record).size();
    }
    const auto next = backup.core.step(Adopted{*backup.verifier.verify(committed(0, 2, hash_b, {0, 1, 3}))});
    const auto written = all<Persist>(next);
    REQUIRE(written.size() == 1);
    CHECK(std::holds_alternative<Checkpoint>(written[0].record));
    const auto after = backup.core.step(Adopted{*backup.verifier.verify(committed(0, 3, hash_b, {0, 1, 3}))});
    CHECK(all<Persist>(after).empty());
}

TEST_CASE("a vote of its own that the journal lacks stops a validator, one that it has or that is past doesn't") {
    const auto prepare = [](std::uint64_t view, std::uint64_t height, const Digest& hash) {
        return by(2, Prepare{.view = View{view}, .height = Height{height}, .hash = hash});
    };
    const auto voter = [](Bench& bench) {
        static_cast<void>(bench.propose("alice"));
        REQUIRE(sent<Prepare>(bench.validated("alice")) != nullptr);
    };
    Bench sound{2};
    voter(sound);
    CHECK(all<Halt>(sound.hear(prepare(0, 1, digest_of("alice")))).empty());
    for (const auto& strange :
         {prepare(0, 1, digest_of("eve")), prepare(1'000, 1, digest_of("alice")), prepare(0, 5, digest_of("alice"))}) {
        Bench lost{2};
        voter(lost);
        CHECK(all<Halt>(lost.hear(strange)).size() == 1);
    }
}

TEST_CASE("a validator takes no proposal in a view that it waits for") {
    Bench backup{2};
    static_cast<void>(backup.work());
    static_cast<void>(backup.core.step(Tick{500}));
    REQUIRE(backup.core.changing());
    CHECK(all<Validate>(backup.propose("alice", 1)).empty());
    const auto entered =
        backup.hear(by(1, NewView{.new_view = View{1},
                                  .view_changes = {view_change(0, 1), view_change(1, 1), view_change(3, 1)},
                                  .base = {},
                                  .carried = {}}));
    CHECK(all<Validate>(entered).size() == 1);  // kept until then
}

TEST_CASE("nothing is voted for at a height that the NEW-VIEW shows to be final") {
    Bench backup{2};
    const auto shown = view_change(3, 1, committed(0, 1, digest_of("alice"), {0, 1, 3}));
    static_cast<void>(backup.hear(by(1, NewView{.new_view = View{1},
                                                .view_changes = {view_change(0, 1), view_change(1, 1), shown},
                                                .base = Height{1},
                                                .carried = {}})));
    REQUIRE(backup.core.view() == View{1});
    CHECK(all<Validate>(backup.propose("eve", 1)).empty());
}

TEST_CASE("an older certificate takes no validator back") {
    Bench backup{2};
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 2, hash_b, {0, 1, 3}))}));
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 1, hash_a, {0, 1, 3}))}));
    CHECK(backup.core.height() == Height{2});
    CHECK(backup.core.tip() == hash_b);
}

TEST_CASE("the journal isn't summed up below the heights that it closes") {
    Recovered recovered;
    recovered.closed = Height{100};
    Bench backup{2, 4, recovered};
    const auto adopt = [&backup](std::uint64_t height) {
        return all<Persist>(
            backup.core.step(Adopted{*backup.verifier.verify(committed(0, height, hash_a, {0, 1, 3}))}));
    };
    CHECK(adopt(99).empty());
    CHECK(adopt(100).size() == 1);
    CHECK(adopt(100 + checkpoint_heights - 1).empty());
    CHECK(adopt(100 + checkpoint_heights).size() == 1);
}

TEST_CASE("a STATUS gets help once in a while, and only its own signer does") {
    Bench backup{2};
    const auto opened = by(1, NewView{.new_view = View{1},
                                      .view_changes = {view_change(0, 1), view_change(1, 1), view_change(3, 1)},
                                      .base = {},
                                      .carried = {}});
    static_cast<void>(backup.hear(opened));
    const Signed<Status> late = by(3, Status{});
    CHECK(sent<NewView>(backup.hear(late)) != nullptr);
    CHECK(sent<NewView>(backup.hear(late)) == nullptr);
    CHECK(sent<NewView>(backup.hear(by(0, Status{}))) != nullptr);
    static_cast<void>(backup.core.step(Tick{.now_ms = backup.core.config().timing.help_every_ms}));
    const MessageIn retold{.via = ValidatorIndex{0}, .message = *backup.verifier.verify(Message{late})};
    CHECK(sent<NewView>(backup.core.step(retold)) == nullptr);
    CHECK(sent<NewView>(backup.hear(late)) != nullptr);
}

}  // namespace datadeed::consensus::testing
