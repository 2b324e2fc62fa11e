#include "ledger/cost.h"

#include <variant>

#include "base/overloaded.h"

namespace datadeed::ledger {
namespace {

std::size_t cost_of(const Operation& operation) {
    const Overloaded checks{[](const AdmitMember& admission) { return key_cost * admission.keys.size(); },
                            [](const AddKey&) { return key_cost; },
                            [](const ProposeChange& proposal) {
                                if (!proposal.change.keys) return std::size_t{0};
                                const std::size_t keys = proposal.change.keys->are_for_validator() ? 3 : 1;
                                return keys * (key_cost + signature_cost);
                            },
                            [](const ReportEvidence&) { return 2 * signature_cost; },
                            [](const auto&) { return std::size_t{0}; }};
    return 1 + std::visit(checks, operation);
}

}  // namespace

std::size_t cost_of(const Transaction& transaction) {
    std::size_t cost = 0;
    for (const Operation& operation : transaction.operations) cost += cost_of(operation);
    return cost;
}

}  // namespace datadeed::ledger
