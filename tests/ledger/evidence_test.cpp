#include <string>
#include <utility>
#include <vector>

#include "crypto/hash.h"
#include "ledger/views.h"
#include "tests/ledger/nodes.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"
#include "tests/support/said.h"

namespace datadeed::ledger::test {
namespace {

using consensus::Evidence;
using datadeed::test::asking_for;
using datadeed::test::two_commits;
using datadeed::test::view_in;
using datadeed::test::Voice;

// A validator of small_genesis, or whoever has that number.
Voice voice_of(const World& world, const std::string& keys, std::uint32_t number) {
    return {.chain = world.chain(), .number = number, .key = &key_of(keys + "/vote")};
}

Voice node_2(const World& world) {
    return voice_of(world, "node-2", 1);
}

ReportEvidence reporting(const Evidence& evidence) {
    return {.evidence = encode(evidence)};
}

struct Piece {
    Offence offence{};
    Evidence evidence{};
};

// One of each offence, all by node-2 in views of which it is the primary.
std::vector<Piece> pieces_by_node_2(const World& world) {
    const Voice node = node_2(world);
    const auto commit = node.says(consensus::Commit{.view = view_in(0, 1), .height = Height{9}, .hash = Digest{0xA0}});
    const auto asked = node.says(asking_for(view_in(0, 5)));
    consensus::ViewChange other = asking_for(view_in(0, 5));
    other.committed = Height{3};
    consensus::NewView opened{.new_view = view_in(0, 5), .view_changes = {}, .base = {}, .carried = {}};
    for (std::uint32_t i = 0; i < 3; ++i) {
        const Voice voter = voice_of(world, "node-" + std::to_string(i + 1), i);
        opened.view_changes.push_back(voter.says(asking_for(view_in(0, 5))));
    }
    consensus::NewView wrong = opened;
    wrong.base = Height{2};
    return {
        {Offence::two_votes,
         {.first = commit,
          .second = node.says(consensus::Prepare{.view = view_in(0, 1), .height = Height{9}, .hash = Digest{0xB0}})}},
        {Offence::two_view_changes, {.first = asked, .second = node.says(other)}},
        {Offence::two_new_views, {.first = node.says(opened), .second = node.says(wrong)}},
        {Offence::wrong_new_view, {.first = node.says(wrong), .second = std::nullopt}},
        {Offence::hidden_commit, {.first = asked, .second = commit}}};
}

// What one report after the other is refused for.
struct Reports {
    World world{};
    Ladder ladder{};

    void expect(Refusal refusal, Bytes evidence) {
        ladder.push_back({refusal, world.submit("ann", ReportEvidence{.evidence = std::move(evidence)})});
    }
    void expect(Refusal refusal, const Evidence& evidence) { expect(refusal, encode(evidence)); }
};

}  // namespace

Ladder ladder_of_report_evidence() {
    Reports reports;
    const World& world = reports.world;
    const Voice node = node_2(world);
    const Evidence good = two_commits(node, view_in(0, 1), Height{9});
    reports.expect(Refusal::evidence_too_large, Bytes(evidence_size_max + 1));
    reports.expect(Refusal::evidence_malformed, Bytes(evidence_size_max));
    Bytes cut = encode(good);
    cut.pop_back();
    reports.expect(Refusal::evidence_malformed, cut);
    Evidence loaded{.first = node.says(consensus::PrePrepare{
                        .view = view_in(0, 1), .height = Height{9}, .hash = Digest{0xC0}, .payload = Bytes{1}}),
                    .second = good.first};
    reports.expect(Refusal::evidence_malformed, loaded);
    std::swap(loaded.first, *loaded.second);
    reports.expect(Refusal::evidence_malformed, loaded);
    reports.expect(Refusal::evidence_not_contradicting, Evidence{.first = good.first, .second = good.first});
    reports.expect(Refusal::evidence_not_contradicting, Evidence{.first = good.first, .second = std::nullopt});
    const Evidence of_two{.first = good.first,
                          .second = two_commits(voice_of(world, "node-3", 2), view_in(0, 1), Height{9}).second};
    reports.expect(Refusal::evidence_not_contradicting, of_two);
    reports.expect(Refusal::evidence_epoch_unknown, two_commits(node, view_in(1, 1), Height{9}));
    reports.expect(Refusal::evidence_signer_unknown,
                   two_commits(voice_of(world, "node-2", 4), view_in(0, 1), Height{9}));
    const Voice forger = voice_of(world, "node-3", 1);
    reports.expect(Refusal::evidence_not_proven, two_commits(forger, view_in(0, 1), Height{9}));
    reports.expect(Refusal::evidence_not_proven,
                   Evidence{.first = good.first, .second = two_commits(forger, view_in(0, 1), Height{9}).second});
    Voice elsewhere = node;
    elsewhere.chain = ChainId{Digest{1}};
    reports.expect(Refusal::evidence_not_proven, two_commits(elsewhere, view_in(0, 1), Height{9}));
    reports.world.must("ann", reporting(good));
    reports.expect(Refusal::evidence_known, good);
    // What is known costs no signature, so nobody sees that it's forged.
    reports.expect(Refusal::evidence_known, two_commits(forger, view_in(0, 1), Height{9}));
    return reports.ladder;
}

Ladder ladder_of_many_offences() {
    Reports reports;
    const Voice node = node_2(reports.world);
    for (std::uint64_t i = 1; i <= convictions_max; ++i) {
        reports.world.must("ann", reporting(two_commits(node, view_in(0, 1), Height{i})));
    }
    reports.expect(Refusal::evidence_enough, two_commits(node, view_in(0, 1), Height{99}));
    const Voice forger = voice_of(reports.world, "node-3", 1);
    reports.expect(Refusal::evidence_enough, two_commits(forger, view_in(0, 1), Height{99}));
    reports.expect(Refusal::evidence_known, two_commits(forger, view_in(0, 1), Height{1}));
    reports.world.must("ann", reporting(two_commits(voice_of(reports.world, "node-3", 2), view_in(0, 1), Height{99})));
    return reports.ladder;
}

TEST_CASE("a report of evidence is asked these rules in this order") {
    check_ladder(ladder_of_report_evidence());
    check_ladder(ladder_of_many_offences());
}

TEST_CASE("however often a validator did one thing, it is convicted of another") {
    World world;
    const Voice node = node_2(world);
    for (std::uint64_t i = 1; i <= convictions_max; ++i) {
        world.must("ann", reporting(two_commits(node, view_in(0, 1), Height{100 + i})));
    }
    for (const auto& [offence, evidence] : pieces_by_node_2(world)) {
        INFO(name(offence));
        const auto refused = world.submit("ann", reporting(evidence));
        CHECK(refused == (offence == Offence::two_votes ? std::optional{Refusal::evidence_enough} : std::nullopt));
    }
    CHECK(count_evidence(world.state(), 100) == Count{.items = convictions_max + 4});
}

TEST_CASE("every offence is recorded with who did it, who reported it and where") {
    World world;
    for (const auto& [offence, evidence] : pieces_by_node_2(world)) {
        INFO(name(offence));
        CHECK(!describe(offence).empty());
        const Bytes bytes = encode(evidence);
        const TxId tx = world.must("una", ReportEvidence{.evidence = bytes});
        const bool is_vote = offence == Offence::two_votes;
        const Charge charge{.offence = offence,
                            .epoch = {},
                            .view = is_vote ? 1U : 5U,
                            .height = is_vote || offence == Offence::hidden_commit ? Height{9} : Height{},
                            .validator = 1};
        const auto record = find_evidence(world.state(), evidence_id(charge, MemberId{"node-2"}));
        REQUIRE(record);
        CHECK(*record == EvidenceRecord{.offence = offence,
                                        .accused = MemberId{"node-2"},
                                        .epoch = {},
                                        .view = charge.view,
                                        .height = charge.height,
                                        .reporter = MemberId{"una"},
                                        .reported = world.height(),
                                        .tx = tx,
                                        .digest = crypto::sha256(bytes)});
    }
    for (const auto& [offence, evidence] : pieces_by_node_2(world)) {
        CHECK(find_convictions(world.state(), EpochNumber{}, offence, MemberId{"node-2"}) == 1);
        CHECK(find_convictions(world.state(), EpochNumber{}, offence, MemberId{"node-1"}) == 0);
    }
    CHECK(count_evidence(world.state(), 100) == Count{.items = 5});
    const auto page = list_evidence(world.state(), std::nullopt, 3);
    CHECK(page.items.size() == 3);
    CHECK(page.more);
    CHECK(list_evidence(world.state(), page.items.back().id, 3).items.size() == 2);
}

TEST_CASE("an offence is recorded once, whichever of its statements prove it and in whichever order") {
    World world;
    const Evidence good = two_commits(node_2(world), view_in(0, 1), Height{9});
    world.must("ann", reporting(good));
    CHECK(world.submit("ben", reporting({.first = *good.second, .second = good.first})) == Refusal::evidence_known);
    const auto third =
        node_2(world).says(consensus::Prepare{.view = view_in(0, 1), .height = Height{9}, .hash = Digest{0xC0}});
    CHECK(world.submit("ben", reporting({.first = good.first, .second = third})) == Refusal::evidence_known);
}

TEST_CASE("what a validator signed convicts it by the keys of that epoch, whoever serves now") {
    World world;
    const Voice before = node_2(world);
    static_cast<void>(must_adopt(world, leaving(NodeChangeKind::remove_validator, "node-2")));
    // From here on number 1 is node-3.
    const Height base = get_epoch(world.state()).from;
    const Voice now = voice_of(world, "node-3", 1);
    CHECK(world.submit("ann", reporting(two_commits(before, view_in(1, 1), base.next()))) ==
          Refusal::evidence_not_proven);
    world.must("ann", reporting(two_commits(before, view_in(0, 1), Height{1})));
    world.must("ann", reporting(two_commits(now, view_in(1, 1), base.next())));
    const auto all = list_evidence(world.state(), std::nullopt, 10);
    REQUIRE(all.items.size() == 2);
    for (const auto& [id, record] : all.items) {
        CHECK(record.accused == MemberId{record.epoch == EpochNumber{} ? "node-2" : "node-3"});
    }
    CHECK(find_convictions(world.state(), EpochNumber{1}, Offence::two_votes, MemberId{"node-2"}) == 0);
}

TEST_CASE("a COMMIT of one epoch and a VIEW-CHANGE of the next are no contradiction that convicts") {
    World world;
    static_cast<void>(must_adopt(world, leaving(NodeChangeKind::remove_observer, "watch")));
    const Voice node = node_2(world);
    const Height last{get_epoch(world.state()).from.value - 1};
    const Evidence honest{
        .first = node.says(consensus::Commit{.view = view_in(0, 1), .height = last, .hash = Digest{0xA0}}),
        .second = node.says(asking_for(view_in(1, 1), Height{last.value - 1}))};
    CHECK(world.submit("ann", reporting(honest)) == Refusal::evidence_not_proven);
}

}  // namespace datadeed::ledger::test
