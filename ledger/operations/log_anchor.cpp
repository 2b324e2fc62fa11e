#include "ledger/operations/log_anchor.h"

#include <algorithm>

#include "ledger/log_pair.h"
#include "ledger/lookup.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

Result<void, Refusal> check(const LogAnchor& operation) {
    if (operation.epoch.value > count_max || operation.count > count_max) {
        return fail(Refusal::log_number_out_of_range);
    }
    return {};
}

Result<void, Refusal> apply(const LogAnchor& operation, const OperationContext& context, Overlay& state) {
    if (operation.with == context.signer) return fail(Refusal::log_with_self);
    if (!has_member(state, operation.with)) return fail(Refusal::log_partner_not_found);
    const LogPairId id = make_log_pair(context.signer, operation.with, operation.epoch);
    LogPairRecord pair = find_log_pair(state, id).value_or(LogPairRecord{});
    const bool is_anchored =
        std::ranges::find(pair.anchors, context.signer, &LogAnchorRecord::member) != pair.anchors.end();
    if (is_anchored) return fail(Refusal::log_already_anchored);
    if (!pair.anchors.empty() && log_state(pair, context.time, context.parameters) == LogState::expired) {
        return fail(Refusal::log_expired);
    }

    pair.anchors.push_back({.member = context.signer,
                            .root = operation.root,
                            .count = operation.count,
                            .height = context.height,
                            .time = context.time,
                            .tx = context.tx});
    state.put(state_keys::log_pair(id), encode(pair));
    return {};
}

}  // namespace datadeed::ledger
