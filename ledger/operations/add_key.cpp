#include "ledger/operations/add_key.h"

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

Result<void, Refusal> check(const AddKey& /*operation*/) {
    return {};
}

Result<void, Refusal> apply(const AddKey& operation, const OperationContext& context, Overlay& state) {
    if (is_key_taken(state, operation.key)) return fail(Refusal::key_taken);
    std::optional<MemberRecord> member = find_member(state, context.signer);
    DATADEED_ASSERT(member.has_value());
    if (member->keys.size() >= keys_max) return fail(Refusal::key_too_many);
    if (!crypto::is_registrable(operation.key)) return fail(Refusal::key_not_registrable);

    put_new_key(state, operation.key, context.signer, context.height.next());
    member->keys.insert(std::ranges::upper_bound(member->keys, operation.key), operation.key);
    state.put(state_keys::member(context.signer), encode(*member));
    return {};
}

}  // namespace datadeed::ledger
