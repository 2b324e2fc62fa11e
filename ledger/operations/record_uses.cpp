#include "ledger/operations/record_uses.h"

#include <optional>
#include <utility>

#include "ledger/effective.h"
#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {
namespace {

bool may_record(const GrantRecord& grant, const OperationContext& context, const Overlay& state) {
    if (signer_has(Role::repository, context, state)) return true;
    const std::optional<DataRecord> data = find_data(state, grant.data);
    return data && (signer_manages(*data, context) || signer_has_majority(*data, context));
}

// On the grant and all above it: they share one pool.
void use(Lineage lineage, std::uint64_t count, Overlay& state) {
    for (HeldGrant& held : lineage) {
        held.record.used += count;
        state.put(state_keys::grant(held.id), encode(held.record));
    }
}

}  // namespace

Result<void, Refusal> check(const RecordUses& operation) {
    if (operation.count == 0 || operation.count > count_max) return fail(Refusal::uses_count_out_of_range);
    return {};
}

Result<void, Refusal> apply(const RecordUses& operation, const OperationContext& context, Overlay& state) {
    std::optional<GrantRecord> grant = find_grant(state, operation.grant);
    if (!grant) return fail(Refusal::grant_not_found);
    if (!may_record(*grant, context, state)) return fail(Refusal::uses_no_right_to_record);
    Lineage lineage = lineage_of(operation.grant, std::move(*grant), state);
    const auto active = must_be_active(effective(lineage, context.time));
    if (!active) return active;
    if (uses_left(lineage) < operation.count) return fail(Refusal::uses_more_than_left);

    use(std::move(lineage), operation.count, state);
    return {};
}

}  // namespace datadeed::ledger
