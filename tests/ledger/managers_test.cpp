#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

AppointManager appointment() {
    return {.data = census, .manager = MemberId{"max"}, .scope = usual_scope()};
}

CreateGrant grant_to(const std::string& grantee, const Terms& terms) {
    return {.data = census, .grantee = MemberId{grantee}, .parent = std::nullopt, .terms = terms};
}

}  // namespace

Ladder ladder_of_appoint_manager() {
    World world = world_with_census();
    Ladder ladder;
    AppointManager operation = appointment();
    std::string signer = "ben";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    operation.data = DatasetId{"nothing"};
    operation.manager = MemberId{"nobody"};
    operation.scope.purposes = std::vector<Purpose>{};
    expect(Refusal::terms_no_purposes);
    operation.scope.purposes = {Purpose{"research"}};
    operation.scope.operations = std::vector<QueryOperation>{};
    expect(Refusal::terms_no_operations);
    operation.scope.operations = {QueryOperation::count};
    operation.scope.until = TimeMs{count_max + 1};
    expect(Refusal::terms_time_out_of_range);
    operation.scope.until = world.now();
    operation.scope.uses = 0;
    expect(Refusal::terms_uses_out_of_range);
    operation.scope.uses = 1;
    operation.scope.depth = 9;
    expect(Refusal::terms_depth_out_of_range);
    operation.scope.depth = 8;
    expect(Refusal::data_not_found);
    operation.data = census;
    expect(Refusal::data_majority_required);
    signer = "ann";
    expect(Refusal::manager_member_not_found);
    operation.manager = MemberId{"max"};
    expect(Refusal::manager_until_passed);
    operation.scope.until = TimeMs{world.now().value + 1};
    world.must(signer, operation);
    world.wait(10);
    operation.scope.until.reset();
    world.must(signer, operation);  // the first appointment is over, so it's in nobody's way
    expect(Refusal::manager_already_appointed);
    return ladder;
}

Ladder ladder_of_revoke_manager() {
    World world = world_with_census();
    Ladder ladder;
    RevokeManager operation{.data = DatasetId{"nothing"}};
    std::string signer = "ben";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::data_not_found);
    operation.data = census;
    expect(Refusal::manager_not_appointed);
    world.must("ann", appointment());
    expect(Refusal::manager_no_right_to_revoke);
    signer = "ann";
    world.must(signer, operation);
    expect(Refusal::manager_not_appointed);
    return ladder;
}

Ladder ladder_of_create_grant_by_manager() {
    World world = world_with_census();
    Ladder ladder;
    CreateGrant operation = grant_to("una", usual_terms());
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit("max", operation)}); };

    expect(Refusal::grant_no_right_to_grant);
    AppointManager appoint = appointment();
    appoint.scope = {.purposes = {{Purpose{"research"}}},
                     .operations = {{QueryOperation::count, QueryOperation::mean}},
                     .until = TimeMs{beginning.value + hour_ms},
                     .uses = 50,
                     .depth = 2};
    world.must("ann", appoint);
    expect(Refusal::manager_purposes_out_of_scope);
    operation.terms.purposes = {Purpose{"research"}};
    expect(Refusal::manager_operations_out_of_scope);
    operation.terms.operations = {QueryOperation::mean};
    expect(Refusal::manager_until_out_of_scope);
    operation.terms.until = *appoint.scope.until;
    expect(Refusal::manager_uses_out_of_scope);
    operation.terms.uses = 50;
    expect(Refusal::manager_depth_out_of_scope);
    operation.terms.depth = 2;
    world.must("max", operation);
    world.set_time(*appoint.scope.until);
    operation.terms.until = TimeMs{world.now().value + 1};
    expect(Refusal::manager_appointment_over);
    return ladder;
}

TEST_CASE("appointing a manager asks its rules in this order") {
    check_ladder(ladder_of_appoint_manager());
}

TEST_CASE("revoking a manager asks its rules in this order") {
    check_ladder(ladder_of_revoke_manager());
}

TEST_CASE("a manager's grant stays within its scope, rule by rule") {
    check_ladder(ladder_of_create_grant_by_manager());
}

TEST_CASE("an appointment stands in the record of the data set") {
    World world = world_with_census();
    world.must("ann", appointment());
    CHECK(find_data(world.state(), census)->manager ==
          Managership{.member = MemberId{"max"}, .scope = usual_scope(), .appointed = world.height()});
}

TEST_CASE("a manager may give its appointment back") {
    World world = world_with_census();
    world.must("ann", appointment());
    CHECK(!world.submit("max", RevokeManager{.data = census}));
    CHECK(!find_data(world.state(), census)->manager);
}

TEST_CASE("a manager grants and records, but decides nothing about itself or the shares") {
    World world = world_with_census();
    world.must("ann", appointment());
    const GrantId grant = world.must_grant("max", grant_to("una", usual_terms()));
    CHECK(!world.submit("max", RecordUses{.grant = grant, .count = 1}));
    CHECK(world.submit("max", appointment()) == Refusal::data_majority_required);
    CHECK(world.submit("max", TransferOffer{.data = census, .to = MemberId{"una"}, .share = ShareBp{1}}) ==
          Refusal::transfer_share_not_held);
    CHECK(world.submit("max", grant_to("max", usual_terms())) == Refusal::grant_to_self);
}

TEST_CASE("a manager that was revoked records no more uses of the grants that it gave") {
    World world = world_with_census();
    world.must("ann", appointment());
    const GrantId grant = world.must_grant("max", grant_to("una", usual_terms()));
    world.must("ann", RevokeManager{.data = census});
    CHECK(world.submit("max", RecordUses{.grant = grant, .count = 1}) == Refusal::uses_no_right_to_record);
}

}  // namespace datadeed::ledger::test
