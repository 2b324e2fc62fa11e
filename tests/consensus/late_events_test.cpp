#include "consensus/limits.h"
#include "consensus/pbft.h"
#include "tests/consensus/bench.h"
#include "tests/support/catch.h"

// What comes late, twice, or for another slot than the one that it was asked for.

namespace datadeed::consensus::testing {

namespace {

// Three VIEW-CHANGEs for view 1, of which 3's shows that "alice" is prepared.
std::vector<Signed<ViewChange>> changes_with_alice() {
    return {view_change(0, 1), view_change(1, 1), view_change(3, 1, {}, prepared(0, 1, digest_of("alice"), {2, 3}))};
}

Event body_of(const std::string& text) {
    const Proposal block = make_proposal(Height{1}, {}, text);
    return BodyAvailable{.height = Height{1}, .hash = block.hash, .payload = block.payload};
}

}  // namespace

TEST_CASE("a block that was built for another view or height, or on another parent, isn't proposed") {
    Bench primary{0};
    const Proposal block = make_proposal(Height{1}, {}, "alice");
    const auto built = [&block](std::uint64_t view, std::uint64_t height) {
        return Built{.view = View{view}, .height = Height{height}, .proposal = block};
    };
    CHECK(all<Persist>(primary.core.step(built(0, 1))).empty());  // it wasn't asked for
    REQUIRE(all<Build>(primary.work()).size() == 1);
    CHECK(all<Persist>(primary.core.step(built(4, 1))).empty());
    CHECK(all<Persist>(primary.core.step(built(0, 2))).empty());
    const Proposal on_another = make_proposal(Height{1}, hash_b, "alice");
    CHECK(all<Persist>(primary.core.step(Built{.view = {}, .height = Height{1}, .proposal = on_another})).empty());

    REQUIRE(all<Build>(primary.work()).size() == 1);
    const Proposal above = make_proposal(Height{2}, {}, "alice");
    CHECK(all<Persist>(primary.core.step(Built{.view = {}, .height = Height{1}, .proposal = above})).empty());
    REQUIRE(all<Build>(primary.work()).size() == 1);
    CHECK(sent<PrePrepare>(primary.core.step(built(0, 1))) != nullptr);
}

TEST_CASE("a verdict on another proposal than the one in question changes nothing") {
    Bench backup{1};
    CHECK(backup.validated("alice").empty() == false);  // STATUS and the like of the first step, no vote
    CHECK(sent<Prepare>(backup.validated("alice")) == nullptr);
    static_cast<void>(backup.propose("alice"));
    CHECK(sent<Prepare>(backup.validated("eve")) == nullptr);
    const Validated of_another_view{
        .view = View{4}, .hash = digest_of("alice"), .ok = true, .reason = "", .subjective = false};
    CHECK(sent<Prepare>(backup.core.step(of_another_view)) == nullptr);
    CHECK(all<Validate>(backup.propose("alice")).empty());  // it is being looked at
    CHECK(sent<Prepare>(backup.validated("alice")) != nullptr);
}

TEST_CASE("a proposal that somebody else passes on is noticed at the height being decided only") {
    Bench backup{1};
    const auto pass_on = [&backup](std::uint64_t height, const Digest& hash) {
        const auto message = by(0, PrePrepare{.view = {}, .height = Height{height}, .hash = hash, .payload = {}});
        return all<ReportEvidence>(backup.core.step(
            MessageIn{.via = ValidatorIndex{2}, .message = *backup.verifier.verify(Message{message})}));
    };
    CHECK(pass_on(2, hash_a).empty());
    CHECK(pass_on(2, hash_b).empty());
    CHECK(pass_on(1, hash_a).empty());
    CHECK(pass_on(1, hash_b).size() == 1);
}

TEST_CASE("of the proposals that a primary sends ahead of its views the latest is kept") {
    Bench backup{2};
    CHECK(all<Validate>(backup.propose("alice", 1)).empty());
    CHECK(all<Validate>(backup.propose("eve", 5)).empty());
    CHECK(all<Validate>(backup.propose("alice", 1)).empty());
    CHECK(all<Validate>(backup.hear(new_view(1, {view_change(0, 1), view_change(1, 1), view_change(3, 1)}))).empty());
    const auto entered = backup.hear(new_view(5, {view_change(0, 5), view_change(1, 5), view_change(3, 5)}));
    REQUIRE(all<Validate>(entered).size() == 1);
    CHECK(all<Validate>(entered)[0].proposal.hash == digest_of("eve"));
}

TEST_CASE("a primary's two stories depose it in its own view alone, and only while votes are cast there") {
    const auto tell = [](Bench& backup, std::uint64_t view) {
        static_cast<void>(backup.propose("alice", view));
        return backup.propose("eve", view);
    };
    Bench ahead{2};
    const Actions of_view_1 = tell(ahead, 1);
    CHECK(all<ReportEvidence>(of_view_1).size() == 1);
    CHECK(sent<ViewChange>(of_view_1) == nullptr);

    Bench waiting{2};
    static_cast<void>(waiting.work());
    static_cast<void>(waiting.core.step(Tick{500}));
    REQUIRE(waiting.core.view() == View{1});
    const Actions while_waiting = tell(waiting, 1);
    CHECK(all<ReportEvidence>(while_waiting).size() == 1);
    CHECK(sent<ViewChange>(while_waiting) == nullptr);

    Bench there{2};
    CHECK(sent<ViewChange>(tell(there, 0)) != nullptr);
}

TEST_CASE("who asks for one view in two ways is reported once while the view lasts, whatever is decided meanwhile") {
    Bench backup{1};
    const auto reports = [&backup](const Signed<ViewChange>& change) {
        return all<ReportEvidence>(backup.hear(change)).size();
    };
    const CommitCertificate committed_a = committed(0, 1, hash_a, {0, 2, 3});
    const auto otherwise = [&committed_a](Height committed) {
        return by(2, ViewChange{.new_view = View{5},
                                .committed = committed,
                                .certificate = committed.value > 0 ? std::optional{committed_a} : std::nullopt,
                                .prepared = {}});
    };
    CHECK(reports(otherwise(Height{0})) == 0);
    CHECK(reports(otherwise(Height{1})) == 1);
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed_a)}));
    REQUIRE(backup.core.height() == Height{1});
    CHECK(reports(otherwise(Height{1})) == 0);
}

TEST_CASE("the first proposals of so many views are remembered, that of the current one for ever") {
    const auto contradicts = [](Bench& backup, std::uint64_t view) {
        return !all<ReportEvidence>(backup.propose("eve", view)).empty();
    };
    // One proposal more than there is room for, none of them by 2 itself.
    const auto fill = [](Bench& backup) {
        for (std::uint64_t view = 0, count = 0; count <= votes_per_signer_max; ++view) {
            if (view % 4 == 2) continue;
            static_cast<void>(backup.propose("alice", view));
            ++count;
        }
    };
    Bench current{2};
    fill(current);
    CHECK_FALSE(contradicts(current, 1));  // forgotten
    CHECK(contradicts(current, 3));
    CHECK(contradicts(current, 0));
    Bench later{2};
    static_cast<void>(later.hear(new_view(5, {view_change(0, 5), view_change(1, 5), view_change(3, 5)})));
    fill(later);
    CHECK_FALSE(contradicts(later, 0));
    CHECK(contradicts(later, 5));
}

TEST_CASE("what came for the next heights counts as soon as each is open, and no sooner") {
    const Proposal bob = make_proposal(Height{2}, digest_of("alice"), "bob");
    Bench backup{2};
    for (const std::uint32_t who : {0U, 1U, 3U}) {
        const auto hear = [&](std::uint64_t height, const Digest& hash) {
            const Actions actions = backup.hear(by(who, Commit{.view = {}, .height = Height{height}, .hash = hash}));
            CHECK(all<FetchBody>(actions).empty());
        };
        hear(2, bob.hash);
        hear(3, digest_of("carol"));
    }
    CHECK(backup.core.held_ahead() == 6);
    const auto asked = all<FetchBody>(
        backup.core.step(Adopted{*backup.verifier.verify(committed(0, 1, digest_of("alice"), {0, 1, 3}))}));
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].hash == bob.hash);
    CHECK(backup.core.held_ahead() == 3);
    const auto next =
        all<FetchBody>(backup.core.step(BodyAvailable{.height = Height{2}, .hash = bob.hash, .payload = bob.payload}));
    CHECK(backup.core.height() == Height{2});
    REQUIRE(next.size() == 1);
    CHECK(next[0].hash == digest_of("carol"));
    CHECK(backup.core.held_ahead() == 0);
}

TEST_CASE("a quorum for another block than the one that is being looked at decides that other block") {
    Bench backup{1};
    static_cast<void>(backup.propose("alice"));
    const auto asked = all<FetchBody>(backup.votes<Commit>({0, 2, 3}, digest_of("bob")));
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].hash == digest_of("bob"));
    CHECK(all<Decide>(backup.core.step(body_of("alice"))).empty());  // not what was asked for
    CHECK(all<Decide>(backup.core.step(body_of("bob"))).size() == 1);
    CHECK(backup.core.tip() == digest_of("bob"));
    CHECK(all<Decide>(backup.core.step(body_of("bob"))).empty());  // again
}

TEST_CASE("a new primary whose own host refuses what it must carry accuses nobody") {
    Bench primary{1};
    for (const auto& change : changes_with_alice()) {
        if (change.signer != ValidatorIndex{1}) static_cast<void>(primary.hear(change));
    }
    REQUIRE(primary.core.view() == View{1});
    REQUIRE_FALSE(primary.core.changing());
    const auto judged = all<Validate>(primary.core.step(body_of("alice")));
    REQUIRE(judged.size() == 1);
    CHECK_FALSE(judged[0].fresh);
    const Actions refused = primary.validated("alice", false);
    CHECK(sent<ViewChange>(refused) == nullptr);
    CHECK(sent<PrePrepare>(refused) == nullptr);
    CHECK(primary.core.next_deadline() < UINT64_MAX);
}

TEST_CASE("a primary that must carry the same block again asks for its bytes again") {
    Bench primary{1};
    const auto asks_in = [&primary](std::uint64_t view) {
        const PreparedCertificate alice = prepared(0, 1, digest_of("alice"), {2, 3});
        static_cast<void>(primary.hear(view_change(0, view)));
        const auto asked = all<FetchBody>(primary.hear(view_change(3, view, {}, alice)));
        return primary.core.view() == View{view} && asked.size() == 1 && asked[0].hash == digest_of("alice");
    };
    CHECK(asks_in(1));
    CHECK(asks_in(5));
}

TEST_CASE("what is wanted changes when another block turns out to be final") {
    Bench primary{1};
    for (const auto& change : changes_with_alice()) {
        if (change.signer != ValidatorIndex{1}) static_cast<void>(primary.hear(change));
    }
    // Carried here, but a later view, of which this one knows nothing, has decided otherwise.
    Actions later;
    for (const std::uint32_t who : {0U, 2U, 3U}) {
        later = primary.hear(by(who, Commit{.view = View{2}, .height = Height{1}, .hash = digest_of("bob")}));
    }
    REQUIRE(all<FetchBody>(later).size() == 1);
    CHECK(all<FetchBody>(later)[0].hash == digest_of("bob"));
    CHECK(all<Validate>(primary.core.step(body_of("alice"))).empty());
    CHECK(all<Decide>(primary.core.step(body_of("bob"))).size() == 1);
}

TEST_CASE("a primary whose chain lost blocks proposes nothing until it has them again") {
    Recovered recovered;
    recovered.closed = Height{2};
    Bench primary{0, 4, recovered};
    CHECK(all<Build>(primary.work()).empty());
    const auto adopted = primary.core.step(Adopted{*primary.verifier.verify(committed(0, 2, hash_b, {1, 2, 3}))});
    CHECK(all<Build>(adopted).size() == 1);
}

TEST_CASE("the same certificate again, or another of the same block, changes nothing") {
    Bench backup{2};
    static_cast<void>(backup.core.step(Adopted{*backup.verifier.verify(committed(0, 1, hash_a, {0, 1, 3}))}));
    CHECK(backup.core.step(Adopted{*backup.verifier.verify(committed(4, 1, hash_a, {0, 1, 3}))}).empty());
    CHECK_FALSE(backup.core.halted());
}

TEST_CASE("a VIEW-CHANGE or NEW-VIEW for the first view, which nobody opens, changes nothing") {
    Bench backup{1};
    const auto answered = [](const Actions& actions) { return sent<NewView>(actions) != nullptr; };
    CHECK_FALSE(answered(backup.hear(view_change(2, 0))));
    CHECK(all<Persist>(backup.hear(new_view(0, {view_change(0, 0), view_change(2, 0), view_change(3, 0)}))).empty());
    CHECK(backup.core.view() == View{0});
    // Nor does one who says that he waits for it get anything.
    Status waiting;
    waiting.changing = true;
    CHECK_FALSE(answered(backup.hear(by(3, waiting))));
}

TEST_CASE("the first step is due at once, and a STATUS tells of a proposal that is being looked at") {
    Bench backup{1};
    CHECK(backup.core.next_deadline() == 0);
    CHECK_FALSE(backup.core.status().has_proposal);
    static_cast<void>(backup.core.step(Tick{0}));
    CHECK(backup.core.next_deadline() == backup.core.config().timing.status_every_ms);
    static_cast<void>(backup.propose("alice"));
    CHECK(backup.core.status().has_proposal);
    CHECK(backup.core.held_ahead() == 0);
    static_cast<void>(backup.hear(by(2, Commit{.view = {}, .height = Height{2}, .hash = hash_a})));
    CHECK(backup.core.held_ahead() == 1);
}

}  // namespace datadeed::consensus::testing
