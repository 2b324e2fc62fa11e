#include "ledger/cost.h"

#include "tests/ledger/nodes.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {

TEST_CASE("a transaction costs its operations, and what checking signatures takes where applying it checks some") {
    const World world = world_with_census();
    const auto cost = [](std::vector<Operation> operations) {
        return cost_of({.nonce = {}, .expires = {}, .operations = std::move(operations)});
    };
    const TransferAccept usual{.data = DatasetId{"census"}};
    const auto proposal = [&world](NodeChangeKind kind) {
        return proposing(world, joining(world, kind, "zoe", "zoe"));
    };
    CHECK(cost({usual}) == 1);
    CHECK(cost({usual, usual, usual}) == 3);
    CHECK(cost({proposal(NodeChangeKind::add_validator)}) == 1 + 3 * (signature_cost + key_cost));
    CHECK(cost({usual, proposal(NodeChangeKind::add_observer)}) == 2 + signature_cost + key_cost);
    CHECK(cost({proposing(world, leaving(NodeChangeKind::remove_validator, "zoe"))}) == 1);
    const AdmitMember admission{
        .member = MemberId{"zoe"}, .organisation = "Z", .roles = {Role::user}, .keys = {{}, {}}};
    CHECK(cost({admission, AddKey{.key = {}}}) == 2 + 3 * key_cost);
    CHECK(cost({ReportEvidence{.evidence = {1}}}) == 1 + 2 * signature_cost);
}

}  // namespace datadeed::ledger::test
