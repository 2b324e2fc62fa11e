#include "ledger/cost.h"

#include <variant>

#include "base/overloaded.h"

namespace datadeed::ledger {
namespace {

std::size_t signatures_in(const Operation& operation) {
    return std::visit(Overloaded{[](const ProposeChange& proposal) -> std::size_t {
                                     if (!proposal.change.keys) return 0;
                                     return proposal.change.keys->are_for_validator() ? 3 : 1;
                                 },
                                 [](const ReportEvidence&) -> std::size_t { return 2; },
                                 [](const auto&) -> std::size_t { return 0; }},
                      operation);
}

}  // namespace

std::size_t cost_of(const Transaction& transaction) {
    std::size_t cost = 0;
    for (const Operation& operation : transaction.operations) cost += 1 + signature_cost * signatures_in(operation);
    return cost;
}

}  // namespace datadeed::ledger
