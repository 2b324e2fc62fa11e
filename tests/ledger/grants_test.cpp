#include "ledger/attenuates.h"
#include "ledger/effective.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

CreateGrant grant_to(const std::string& grantee, std::optional<GrantId> parent = {}) {
    return {.data = census,
            .grantee = MemberId{grantee},
            .parent = parent,
            .terms = parent ? narrower(usual_terms()) : usual_terms()};
}

}  // namespace

Ladder ladder_of_create_grant() {
    World world = world_with_census();
    Ladder ladder;
    CreateGrant operation{.data = DatasetId{"nothing"}, .grantee = MemberId{"ben"}, .parent = {}, .terms = {}};
    operation.terms.uses = 0;
    operation.terms.depth = 9;
    std::string signer = "ben";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::terms_no_purposes);
    operation.terms.purposes = {Purpose{"research"}, Purpose{"a\tb"}};
    expect(Refusal::terms_purpose_malformed);
    operation.terms.purposes = {Purpose{"teaching"}, Purpose{"research"}};
    expect(Refusal::terms_purposes_unsorted);
    operation.terms.purposes = {Purpose{"research"}};
    expect(Refusal::terms_no_operations);
    operation.terms.operations = {QueryOperation::sum, QueryOperation::count};
    expect(Refusal::terms_operations_unsorted);
    operation.terms.operations = {QueryOperation::count, QueryOperation::sum};
    operation.terms.until = TimeMs{count_max + 1};
    operation.terms.from = operation.terms.until;
    expect(Refusal::terms_time_out_of_range);
    operation.terms.until = world.now();
    operation.terms.from = world.now();
    expect(Refusal::terms_period_empty);
    operation.terms.from = TimeMs{world.now().value - 1};
    expect(Refusal::terms_uses_out_of_range);
    operation.terms.uses = 1;
    expect(Refusal::terms_depth_out_of_range);
    operation.terms.depth = 8;
    expect(Refusal::data_not_found);
    operation.data = census;
    expect(Refusal::grant_to_self);
    operation.grantee = MemberId{"nobody"};
    expect(Refusal::grant_grantee_not_found);
    operation.grantee = MemberId{"una"};
    expect(Refusal::grant_until_passed);
    operation.terms.until = TimeMs{world.now().value + 1};
    expect(Refusal::grant_no_right_to_grant);
    signer = "ann";
    world.must(signer, operation);
    return ladder;
}

Ladder ladder_of_sub_grants() {
    World world = world_with_census();
    Ladder ladder;
    CreateGrant top = grant_to("una");
    top.terms.from = TimeMs{world.now().value + hour_ms};
    top.terms.depth = 2;
    const GrantId parent = world.must_grant("ann", top);
    CreateGrant operation = grant_to("uri", GrantId{});
    operation.data = DatasetId{"maps"};
    operation.terms = {.purposes = {Purpose{"profit"}},
                       .operations = {QueryOperation::quantile},
                       .from = std::nullopt,
                       .until = TimeMs{top.terms.until.value + 1},
                       .uses = 101,
                       .depth = 2};
    std::string signer = "ann";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::grant_parent_not_found);
    operation.parent = parent;
    expect(Refusal::grant_parent_of_other_data);
    operation.data = census;
    expect(Refusal::grant_parent_not_yours);
    signer = "una";
    expect(Refusal::grant_purposes_widened);
    operation.terms.purposes = {Purpose{"research"}};
    expect(Refusal::grant_operations_widened);
    operation.terms.operations = {QueryOperation::mean};
    expect(Refusal::grant_from_widened);
    operation.terms.from = TimeMs{top.terms.from->value - 1};
    expect(Refusal::grant_from_widened);
    operation.terms.from = top.terms.from;
    expect(Refusal::grant_until_widened);
    operation.terms.until = top.terms.until;
    expect(Refusal::grant_uses_widened);
    operation.terms.uses = 100;
    expect(Refusal::grant_depth_widened);
    operation.terms.depth = 1;
    expect(Refusal::grant_not_yet);
    world.set_time(*top.terms.from);
    world.must(signer, operation);
    world.must("rep", RecordUses{.grant = parent, .count = 100});
    expect(Refusal::grant_exhausted);
    world.must("reg", RevokeGrant{.grant = parent, .reason = "misuse"});
    expect(Refusal::grant_revoked);
    return ladder;
}

Ladder ladder_of_revoke_grant() {
    World world = world_with_census();
    Ladder ladder;
    RevokeGrant operation{.grant = {}, .reason = ""};
    std::string signer = "uri";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::grant_reason_malformed);
    operation.reason = std::string(257, 'x');
    expect(Refusal::grant_reason_malformed);
    operation.reason = std::string(256, 'x');
    expect(Refusal::grant_not_found);
    operation.grant = world.must_grant("ann", grant_to("una"));
    expect(Refusal::grant_no_right_to_revoke);
    signer = "ann";
    world.must(signer, operation);
    expect(Refusal::grant_already_revoked);
    return ladder;
}

TEST_CASE("creating a grant asks its rules in this order") {
    check_ladder(ladder_of_create_grant());
}

TEST_CASE("a sub-grant asks its rules in this order") {
    check_ladder(ladder_of_sub_grants());
}

TEST_CASE("revoking a grant asks its rules in this order") {
    check_ladder(ladder_of_revoke_grant());
}

TEST_CASE("a grant stands as it was given") {
    World world = world_with_census();
    const TimeMs time = world.now();
    const GrantId id = world.must_grant("ann", grant_to("una"));
    const std::optional<GrantRecord> grant = find_grant(world.state(), id);
    REQUIRE(grant);
    CHECK(*grant == GrantRecord{.data = census,
                                .grantor = MemberId{"ann"},
                                .grantee = MemberId{"una"},
                                .parent = std::nullopt,
                                .terms = usual_terms(),
                                .used = 0,
                                .revocation = std::nullopt,
                                .created = Height{3},
                                .created_time = time});
    CHECK(get_totals(world.state()).grants == 1);
}

TEST_CASE("a grant ends by whoever gave it, holds it, owns most of the data or regulates, and by nobody else") {
    for (const char* signer : {"ann", "max", "una", "reg"}) {
        World world = world_with_census();
        world.must("ann", AppointManager{.data = census, .manager = MemberId{"max"}, .scope = usual_scope()});
        const GrantId grant = world.must_grant("max", grant_to("una"));
        CHECK(world.submit("ben", RevokeGrant{.grant = grant, .reason = "no"}) == Refusal::grant_no_right_to_revoke);
        CHECK(!world.submit(signer, RevokeGrant{.grant = grant, .reason = "enough"}));
        const std::optional<Revocation> revocation = find_grant(world.state(), grant)->revocation;
        REQUIRE(revocation);
        CHECK(revocation->by == MemberId{signer});
        CHECK(revocation->reason == "enough");
        CHECK(revocation->height == world.height());
    }
}

TEST_CASE("attenuates lets equal bounds pass, but for the depth") {
    Terms parent = usual_terms();
    CHECK(attenuates(parent, parent).error() == Refusal::grant_depth_widened);
    Terms child = narrower(parent);
    CHECK(attenuates(child, parent));
    child.from = TimeMs{5};
    CHECK(attenuates(child, parent));
    parent.from = TimeMs{5};
    CHECK(attenuates(child, parent));
    child.depth = 0;
    parent.depth = 0;
    CHECK(attenuates(child, parent).error() == Refusal::grant_depth_widened);
}

TEST_CASE("a grant of depth 0 has nothing below it") {
    World world = world_with_census();
    CreateGrant top = grant_to("una");
    top.terms.depth = 0;
    const GrantId parent = world.must_grant("ann", top);
    CreateGrant sub = grant_to("uri", parent);
    sub.terms.depth = 0;
    CHECK(world.submit("una", sub) == Refusal::grant_depth_widened);
}

TEST_CASE("an expired grant passes nothing on") {
    World world = world_with_census();
    const GrantId parent = world.must_grant("ann", grant_to("una"));
    CreateGrant sub = grant_to("uri", parent);
    world.set_time(usual_terms().until);
    // The sub-grant's own end, which can be no later, has passed too: that is said first.
    CHECK(world.submit("una", sub) == Refusal::grant_until_passed);
}

TEST_CASE("the first and the last moment of a grant are exact") {
    GrantRecord grant{};
    grant.terms = usual_terms();
    grant.terms.from = TimeMs{1'000};
    grant.terms.until = TimeMs{2'000};
    CHECK(own_status(grant, TimeMs{999}) == GrantStatus::not_yet);
    CHECK(own_status(grant, TimeMs{1'000}) == GrantStatus::active);
    CHECK(own_status(grant, TimeMs{1'999}) == GrantStatus::active);
    CHECK(own_status(grant, TimeMs{2'000}) == GrantStatus::expired);
    grant.used = grant.terms.uses;
    CHECK(own_status(grant, TimeMs{1'999}) == GrantStatus::exhausted);
    CHECK(own_status(grant, TimeMs{2'000}) == GrantStatus::expired);
    grant.revocation = Revocation{};
    CHECK(own_status(grant, TimeMs{2'000}) == GrantStatus::revoked);
}

TEST_CASE("the status of a grant is the worst above it, and names where it comes from") {
    World world = world_with_census();
    const GrantId top = world.must_grant("ann", grant_to("una"));
    CreateGrant middle_operation = grant_to("uri", top);
    middle_operation.terms.until = TimeMs{world.now().value + hour_ms};
    const GrantId middle = world.must_grant("una", middle_operation);
    CreateGrant low_operation = middle_operation;
    low_operation.parent = middle;
    low_operation.grantee = MemberId{"ben"};
    low_operation.terms = narrower(low_operation.terms);
    const GrantId low = world.must_grant("uri", low_operation);
    const auto status = [&](const GrantId& id, TimeMs now) {
        return effective(lineage_of(id, *find_grant(world.state(), id), world.state()), now);
    };

    CHECK(status(low, world.now()) == Effectiveness{.status = GrantStatus::active, .cause = low});
    const TimeMs end = middle_operation.terms.until;
    CHECK(status(low, end) == Effectiveness{.status = GrantStatus::expired, .cause = low});
    CHECK(status(top, end) == Effectiveness{.status = GrantStatus::active, .cause = top});
    world.must("ann", RevokeGrant{.grant = top, .reason = "over"});
    CHECK(status(low, end) == Effectiveness{.status = GrantStatus::revoked, .cause = top});
    CHECK(status(middle, world.now()) == Effectiveness{.status = GrantStatus::revoked, .cause = top});
    world.must("una", RevokeGrant{.grant = middle, .reason = "over"});
    CHECK(status(low, world.now()) == Effectiveness{.status = GrantStatus::revoked, .cause = middle});
}

}  // namespace datadeed::ledger::test
