#include "ledger/operations/register_data.h"

#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

Result<void, Refusal> check(const RegisterData& operation) {
    if (!is_dataset_id(operation.data.value)) return fail(Refusal::data_id_malformed);
    if (operation.title.empty()) return fail(Refusal::data_title_empty);
    if (!is_line(operation.title, title_max)) return fail(Refusal::data_title_malformed);
    if (!is_line(operation.type, data_type_max)) return fail(Refusal::data_type_malformed);
    return {};
}

Result<void, Refusal> apply(const RegisterData& operation, const OperationContext& context, Overlay& state) {
    if (!signer_has(Role::owner, context, state)) return fail(Refusal::data_owner_role_required);
    if (find_data(state, operation.data)) return fail(Refusal::data_exists);

    DataRecord data{.title = operation.title,
                    .type = operation.type,
                    .commitment = operation.commitment,
                    .registrant = context.signer,
                    .registered = context.height,
                    .owners = {},
                    .manager = std::nullopt};
    add_share(state, operation.data, data, {.member = context.signer, .share = whole});
    state.put(state_keys::data(operation.data), encode(data));
    Totals totals = get_totals(state);
    ++totals.data;
    state.put(state_keys::totals(), encode(totals));
    return {};
}

}  // namespace datadeed::ledger
