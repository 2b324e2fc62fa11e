#include "consensus/limits.h"
#include "consensus/pbft.h"
#include "tests/consensus/bench.h"
#include "tests/support/catch.h"

// When a validator stops, wherever it finds out, and what it does once it has: nothing.

namespace datadeed::consensus::testing {

namespace {

// Two blocks final at height 3.
std::vector<Signed<ViewChange>> forked(std::uint64_t view) {
    return {view_change(2, view, committed(0, 3, hash_a, {0, 2, 3})),
            view_change(3, view, committed(0, 3, hash_b, {0, 2, 3}))};
}

std::optional<HaltReason> reason(const Actions& actions) {
    const auto halts = all<Halt>(actions);
    return halts.empty() ? std::nullopt : std::optional{halts.front().reason};
}

Recovered chain_lacks_two_blocks() {
    Recovered recovered;
    recovered.closed = Height{2};
    return recovered;
}

// Validator 1 with its chain behind its journal: it hears of the fork in silence, and gets the last block it lacks.
struct KnowsOfTheFork : Bench {
    explicit KnowsOfTheFork(std::uint64_t now_ms = 0) : Bench{1, 4, chain_lacks_two_blocks()} {
        static_cast<void>(core.step(Tick{now_ms}));
        for (const auto& change : forked(1)) CHECK_FALSE(reason(hear(change)));
        static_cast<void>(core.step(Adopted{*verifier.verify(committed(0, 2, hash_b, {0, 2, 3}))}));
        CHECK(core.view() == View{0});
    }
};

}  // namespace

TEST_CASE("a fork among the VIEW-CHANGEs stops the new primary, and whoever is shown it in a NEW-VIEW") {
    Bench primary{1};
    CHECK_FALSE(reason(primary.hear(forked(1)[0])));
    CHECK(reason(primary.hear(forked(1)[1])) == HaltReason::one_height_must_have_one_certificate);
    CHECK(primary.core.halted());
    CHECK(primary.core.next_deadline() == UINT64_MAX);

    Bench backup{2};
    const auto shown = new_view(1, {view_change(1, 1), forked(1)[0], forked(1)[1]}, Height{3});
    CHECK(reason(backup.hear(shown)) == HaltReason::one_height_must_have_one_certificate);
    CHECK(backup.core.step(Tick{1}).empty());
}

TEST_CASE("whoever signed both of two certificates that stop a validator is accused before it stops") {
    const auto accused = [](const Bench& bench, const Actions& actions) {
        std::vector<std::uint32_t> names;
        for (const ReportEvidence& found : all<ReportEvidence>(actions)) {
            const auto guilty = verify(found.evidence, bench.verifier);
            REQUIRE(guilty);
            CHECK(guilty->offence == Offence::two_votes);
            names.push_back(guilty->accused.value);
        }
        CHECK(std::holds_alternative<Halt>(actions.back()));
        return names;
    };
    Bench primary{1};
    // Also who was accused of something else at this height.
    for (const Digest& hash : {hash_a, hash_b}) {
        static_cast<void>(primary.hear(by(3, Commit{.view = {}, .height = Height{1}, .hash = hash})));
    }
    static_cast<void>(primary.hear(forked(1)[0]));
    CHECK(accused(primary, primary.hear(forked(1)[1])) == std::vector<std::uint32_t>{0, 2, 3});

    // Two blocks prepared in view 0, whose primary is validator 0: its PRE-PREPAREs are votes, too.
    Bench backup{2};
    const auto divided = new_view(1, {view_change(0, 1), view_change(1, 1, {}, prepared(0, 1, hash_a, {1, 3})),
                                      view_change(3, 1, {}, prepared(0, 1, hash_b, {2, 3}))});
    const Actions actions = backup.hear(divided);
    CHECK(reason(actions) == HaltReason::one_view_must_prepare_one_block);
    CHECK(accused(backup, actions) == std::vector<std::uint32_t>{0, 3});

    // Of two views: that somebody lied is sure, who isn't.
    Bench other{2};
    const auto later = new_view(5,
                                {view_change(0, 5), view_change(1, 5, committed(0, 3, hash_a, {0, 1, 3})),
                                 view_change(3, 5, committed(4, 3, hash_b, {0, 1, 3}))},
                                Height{3});
    const Actions nobody = other.hear(later);
    CHECK(reason(nobody) == HaltReason::one_height_must_have_one_certificate);
    CHECK(accused(other, nobody).empty());
}

TEST_CASE("a NEW-VIEW with another base than its VIEW-CHANGEs show is evidence, and its view is left") {
    Bench backup{2};
    const auto shown = new_view(1, {view_change(0, 1), view_change(1, 1), view_change(3, 1)}, Height{1});
    const Actions refused = backup.hear(shown);
    REQUIRE(all<ReportEvidence>(refused).size() == 1);
    CHECK(verify(all<ReportEvidence>(refused)[0].evidence, backup.verifier).value().accused == ValidatorIndex{1});
    REQUIRE(sent<ViewChange>(refused) != nullptr);
    CHECK(sent<ViewChange>(refused)->new_view == View{2});
}

TEST_CASE("whoever finds the fork when it leaves a view stops there, whatever made it leave") {
    KnowsOfTheFork refuses;
    REQUIRE(all<Validate>(refuses.propose("alice", 0, 3)).size() == 1);
    const Digest hash = make_proposal(Height{3}, hash_b, "alice").hash;
    const Actions refused =
        refuses.core.step(Validated{.view = {}, .hash = hash, .ok = false, .reason = "", .subjective = false});
    CHECK(reason(refused) == HaltReason::one_height_must_have_one_certificate);

    KnowsOfTheFork hears;  // two VIEW-CHANGEs are as good as complaints
    CHECK(reason(hears.core.step(Tick{1})) == HaltReason::one_height_must_have_one_certificate);

    KnowsOfTheFork waits{10'000};
    const Actions waited = waits.work(20'000);
    CHECK(reason(waited) == HaltReason::one_height_must_have_one_certificate);
    CHECK(all<Build>(waited).empty());
}

TEST_CASE("a certificate for a height far above that holds a COMMIT of its own stops a validator") {
    Bench backup{1};
    const Actions adopted = backup.core.step(Adopted{*backup.verifier.verify(committed(0, 2, hash_a, {0, 1, 3}))});
    CHECK(reason(adopted) == HaltReason::own_votes_must_be_in_the_journal);
}

TEST_CASE("a COMMIT of its own for which the journal had no more room doesn't stop a validator") {
    Recovered recovered;
    recovered.view = View{votes_per_signer_max};
    recovered.new_view =
        new_view(votes_per_signer_max, {view_change(0, votes_per_signer_max), view_change(1, votes_per_signer_max),
                                        view_change(3, votes_per_signer_max)});
    for (std::uint64_t view = 0; view <= votes_per_signer_max; ++view) {
        const Commit vote{.view = View{view}, .height = Height{1}, .hash = hash_a};
        recovered.prepared.push_back({.certificate = prepared(view, 1, hash_a, {2}), .vote = by(1, vote)});
    }
    const auto adopt = [&recovered](std::uint64_t view, const Digest& hash) {
        Bench backup{1, 4, recovered};
        return reason(backup.core.step(Adopted{*backup.verifier.verify(committed(view, 1, hash, {0, 1, 3}))}));
    };
    CHECK(adopt(0, hash_b) == std::nullopt);  // forgotten: it may have been this one
    CHECK(adopt(1, hash_b) == HaltReason::own_votes_must_be_in_the_journal);
    CHECK(adopt(votes_per_signer_max + 4, hash_a) == HaltReason::own_votes_must_be_in_the_journal);
}

TEST_CASE("a COMMIT of its own for the last height is known, or was lost, as the journal was when it was decided") {
    const auto decided = [](const Bench& backup, std::uint64_t height, const Digest& hash) {
        return backup.core.may_have_committed(committed(0, height, hash, {0, 1, 3}));
    };
    Bench lost{1};
    static_cast<void>(lost.core.step(Adopted{*lost.verifier.verify(committed(0, 1, hash_a, {0, 2, 3}))}));
    REQUIRE(lost.core.height() == Height{1});
    CHECK_FALSE(decided(lost, 1, hash_a));
    CHECK_FALSE(decided(lost, 2, hash_a));
    CHECK_FALSE(decided(lost, 3, hash_a));
    static_cast<void>(lost.core.step(Adopted{*lost.verifier.verify(committed(0, 2, hash_b, {0, 2, 3}))}));
    CHECK(decided(lost, 1, hash_a));  // nothing is known of it any more
    const Pbft begun{{.chain = test_chain(), .validators = quick_set(4), .self = ValidatorIndex{1}, .timing = {}},
                     lost.signer,
                     {.height = Height{1},
                      .hash = hash_a,
                      .certificate = committed(0, 1, hash_a, {0, 2, 3}),
                      .last_record = 0,
                      .now_ms = 0},
                     {}};
    CHECK(begun.may_have_committed(committed(0, 1, hash_a, {0, 1, 3})));

    Bench voted{1};
    const Digest alice = digest_of("alice");
    static_cast<void>(voted.propose("alice"));
    static_cast<void>(voted.validated("alice"));
    static_cast<void>(voted.votes<Prepare>({2, 3}, alice));
    static_cast<void>(voted.votes<Commit>({0, 2}, alice));
    REQUIRE(voted.core.height() == Height{1});
    CHECK(decided(voted, 1, alice));
    CHECK_FALSE(decided(voted, 1, hash_b));
    CHECK_FALSE(decided(voted, 2, hash_b));
}

TEST_CASE("a NEW-VIEW that shows a COMMIT of its own that the journal lacks stops a validator") {
    const auto shown = [](std::initializer_list<std::uint32_t> signers) {
        return new_view(
            1, {view_change(0, 1), view_change(1, 1), view_change(3, 1, committed(0, 1, digest_of("alice"), signers))},
            Height{1});
    };
    Bench sound{2};
    const Actions asks = sound.hear(shown({0, 1, 3}));
    CHECK_FALSE(reason(asks));
    CHECK(all<FetchBody>(asks).size() == 1);
    const Proposal alice = make_proposal(Height{1}, {}, "alice");
    const Event body = BodyAvailable{.height = Height{1}, .hash = alice.hash, .payload = alice.payload};
    CHECK(all<Decide>(sound.core.step(body)).size() == 1);

    Bench lost{2};
    CHECK(reason(lost.hear(shown({0, 2, 3}))) == HaltReason::own_votes_must_be_in_the_journal);
    Bench voted{2};
    static_cast<void>(voted.propose("alice"));
    static_cast<void>(voted.validated("alice"));
    static_cast<void>(voted.votes<Prepare>({1, 3}, digest_of("alice")));
    CHECK(all<Decide>(voted.hear(shown({0, 2, 3}))).size() == 1);
    CHECK_FALSE(voted.core.halted());
}

TEST_CASE("a NEW-VIEW of its own for the view that it still asks for stops a validator") {
    const auto opened = new_view(1, {view_change(0, 1), view_change(1, 1), view_change(2, 1)}, Height{});
    Bench asks{1};
    static_cast<void>(asks.work());
    static_cast<void>(asks.core.step(Tick{60'000}));
    REQUIRE(asks.core.view() == View{1});
    REQUIRE_FALSE(reason(asks.hear(view_change(0, 1))));
    CHECK(reason(asks.hear(opened)) == HaltReason::own_votes_must_be_in_the_journal);

    Bench opens{1};
    static_cast<void>(opens.work());
    static_cast<void>(opens.core.step(Tick{60'000}));
    for (const std::uint32_t other : {0U, 2U}) CHECK_FALSE(reason(opens.hear(view_change(other, 1))));
    CHECK_FALSE(reason(opens.hear(opened)));
}

// The base is two heights up: the first of them is decided by votes, the second by what the NEW-VIEW shows.
TEST_CASE("a validator that finds its votes lost one height after a decision does nothing more") {
    const auto at_the_base = [](bool with_votes_for_it) {
        Bench backup{2};
        const auto shown =
            new_view(1, {view_change(0, 1), view_change(1, 1), view_change(3, 1, committed(0, 2, hash_b, {0, 2, 3}))},
                     Height{2});
        CHECK_FALSE(reason(backup.hear(shown)));
        if (with_votes_for_it) {
            for (const std::uint32_t who : {0U, 1U}) {
                static_cast<void>(backup.hear(by(who, Commit{.view = {}, .height = Height{2}, .hash = hash_b})));
            }
        }
        static_cast<void>(backup.work());
        static_cast<void>(backup.votes<Commit>({0, 1, 3}, digest_of("alice")));
        const Proposal alice = make_proposal(Height{1}, {}, "alice");
        const Actions decided =
            backup.core.step(BodyAvailable{.height = Height{1}, .hash = alice.hash, .payload = alice.payload});
        CHECK(all<Decide>(decided).size() == 1);
        CHECK(all<Halt>(decided).size() == 1);
        CHECK(std::holds_alternative<Halt>(decided.back()));
        return reason(decided);
    };
    CHECK(at_the_base(false) == HaltReason::own_votes_must_be_in_the_journal);
    CHECK(at_the_base(true) == HaltReason::own_votes_must_be_in_the_journal);
}

TEST_CASE("a proposal of its own that a primary didn't make stops it, what it made or left doesn't") {
    const auto proposal = [](std::uint64_t view, std::uint64_t height, const std::string& text) {
        return by(static_cast<std::uint32_t>(view % 4),
                  PrePrepare{.view = View{view}, .height = Height{height}, .hash = digest_of(text), .payload = {}});
    };
    const auto shown = [&proposal](std::uint64_t view, std::uint64_t height, const std::string& text, bool made) {
        Bench primary{0};
        static_cast<void>(primary.work());
        if (made) {
            const Proposal block = make_proposal(Height{1}, {}, "alice");
            static_cast<void>(primary.core.step(Built{.view = {}, .height = Height{1}, .proposal = block}));
        }
        return reason(primary.hear(proposal(view, height, text)));
    };
    CHECK(shown(0, 1, "alice", true) == std::nullopt);
    CHECK(shown(0, 1, "eve", true) == HaltReason::own_votes_must_be_in_the_journal);
    CHECK(shown(0, 1, "alice", false) == HaltReason::own_votes_must_be_in_the_journal);
    CHECK(shown(4, 1, "alice", true) == HaltReason::own_votes_must_be_in_the_journal);
    CHECK(shown(0, 2, "alice", true) == HaltReason::own_votes_must_be_in_the_journal);
    Bench primary{0};
    CHECK_FALSE(reason(primary.hear(by(0, Status{}))));  // says nothing that binds
}

// ---- what a restart brings back

TEST_CASE("the bytes of what is accepted and prepared survive a restart, however many proposals there were") {
    const auto text_of_view = [](std::uint64_t view) { return "block " + std::to_string(view); };
    const std::uint64_t last = 2 * payloads_max + 3;  // a view of validator 3
    Recovered recovered;
    recovered.view = View{last};
    recovered.new_view = new_view(last, {view_change(0, last), view_change(1, last), view_change(3, last)});
    for (std::uint64_t view = 0; view <= last; ++view) {
        const Proposal block = make_proposal(Height{1}, {}, text_of_view(view));
        const auto proposal =
            by(static_cast<std::uint32_t>(view % 4),
               PrePrepare{.view = View{view}, .height = Height{1}, .hash = block.hash, .payload = block.payload});
        const Prepare vote{.view = View{view}, .height = Height{1}, .hash = block.hash};
        if (view % 4 == 3) {
            recovered.made.push_back({.proposal = proposal});
        } else {
            recovered.accepted.push_back({.proposal = proposal, .vote = by(3, vote)});
        }
    }
    const Digest first = digest_of(text_of_view(0));
    const Commit vote{.view = {}, .height = Height{1}, .hash = first};
    recovered.prepared.push_back({.certificate = prepared(0, 1, first, {1, 2}), .vote = by(3, vote)});

    Bench primary{3, 4, recovered};
    CHECK(primary.core.payload(first) != nullptr);
    CHECK(primary.core.payload(digest_of(text_of_view(1))) == nullptr);
    const Actions resumed = primary.core.step(Tick{0});
    REQUIRE(sent<PrePrepare>(resumed) != nullptr);
    CHECK(text_of(sent<PrePrepare>(resumed)->payload) == text_of_view(last));

    recovered.prepared.clear();
    const Bench with_nothing_prepared{3, 4, recovered};
    for (std::uint64_t view = 0; view <= last; ++view) {
        const bool held = with_nothing_prepared.core.payload(digest_of(text_of_view(view))) != nullptr;
        CHECK(held == (view + payloads_max > last));
    }
}

TEST_CASE("bytes that the journal has are never written to it again, not after a restart either") {
    const Digest alice = digest_of("alice");
    const auto accept_in_view_1 = [](Bench& bench) {
        static_cast<void>(bench.core.step(Tick{0}));
        static_cast<void>(bench.hear(new_view(1, {view_change(0, 1), view_change(1, 1), view_change(3, 1)})));
        static_cast<void>(bench.propose("alice", 1));
        std::vector<std::size_t> written;
        for (const Persist& action : all<Persist>(bench.validated("alice"))) {
            const auto* accepted = std::get_if<ProposalAccepted>(&action.record);
            if (accepted != nullptr) written.push_back(accepted->proposal.message.payload.size());
        }
        return written;
    };
    const Proposal block = make_proposal(Height{1}, {}, "alice");
    const PrePrepare said{.view = {}, .height = Height{1}, .hash = block.hash, .payload = block.payload};
    Recovered recovered;
    recovered.accepted.push_back(
        {.proposal = by(0, said), .vote = by(2, Prepare{.view = {}, .height = Height{1}, .hash = alice})});
    Bench again{2, 4, recovered};
    CHECK(accept_in_view_1(again) == std::vector<std::size_t>{0});
    Bench anew{2};
    CHECK(accept_in_view_1(anew) == std::vector<std::size_t>{block.payload.size()});
}

TEST_CASE("a validator that waits for a view has no part in it or in those before, whatever its journal says") {
    const Proposal block = make_proposal(Height{1}, {}, "alice");
    for (const std::uint64_t view : {0U, 1U}) {
        const auto primary = static_cast<std::uint32_t>(view);
        const PrePrepare said{.view = View{view}, .height = Height{1}, .hash = block.hash, .payload = block.payload};
        const Prepare prepare{.view = View{view}, .height = Height{1}, .hash = block.hash};
        const Commit commit{.view = View{view}, .height = Height{1}, .hash = block.hash};
        Recovered recovered;
        recovered.view = View{1};
        recovered.changing = true;
        recovered.view_change = view_change(2, 1);
        recovered.accepted.push_back({.proposal = by(primary, said), .vote = by(2, prepare)});
        recovered.prepared.push_back({.certificate = prepared(view, 1, block.hash, {2, 3}), .vote = by(2, commit)});
        Bench backup{2, 4, recovered};
        const Actions resumed = backup.core.step(Tick{0});
        CHECK(sent<ViewChange>(resumed) != nullptr);
        CHECK(sent<Prepare>(resumed) == nullptr);
        CHECK(sent<Commit>(resumed) == nullptr);
        CHECK(backup.core.payload(block.hash) != nullptr);
        CHECK(sent<Commit>(backup.hear(by(3, prepare))) == nullptr);
    }
}

TEST_CASE("what was prepared in the view before keeps nobody from a COMMIT in this one, after a restart") {
    const Digest alice = digest_of("alice");
    Recovered recovered;
    recovered.view = View{1};
    recovered.new_view = new_view(1, {view_change(0, 1), view_change(1, 1), view_change(3, 1)});
    recovered.prepared.push_back({.certificate = prepared(0, 1, alice, {1, 3}),
                                  .vote = by(2, Commit{.view = {}, .height = Height{1}, .hash = alice})});
    Bench backup{2, 4, recovered};
    static_cast<void>(backup.core.step(Tick{0}));
    static_cast<void>(backup.propose("bob", 1));
    static_cast<void>(backup.validated("bob"));
    const Actions agreed = backup.votes<Prepare>({0}, digest_of("bob"));
    REQUIRE(sent<Commit>(agreed) != nullptr);
    CHECK(sent<Commit>(agreed)->view == View{1});
}

TEST_CASE("what a view must begin with binds its backups after a restart, too") {
    const auto change = view_change(3, 1, {}, prepared(0, 1, digest_of("alice"), {2, 3}));
    const NewView opened{.new_view = View{1},
                         .view_changes = {view_change(0, 1), view_change(1, 1), change},
                         .base = {},
                         .carried = Carried{.view = View{0}, .height = Height{1}, .hash = digest_of("alice")}};
    Recovered recovered;
    recovered.view = View{1};
    recovered.new_view = by(1, opened);
    Bench faithful{2, 4, recovered};
    const auto judged = all<Validate>(faithful.propose("alice", 1));
    REQUIRE(judged.size() == 1);
    CHECK_FALSE(judged[0].fresh);
    Bench cheated{2, 4, recovered};
    const Actions left = cheated.propose("bob", 1);
    CHECK(all<Validate>(left).empty());
    CHECK(sent<ViewChange>(left) != nullptr);
}

TEST_CASE("a restart gives the primary its whole time again") {
    Bench backup{2, 4, {}, 50'000};
    static_cast<void>(backup.core.step(Tick{59'999}));
    CHECK(sent<ViewChange>(backup.work(20'000)) == nullptr);
    static_cast<void>(backup.core.step(Tick{60'000}));
    CHECK(backup.core.changing());
}

TEST_CASE("who waits for a view asks for it again after a restart, and the primary of one shows it again") {
    Recovered waiting;
    waiting.view = View{1};
    waiting.changing = true;
    waiting.view_change = view_change(2, 1);
    Bench backup{2, 4, waiting};
    CHECK(sent<ViewChange>(backup.core.step(Tick{0})) != nullptr);
    CHECK(sent<Status>(backup.core.step(Tick{0})) == nullptr);
    const Actions again = backup.core.step(Tick{Timing{}.timeout_min_ms});
    REQUIRE(sent<ViewChange>(again) != nullptr);
    CHECK(sent<ViewChange>(again)->new_view == View{1});

    Recovered opened;
    opened.view = View{1};
    opened.new_view = new_view(1, {view_change(0, 1), view_change(1, 1), view_change(3, 1)});
    for (const std::uint32_t who : {1U, 2U}) {
        Bench bench{who, 4, opened};
        CHECK((sent<NewView>(bench.core.step(Tick{0})) != nullptr) == (who == 1));
    }
}

TEST_CASE("a validator alone decides after a restart what it had prepared") {
    const Proposal block = make_proposal(Height{1}, {}, "alice");
    const PrePrepare said{.view = {}, .height = Height{1}, .hash = block.hash, .payload = block.payload};
    Recovered recovered;
    recovered.made.push_back({.proposal = by(0, said)});
    recovered.prepared.push_back({.certificate = prepared(0, 1, block.hash, {}),
                                  .vote = by(0, Commit{.view = {}, .height = Height{1}, .hash = block.hash})});
    Bench alone{0, 1, recovered};
    CHECK(all<Decide>(alone.core.step(Tick{0})).size() == 1);
}

}  // namespace datadeed::consensus::testing
