#include "ledger/operations/retire_key.h"

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "ledger/lookup.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

// Nothing in a key's bytes can be wrong here: one that was never registered isn't the signer's.
Result<void, Refusal> check(const RetireKey&) {
    return {};
}

Result<void, Refusal> apply(const RetireKey& operation, const OperationContext& context, Overlay& state) {
    std::optional<KeyRecord> key = find_key(state, operation.key);
    if (!key || key->member != context.signer) return fail(Refusal::key_not_yours);
    if (key->until) return fail(Refusal::key_already_retired);
    std::optional<MemberRecord> member = find_member(state, context.signer);
    DATADEED_ASSERT(member.has_value());
    if (member->keys.size() == 1) return fail(Refusal::key_last);

    key->until = context.height.next();
    state.put(state_keys::key(operation.key), encode(*key));
    std::erase(member->keys, operation.key);
    state.put(state_keys::member(context.signer), encode(*member));
    return {};
}

}  // namespace datadeed::ledger
