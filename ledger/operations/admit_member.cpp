#include "ledger/operations/admit_member.h"

#include <algorithm>

#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

Result<void, Refusal> check(const AdmitMember& operation) {
    if (!is_member_id(operation.member.value)) return fail(Refusal::member_id_malformed);
    if (!is_line(operation.organisation, organisation_max)) return fail(Refusal::member_organisation_malformed);
    if (const auto roles = check_roles(operation.roles); !roles) return roles;
    return check_keys(operation.keys, operation.roles);
}

Result<void, Refusal> apply(const AdmitMember& operation, const OperationContext& context, Overlay& state) {
    if (!signer_has(Role::operator_, context, state)) return fail(Refusal::member_operator_required);
    if (has_member(state, operation.member)) return fail(Refusal::member_exists);
    // Dear to look at, so that only who may admit members can ask for it.
    if (!std::ranges::all_of(operation.keys, crypto::is_registrable)) return fail(Refusal::key_not_registrable);
    const auto is_taken = [&state](const crypto::PublicKey& key) { return is_key_taken(state, key); };
    if (std::ranges::any_of(operation.keys, is_taken)) return fail(Refusal::key_taken);

    for (const crypto::PublicKey& key : operation.keys) {
        put_new_key(state, key, operation.member, context.height.next());
    }
    state.put(state_keys::member(operation.member), encode(MemberRecord{.organisation = operation.organisation,
                                                                        .roles = operation.roles,
                                                                        .keys = operation.keys,
                                                                        .admitted = context.height}));
    Totals totals = get_totals(state);
    ++totals.members;
    state.put(state_keys::totals(), encode(totals));
    return {};
}

}  // namespace datadeed::ledger
