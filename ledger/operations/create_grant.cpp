#include "ledger/operations/create_grant.h"

#include "ledger/attenuates.h"
#include "ledger/effective.h"
#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"
#include "ledger/transaction.h"

namespace datadeed::ledger {
namespace {

// A grant at the top: by the owners' majority, or by the manager within its scope.
Result<void, Refusal> may_grant(const CreateGrant& operation, const DataRecord& data, const OperationContext& context) {
    if (signer_has_majority(data, context)) return {};
    if (!data.manager || data.manager->member != context.signer) return fail(Refusal::grant_no_right_to_grant);
    if (is_over(*data.manager, context.time)) return fail(Refusal::manager_appointment_over);
    return within(operation.terms, data.manager->scope);
}

// A grant under another: by that one's grantee, narrower in every way, while that one is in effect.
Result<void, Refusal> may_pass_on(const CreateGrant& operation, const OperationContext& context, const Overlay& state) {
    const std::optional<GrantRecord> parent = find_grant(state, *operation.parent);
    if (!parent) return fail(Refusal::grant_parent_not_found);
    if (parent->data != operation.data) return fail(Refusal::grant_parent_of_other_data);
    if (parent->grantee != context.signer) return fail(Refusal::grant_parent_not_yours);
    if (const auto narrower = attenuates(operation.terms, parent->terms); !narrower) return narrower;
    return must_be_active(effective(lineage_of(*operation.parent, *parent, state), context.time));
}

void count_grant(Overlay& state) {
    Totals totals = get_totals(state);
    ++totals.grants;
    state.put(state_keys::totals(), encode(totals));
}

}  // namespace

Result<void, Refusal> check(const CreateGrant& operation) {
    return check(operation.terms);
}

Result<void, Refusal> apply(const CreateGrant& operation, const OperationContext& context, Overlay& state) {
    const std::optional<DataRecord> data = find_data(state, operation.data);
    if (!data) return fail(Refusal::data_not_found);
    if (operation.grantee == context.signer) return fail(Refusal::grant_to_self);
    if (!has_member(state, operation.grantee)) return fail(Refusal::grant_grantee_not_found);
    if (operation.terms.until <= context.time) return fail(Refusal::grant_until_passed);
    const auto allowed =
        operation.parent ? may_pass_on(operation, context, state) : may_grant(operation, *data, context);
    if (!allowed) return allowed;

    const GrantId id = grant_id(context.tx, context.index);
    state.put(state_keys::grant(id), encode(GrantRecord{.data = operation.data,
                                                        .grantor = context.signer,
                                                        .grantee = operation.grantee,
                                                        .parent = operation.parent,
                                                        .terms = operation.terms,
                                                        .used = 0,
                                                        .revocation = std::nullopt,
                                                        .created = context.height,
                                                        .created_time = context.time}));
    state.put(state_keys::grant_of_data(operation.data, id), encode(true));
    state.put(state_keys::grant_of_member(operation.grantee, id), encode(GrantSide::grantee));
    state.put(state_keys::grant_of_member(context.signer, id), encode(GrantSide::grantor));
    count_grant(state);
    return {};
}

}  // namespace datadeed::ledger
