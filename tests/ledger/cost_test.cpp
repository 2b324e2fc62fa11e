#include "ledger/cost.h"

#include "tests/ledger/nodes.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {

namespace {

Transaction of(std::vector<Operation> operations) {
    return {.nonce = {}, .expires = {}, .operations = std::move(operations)};
}

// Beside what every transaction costs.
std::size_t applying(Operation operation) {
    return applying_cost(of({std::move(operation)})) - applying_cost(of({}));
}

AdmitMember admitting(std::size_t keys) {
    return {.member = MemberId{"zoe"},
            .organisation = "Z",
            .roles = {Role::user},
            .keys = std::vector<crypto::PublicKey>(keys)};
}

}  // namespace

TEST_CASE("a transaction costs what its operations read, write and check") {
    const World world = world_with_census();
    const auto proposal = [&world](NodeChangeKind kind) {
        return proposing(world, joining(world, kind, "zoe", "zoe"));
    };
    const ProposeChange leave = proposing(world, leaving(NodeChangeKind::remove_validator, "zoe"));
    const CreateGrant grant{.data = DatasetId{"census"}};
    CreateGrant sub = grant;
    sub.parent = GrantId{};
    CHECK(applying(proposal(NodeChangeKind::add_validator)) == applying(leave) + 3 * (signature_cost + key_cost));
    CHECK(applying(proposal(NodeChangeKind::add_observer)) == applying(leave) + signature_cost + key_cost);
    CHECK(applying(admitting(2)) > applying(admitting(1)) + key_cost);
    CHECK(applying(AddKey{.key = {}}) > key_cost);
    CHECK(applying(ReportEvidence{.evidence = {1}}) > 2 * signature_cost);
    // All above a grant are read and written; of a sub-grant they are read.
    CHECK(applying(RecordUses{}) > 3 * (depth_max + 1));
    CHECK(applying(sub) > applying(grant) + depth_max);
    const Operation usual = RegisterData{.data = DatasetId{"census"}};
    CHECK(applying_cost(of({usual, usual, usual})) == applying_cost(of({usual})) + 2 * applying(usual));
}

TEST_CASE("in a block each record costs its leaf of the state's tree") {
    const auto leaves = [](Operation operation) {
        const Transaction one = of({std::move(operation)});
        return block_cost(one) - applying_cost(one) - (block_cost(of({})) - applying_cost(of({})));
    };
    const std::size_t leaf = leaves(RegisterData{});
    CHECK(leaf > 0);
    CHECK(leaves(RecordUses{}) == (depth_max + 1) * leaf);
    CHECK(leaves(admitting(3)) == 4 * leaf);
}

TEST_CASE("no transaction costs more than there's room for, in a turn or in a block") {
    const World world = world_with_census();
    std::vector<Operation> operations(operations_max,
                                      proposing(world, leaving(NodeChangeKind::remove_validator, "zoe")));
    const ProposeChange join = proposing(world, joining(world, NodeChangeKind::add_validator, "zoe", "zoe"));
    for (std::size_t i = 0; i < new_keys_max / 3; ++i) operations[i] = join;
    CHECK(applying_cost(of(operations)) <= transaction_cost_max);
    CHECK(block_cost(of(operations)) <= transaction_block_cost_max);
    operations.assign(operations_max, RecordUses{});
    CHECK(applying_cost(of(operations)) <= transaction_cost_max);
    CHECK(block_cost(of(operations)) <= transaction_block_cost_max);
    CHECK(transaction_block_cost_max <= block_cost_max);
}

TEST_CASE("a block holds so much as it may cost, to the last") {
    const Transaction one = of({LogAnchor{}});
    BlockCost cost;
    for (std::size_t i = 0; i < block_cost_max / block_cost(one); ++i) REQUIRE(cost.add(one));
    CHECK_FALSE(cost.add(one));
    CHECK_FALSE(cost.add(of(std::vector<Operation>(operations_max, LogAnchor{}))));
}

}  // namespace datadeed::ledger::test
