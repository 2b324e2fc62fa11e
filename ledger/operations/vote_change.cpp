#include "ledger/operations/vote_change.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/epoch.h"
#include "ledger/lookup.h"
#include "ledger/node_votes.h"

namespace datadeed::ledger {
namespace {

bool is_among(const std::vector<MemberId>& members, const MemberId& member) {
    return std::ranges::find(members, member) != members.end();
}

}  // namespace

// Names only what must exist, so no form can be wrong.
Result<void, Refusal> check(const VoteChange&) {
    return {};
}

Result<void, Refusal> apply(const VoteChange& operation, const OperationContext& context, Overlay& state) {
    const Epoch epoch = get_epoch(state);
    if (is_changing(epoch, context.height)) return fail(Refusal::change_set_changing);
    std::optional<ChangeRecord> change = find_change(state, operation.change);
    if (!change) return fail(Refusal::change_not_found);
    if (!is_validator(epoch.nodes, context.signer)) return fail(Refusal::change_not_a_voter);
    if (const auto votable = must_be_votable(*change, epoch.number, context.time); !votable) return votable;
    if (is_among(change->approvals, context.signer) || is_among(change->refusals, context.signer)) {
        return fail(Refusal::change_already_voted);
    }

    (operation.approve ? change->approvals : change->refusals).push_back(context.signer);
    return settle(operation.change, std::move(*change), epoch, context, state);
}

}  // namespace datadeed::ledger
