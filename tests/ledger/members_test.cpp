#include <algorithm>

#include "chain/evidence_judge.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

// Each attempt of a ladder mends exactly what the one before was refused for, so a ladder is the order of the rules.

namespace datadeed::ledger::test {
namespace {

AdmitMember admission() {
    return {
        .member = MemberId{"zoe"}, .organisation = "Zoe Ltd", .roles = {Role::user}, .keys = {public_key_of("zoe")}};
}

std::vector<crypto::PublicKey> many_keys(std::size_t count) {
    std::vector<crypto::PublicKey> keys;
    for (std::size_t i = 0; i < count; ++i) keys.push_back(public_key_of("spare-" + std::to_string(i)));
    std::ranges::sort(keys);
    return keys;
}

}  // namespace

Ladder ladder_of_admit_member() {
    World world;
    Ladder ladder;
    AdmitMember operation{};
    std::string signer = "ann";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    operation.member = MemberId{"Zoë"};
    expect(Refusal::member_id_malformed);
    operation.member = MemberId{"op"};
    operation.organisation = " Zoe Ltd";
    expect(Refusal::member_organisation_malformed);
    operation.organisation = "Zoe Ltd";
    expect(Refusal::member_no_roles);
    operation.roles = {Role::user, Role::owner};
    expect(Refusal::member_roles_unsorted);
    operation.roles = {Role::owner, Role::user};
    expect(Refusal::member_no_keys);
    operation.keys = many_keys(17);
    expect(Refusal::key_too_many);
    operation.keys = {public_key_of("zoe"), public_key_of("zoe")};
    expect(Refusal::member_keys_unsorted);
    operation.keys = {small_order_key};
    expect(Refusal::member_operator_required);
    signer = "op";
    expect(Refusal::member_exists);
    operation.member = MemberId{"zoe"};
    expect(Refusal::key_not_registrable);
    operation.keys = {public_key_of("ann")};
    expect(Refusal::key_taken);
    operation.keys = {public_key_of("node-2/cosign")};
    expect(Refusal::key_taken);
    operation.keys = {public_key_of("zoe")};
    world.must(signer, operation);
    expect(Refusal::member_exists);
    return ladder;
}

Ladder ladder_of_set_roles() {
    World world;
    Ladder ladder;
    SetRoles operation{.member = MemberId{"zoe"}, .roles = {}};
    std::string signer = "ann";
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit(signer, operation)}); };

    expect(Refusal::member_no_roles);
    operation.roles = {Role::user, Role::user};
    expect(Refusal::member_roles_unsorted);
    operation.roles = {Role::user};
    expect(Refusal::member_operator_required);
    signer = "op";
    expect(Refusal::member_not_found);
    operation.member = MemberId{"op"};
    expect(Refusal::member_own_operator_role);
    operation.roles = {Role::operator_, Role::user};
    world.must(signer, operation);
    return ladder;
}

Ladder ladder_of_add_key() {
    World world;
    Ladder ladder;
    AddKey operation{.key = public_key_of("ben")};
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit("ann", operation)}); };

    for (const crypto::PublicKey& key : many_keys(15)) world.must("ann", AddKey{.key = key});
    expect(Refusal::key_taken);
    operation.key = public_key_of("watch/link");
    expect(Refusal::key_taken);
    operation.key = small_order_key;
    expect(Refusal::key_too_many);
    world.must("ann", RetireKey{.key = public_key_of("spare-3")});
    expect(Refusal::key_not_registrable);
    operation.key = public_key_of("ann's next");
    world.must("ann", operation);
    return ladder;
}

Ladder ladder_of_retire_key() {
    World world;
    Ladder ladder;
    RetireKey operation{.key = public_key_of("nobody")};
    const auto expect = [&](Refusal refusal) { ladder.push_back({refusal, world.submit("ann", operation)}); };

    expect(Refusal::key_not_yours);
    operation.key = public_key_of("ben");
    expect(Refusal::key_not_yours);
    operation.key = public_key_of("ann");
    expect(Refusal::key_last);
    world.must("ann", AddKey{.key = public_key_of("ann's next")});
    operation.key = public_key_of("ann's next");
    world.must("ann", operation);
    expect(Refusal::key_already_retired);
    return ladder;
}

TEST_CASE("admitting a member asks its rules in this order") {
    check_ladder(ladder_of_admit_member());
}

TEST_CASE("setting roles asks its rules in this order") {
    check_ladder(ladder_of_set_roles());
}

TEST_CASE("adding a key asks its rules in this order") {
    check_ladder(ladder_of_add_key());
}

TEST_CASE("retiring a key asks its rules in this order") {
    check_ladder(ladder_of_retire_key());
}

TEST_CASE("an admitted member signs from the next height on") {
    World world;
    const VerifiedTransaction admit = world.signed_by("op", {admission()});
    const VerifiedTransaction offer = world.signed_by("zoe", {TransferAccept{.data = DatasetId{"census"}}});

    BlockExecution block{world.state(), {.height = Height{1}, .time = world.now()}, chain::evidence_judge()};
    REQUIRE(block.apply(admit));
    CHECK(block.apply(offer).error() == Refusal::key_not_yet_valid);

    REQUIRE(!world.submit(admit));
    CHECK(world.submit(offer) == Refusal::data_not_found);
    const std::optional<MemberRecord> zoe = find_member(world.state(), MemberId{"zoe"});
    REQUIRE(zoe);
    CHECK(*zoe ==
          MemberRecord{
              .organisation = "Zoe Ltd", .roles = {Role::user}, .keys = {public_key_of("zoe")}, .admitted = Height{1}});
    CHECK(get_totals(world.state()).members == small_genesis().members.size() + 1);
}

TEST_CASE("a member that is only a node may come without keys") {
    World world;
    AdmitMember operation = admission();
    operation.roles = {Role::validator, Role::observer};
    operation.keys = {};
    CHECK(!world.submit("op", operation));
}

TEST_CASE("a key signs for whole blocks: from the next height after it is added to the one in which it is retired") {
    World world;
    world.must("ann", AddKey{.key = public_key_of("ann's next")});
    CHECK(!world.submit_with_key("ann's next", RetireKey{.key = public_key_of("ann")}));

    CHECK(world.submit("ann", TransferAccept{.data = DatasetId{"x"}}) == Refusal::key_retired);
    CHECK(world.submit("ann's next", TransferAccept{.data = DatasetId{"x"}}) == Refusal::data_not_found);
    CHECK(find_key(world.state(), public_key_of("ann")) ==
          KeyRecord{.member = MemberId{"ann"}, .from = Height{0}, .until = Height{3}});
    CHECK(find_member(world.state(), MemberId{"ann"})->keys == std::vector{public_key_of("ann's next")});
}

TEST_CASE("a key that is added doesn't sign in the same block") {
    World world;
    BlockExecution block{world.state(), {.height = Height{1}, .time = world.now()}, chain::evidence_judge()};
    CHECK(block.apply(world.signed_by("ann", {AddKey{.key = public_key_of("ann's next")}})));
    const VerifiedTransaction early = world.signed_by("ann's next", {RetireKey{.key = public_key_of("ann")}});
    CHECK(block.apply(early).error() == Refusal::key_not_yet_valid);
}

TEST_CASE("a retired key never comes back, for nobody") {
    World world;
    world.must("ann", AddKey{.key = public_key_of("ann's next")});
    world.must("ann's next", RetireKey{.key = public_key_of("ann")});
    CHECK(world.submit("ann's next", AddKey{.key = public_key_of("ann")}) == Refusal::key_taken);
    CHECK(world.submit("ben", AddKey{.key = public_key_of("ann")}) == Refusal::key_taken);
}

TEST_CASE("roles decide at once") {
    World world;
    const RegisterData registration{.data = DatasetId{"x"}, .title = "X", .type = "table", .commitment = {}};
    CHECK(world.submit("una", registration) == Refusal::data_owner_role_required);
    world.must("op", SetRoles{.member = MemberId{"una"}, .roles = {Role::owner, Role::user}});
    CHECK(!world.submit("una", registration));
}

}  // namespace datadeed::ledger::test
