#include "ledger/operations/revoke_manager.h"

#include <optional>

#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

// Names only what must exist, so no form can be wrong.
Result<void, Refusal> check(const RevokeManager&) {
    return {};
}

Result<void, Refusal> apply(const RevokeManager& operation, const OperationContext& context, Overlay& state) {
    std::optional<DataRecord> data = find_data(state, operation.data);
    if (!data) return fail(Refusal::data_not_found);
    if (!data->manager) return fail(Refusal::manager_not_appointed);
    if (!signer_has_majority(*data, context) && data->manager->member != context.signer) {
        return fail(Refusal::manager_no_right_to_revoke);
    }

    data->manager.reset();
    state.put(state_keys::data(operation.data), encode(*data));
    return {};
}

}  // namespace datadeed::ledger
