#include "ledger/terms.h"

#include <algorithm>
#include <array>

namespace datadeed::ledger {
namespace {

// By number, from 1.
constexpr std::array<std::string_view, query_operations_max> operation_names = {
    "count", "sum", "mean", "min", "max", "variance", "histogram", "quantile"};

Result<void, Refusal> check_purposes(const std::vector<Purpose>& purposes) {
    if (purposes.empty()) return fail(Refusal::terms_no_purposes);
    for (const Purpose& purpose : purposes) {
        if (!is_line(purpose.value, purpose_max)) return fail(Refusal::terms_purpose_malformed);
    }
    if (!is_strictly_rising<Purpose>(purposes)) return fail(Refusal::terms_purposes_unsorted);
    return {};
}

Result<void, Refusal> check_operations(const std::vector<QueryOperation>& operations) {
    if (operations.empty()) return fail(Refusal::terms_no_operations);
    if (!is_strictly_rising<QueryOperation>(operations)) return fail(Refusal::terms_operations_unsorted);
    return {};
}

Result<void, Refusal> check_bounds(std::uint64_t uses, std::uint32_t depth) {
    if (uses == 0 || uses > count_max) return fail(Refusal::terms_uses_out_of_range);
    if (depth > depth_max) return fail(Refusal::terms_depth_out_of_range);
    return {};
}

}  // namespace

std::string_view name(QueryOperation operation) {
    return operation_names[static_cast<std::size_t>(operation) - 1];
}

std::optional<QueryOperation> query_operation_from(std::string_view name) {
    const auto found = std::ranges::find(operation_names, name);
    if (found == operation_names.end()) return std::nullopt;
    return static_cast<QueryOperation>(found - operation_names.begin() + 1);
}

Terms in_order(Terms terms) {
    std::ranges::sort(terms.purposes);
    terms.purposes.erase(std::ranges::unique(terms.purposes).begin(), terms.purposes.end());
    std::ranges::sort(terms.operations);
    terms.operations.erase(std::ranges::unique(terms.operations).begin(), terms.operations.end());
    return terms;
}

Result<void, Refusal> check(const Terms& terms) {
    if (const auto purposes = check_purposes(terms.purposes); !purposes) return purposes;
    if (const auto operations = check_operations(terms.operations); !operations) return operations;
    if (terms.until.value > count_max) return fail(Refusal::terms_time_out_of_range);
    if (terms.from && *terms.from >= terms.until) return fail(Refusal::terms_period_empty);
    return check_bounds(terms.uses, terms.depth);
}

Result<void, Refusal> check(const ManagerScope& scope) {
    if (scope.purposes) {
        if (const auto purposes = check_purposes(*scope.purposes); !purposes) return purposes;
    }
    if (scope.operations) {
        if (const auto operations = check_operations(*scope.operations); !operations) return operations;
    }
    if (scope.until && scope.until->value > count_max) return fail(Refusal::terms_time_out_of_range);
    return check_bounds(scope.uses.value_or(1), scope.depth);
}

Result<void, Refusal> within(const Terms& terms, const ManagerScope& scope) {
    if (scope.purposes && !std::ranges::includes(*scope.purposes, terms.purposes)) {
        return fail(Refusal::manager_purposes_out_of_scope);
    }
    if (scope.operations && !std::ranges::includes(*scope.operations, terms.operations)) {
        return fail(Refusal::manager_operations_out_of_scope);
    }
    if (scope.until && terms.until > *scope.until) return fail(Refusal::manager_until_out_of_scope);
    if (scope.uses && terms.uses > *scope.uses) return fail(Refusal::manager_uses_out_of_scope);
    if (terms.depth > scope.depth) return fail(Refusal::manager_depth_out_of_scope);
    return {};
}

}  // namespace datadeed::ledger
