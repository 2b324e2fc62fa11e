#include "ledger/operations/revoke_grant.h"

#include <optional>

#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {
namespace {

bool may_revoke(const GrantRecord& grant, const OperationContext& context, const Overlay& state) {
    if (grant.grantor == context.signer || grant.grantee == context.signer) return true;
    const std::optional<DataRecord> data = find_data(state, grant.data);
    return (data && signer_has_majority(*data, context)) || signer_has(Role::regulator, context, state);
}

}  // namespace

Result<void, Refusal> check(const RevokeGrant& operation) {
    if (!is_line(operation.reason, reason_max)) return fail(Refusal::grant_reason_malformed);
    return {};
}

Result<void, Refusal> apply(const RevokeGrant& operation, const OperationContext& context, Overlay& state) {
    std::optional<GrantRecord> grant = find_grant(state, operation.grant);
    if (!grant) return fail(Refusal::grant_not_found);
    if (!may_revoke(*grant, context, state)) return fail(Refusal::grant_no_right_to_revoke);
    if (grant->revocation) return fail(Refusal::grant_already_revoked);

    // Nothing is done to the grants below: that they no longer hold is derived (ledger/effective.h).
    grant->revocation = {
        .by = context.signer, .reason = operation.reason, .height = context.height, .time = context.time};
    state.put(state_keys::grant(operation.grant), encode(*grant));
    return {};
}

}  // namespace datadeed::ledger
