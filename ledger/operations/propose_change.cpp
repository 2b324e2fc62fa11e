#include "ledger/operations/propose_change.h"

#include <optional>
#include <utility>
#include <vector>

#include "ledger/epoch.h"
#include "ledger/lookup.h"
#include "ledger/node_rules.h"
#include "ledger/node_votes.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"
#include "ledger/transaction.h"

namespace datadeed::ledger {
namespace {

constexpr std::uint64_t wait_max_ms = change_days_max * 24 * 60 * 60 * 1000;

bool may_propose(const NodeChange& change, const Epoch& epoch, const OperationContext& context,
                 const StateView& state) {
    return is_validator(epoch.nodes, context.signer) || change.member == context.signer ||
           signer_has(Role::operator_, context, state);
}

bool is_open(const ChangeId& id, const Epoch& epoch, TimeMs now, const StateView& state) {
    const std::optional<ChangeRecord> change = find_change(state, id);
    return change && must_be_votable(*change, epoch.number, now);
}

// Those of the signer's proposals that still wait for votes: time closes some without anybody writing it down.
OpenChanges still_open(const Epoch& epoch, const OperationContext& context, const StateView& state) {
    OpenChanges open = find_open_changes(state, context.signer);
    std::erase_if(open.ids, [&](const ChangeId& id) { return !is_open(id, epoch, context.time, state); });
    return open;
}

}  // namespace

Result<void, Refusal> check(const ProposeChange& operation) {
    return check(operation.change);
}

Result<void, Refusal> apply(const ProposeChange& operation, const OperationContext& context, Overlay& state) {
    const Epoch epoch = get_epoch(state);
    if (is_changing(epoch, context.height)) return fail(Refusal::change_set_changing);
    if (!may_propose(operation.change, epoch, context, state)) return fail(Refusal::change_no_right_to_propose);
    if (operation.until <= context.time || operation.until.value - context.time.value > wait_max_ms) {
        return fail(Refusal::change_until_out_of_range);
    }
    OpenChanges open = still_open(epoch, context, state);
    if (open.ids.size() >= open_changes_max) return fail(Refusal::change_too_many_open);
    if (const auto nodes = nodes_after(operation.change, epoch.nodes, state); !nodes) return fail(nodes.error());
    const auto ready = check_readiness(operation.change, get_chain(state), context.height);
    if (!ready) return ready;

    const ChangeId id = change_id(context.tx, context.index);
    open.ids.push_back(id);
    state.put(state_keys::open_changes(context.signer), encode(open));
    ChangeRecord record{.change = operation.change,
                        .proposer = context.signer,
                        .proposed = context.height,
                        .until = operation.until,
                        .epoch = epoch.number,
                        .approvals = {},
                        .refusals = {},
                        .outcome = ChangeOutcome::open,
                        .decided = std::nullopt};
    if (is_validator(epoch.nodes, context.signer)) record.approvals.push_back(context.signer);
    return settle(id, std::move(record), epoch, context, state);
}

}  // namespace datadeed::ledger
