#include "ledger/cost.h"

#include <variant>

#include "base/overloaded.h"
#include "ledger/terms.h"

namespace datadeed::ledger {
namespace {

// At most, of one operation.
struct Work {
    std::size_t reads{};   // records looked up and decoded
    std::size_t writes{};  // records and index entries put
    std::size_t leaves{};  // of those, records of its own: leaves of the state's tree
    std::size_t keys{};
    std::size_t signatures{};
};

constexpr std::size_t read_cost = 2;
constexpr std::size_t write_cost = 1;
constexpr std::size_t leaf_cost = 15;

// A grant and all above it.
constexpr std::size_t chain_of_grants = depth_max + 1;

// The sets of nodes before and after a change are as long as there are nodes, each of a hundred bytes or more.
constexpr std::size_t node_set_reads = 16;

Work work_of(const ProposeChange& proposal) {
    Work work{.reads = 2 * node_set_reads + open_changes_max, .writes = 7, .leaves = 7};
    if (!proposal.change.keys) return work;
    work.keys = proposal.change.keys->are_for_validator() ? 3 : 1;
    work.signatures = work.keys;
    return work;
}

// Each kind by its own name: a new one says here what it costs.
Work work_of(const Operation& operation) {
    return std::visit(
        Overloaded{[](const AdmitMember& admission) {
                       return Work{.reads = 3 + 2 * admission.keys.size(),
                                   .writes = 2 + admission.keys.size(),
                                   .leaves = 1 + admission.keys.size(),
                                   .keys = admission.keys.size()};
                   },
                   [](const SetRoles&) { return Work{.reads = 2, .writes = 1, .leaves = 1}; },
                   [](const AddKey&) { return Work{.reads = 3, .writes = 2, .leaves = 2, .keys = 1}; },
                   [](const RetireKey&) { return Work{.reads = 2, .writes = 2, .leaves = 2}; },
                   [](const RegisterData&) { return Work{.reads = 3, .writes = 3, .leaves = 1}; },
                   [](const TransferOffer&) { return Work{.reads = 3, .writes = 1, .leaves = 1}; },
                   [](const TransferWithdraw&) { return Work{.reads = 2, .writes = 1, .leaves = 1}; },
                   [](const TransferAccept&) { return Work{.reads = 2, .writes = 4, .leaves = 2}; },
                   [](const AppointManager&) { return Work{.reads = 2, .writes = 1, .leaves = 1}; },
                   [](const RevokeManager&) { return Work{.reads = 1, .writes = 1, .leaves = 1}; },
                   [](const CreateGrant& grant) {
                       return Work{.reads = 3 + (grant.parent ? chain_of_grants : 0), .writes = 5, .leaves = 1};
                   },
                   [](const RevokeGrant&) { return Work{.reads = 3, .writes = 1, .leaves = 1}; },
                   [](const RecordUses&) {
                       return Work{.reads = 2 + chain_of_grants, .writes = chain_of_grants, .leaves = chain_of_grants};
                   },
                   [](const LogAnchor&) { return Work{.reads = 2, .writes = 1, .leaves = 1}; },
                   [](const ProposeChange& proposal) { return work_of(proposal); },
                   [](const VoteChange&) { return Work{.reads = 2 * node_set_reads + 2, .writes = 6, .leaves = 6}; },
                   [](const ReportEvidence&) {
                       return Work{.reads = node_set_reads + 4, .writes = 2, .leaves = 2, .signatures = 2};
                   }},
        operation);
}

std::size_t applying_cost(const Work& work) {
    return read_cost * work.reads + write_cost * work.writes + key_cost * work.keys + signature_cost * work.signatures;
}

}  // namespace

std::size_t applying_cost(const Transaction& transaction) {
    std::size_t cost = transaction_base_cost;
    for (const Operation& operation : transaction.operations) cost += applying_cost(work_of(operation));
    return cost;
}

std::size_t block_cost(const Transaction& transaction) {
    std::size_t cost = applying_cost(transaction) + leaf_cost;
    for (const Operation& operation : transaction.operations) cost += leaf_cost * work_of(operation).leaves;
    return cost;
}

Result<void, Refusal> BlockCost::add(const Transaction& transaction) {
    const std::size_t more = block_cost(transaction);
    if (cost_ + more > block_cost_max) return fail(Refusal::block_costs_too_much);
    cost_ += more;
    return {};
}

}  // namespace datadeed::ledger
