#include "ledger/operations/appoint_manager.h"

#include <optional>

#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

Result<void, Refusal> check(const AppointManager& operation) {
    return check(operation.scope);
}

Result<void, Refusal> apply(const AppointManager& operation, const OperationContext& context, Overlay& state) {
    std::optional<DataRecord> data = find_data(state, operation.data);
    if (!data) return fail(Refusal::data_not_found);
    if (!signer_has_majority(*data, context)) return fail(Refusal::data_majority_required);
    if (!has_member(state, operation.manager)) return fail(Refusal::manager_member_not_found);
    if (operation.scope.until && *operation.scope.until <= context.time) return fail(Refusal::manager_until_passed);
    if (data->manager && !is_over(*data->manager, context.time)) return fail(Refusal::manager_already_appointed);

    data->manager = {.member = operation.manager, .scope = operation.scope, .appointed = context.height};
    state.put(state_keys::data(operation.data), encode(*data));
    return {};
}

}  // namespace datadeed::ledger
