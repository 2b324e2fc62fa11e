#include "ledger/attenuates.h"

#include <algorithm>

namespace datadeed::ledger {

Result<void, Refusal> attenuates(const Terms& child, const Terms& parent) {
    if (!std::ranges::includes(parent.purposes, child.purposes)) return fail(Refusal::grant_purposes_widened);
    if (!std::ranges::includes(parent.operations, child.operations)) return fail(Refusal::grant_operations_widened);
    // A child without a beginning holds from its block on, which may lie before the parent's beginning.
    if (parent.from && (!child.from || *child.from < *parent.from)) return fail(Refusal::grant_from_widened);
    if (child.until > parent.until) return fail(Refusal::grant_until_widened);
    if (child.uses > parent.uses) return fail(Refusal::grant_uses_widened);
    if (child.depth >= parent.depth) return fail(Refusal::grant_depth_widened);
    return {};
}

}  // namespace datadeed::ledger
