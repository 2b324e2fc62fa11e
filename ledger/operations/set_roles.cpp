#include "ledger/operations/set_roles.h"

#include <algorithm>
#include <optional>

#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

Result<void, Refusal> check(const SetRoles& operation) {
    return check_roles(operation.roles);
}

Result<void, Refusal> apply(const SetRoles& operation, const OperationContext& context, Overlay& state) {
    if (!signer_has(Role::operator_, context, state)) return fail(Refusal::member_operator_required);
    std::optional<MemberRecord> member = find_member(state, operation.member);
    if (!member) return fail(Refusal::member_not_found);
    const bool stays_operator = std::ranges::find(operation.roles, Role::operator_) != operation.roles.end();
    if (operation.member == context.signer && !stays_operator) return fail(Refusal::member_own_operator_role);

    member->roles = operation.roles;
    state.put(state_keys::member(operation.member), encode(*member));
    return {};
}

}  // namespace datadeed::ledger
