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

Ladder ladder_of_record_uses() {
    World world = world_with_census();
    Ladder ladder;
    RecordUses operation{.grant = {}, .count = 0};
    std::string signer = "una";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::uses_count_out_of_range);
    operation.count = count_max + 1;
    expect(Refusal::uses_count_out_of_range);
    operation.count = 101;
    expect(Refusal::grant_not_found);
    CreateGrant create = grant_to("una");
    create.terms.from = TimeMs{beginning.value + hour_ms};
    operation.grant = world.must_grant("ann", create);
    expect(Refusal::uses_no_right_to_record);
    signer = "rep";
    expect(Refusal::grant_not_yet);
    world.set_time(*create.terms.from);
    expect(Refusal::uses_more_than_left);
    operation.count = 100;
    world.must(signer, operation);
    expect(Refusal::grant_exhausted);
    world.set_time(create.terms.until);
    expect(Refusal::grant_expired);
    world.must("una", RevokeGrant{.grant = operation.grant, .reason = "done"});
    expect(Refusal::grant_revoked);
    return ladder;
}

TEST_CASE("recording uses asks its rules in this order") {
    check_ladder(ladder_of_record_uses());
}

TEST_CASE("repository, manager and owners' majority record uses") {
    World world = world_with_census();
    world.must("ann", AppointManager{.data = census, .manager = MemberId{"max"}, .scope = usual_scope()});
    const GrantId grant = world.must_grant("ann", grant_to("una"));
    for (const char* signer : {"rep", "max", "ann"})
        CHECK(!world.submit(signer, RecordUses{.grant = grant, .count = 2}));
    CHECK(find_grant(world.state(), grant)->used == 6);
}

TEST_CASE("uses of a sub-grant come out of one pool with all above it") {
    World world = world_with_census();
    const GrantId top = world.must_grant("ann", grant_to("una"));
    CreateGrant sub = grant_to("uri", top);
    sub.terms.uses = 60;
    const GrantId one = world.must_grant("una", sub);
    sub.grantee = MemberId{"ben"};
    const GrantId other = world.must_grant("una", sub);

    world.must("rep", RecordUses{.grant = one, .count = 60});
    CHECK(world.submit("rep", RecordUses{.grant = one, .count = 1}) == Refusal::grant_exhausted);
    CHECK(uses_left(lineage_of(other, *find_grant(world.state(), other), world.state())) == 40);
    CHECK(world.submit("rep", RecordUses{.grant = other, .count = 41}) == Refusal::uses_more_than_left);
    world.must("rep", RecordUses{.grant = other, .count = 40});
    CHECK(effective(lineage_of(other, *find_grant(world.state(), other), world.state()), world.now()) ==
          Effectiveness{.status = GrantStatus::exhausted, .cause = top});
    CHECK(find_grant(world.state(), top)->used == 100);
    CHECK(find_grant(world.state(), other)->used == 40);
}

}  // namespace datadeed::ledger::test
