#include "ledger/node_votes.h"

#include <algorithm>
#include <utility>

#include "ledger/node_rules.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {
namespace {

void put_node_key(Overlay& state, const crypto::PublicKey& key, const MemberId& member, NodeKeyPurpose purpose) {
    state.put(state_keys::node_key(key), encode(NodeKeyRecord{.member = member, .purpose = purpose}));
}

// Those that it had before are written as they were.
void put_node_keys(Overlay& state, const MemberId& member, const NodeKeys& keys) {
    if (keys.vote) put_node_key(state, *keys.vote, member, NodeKeyPurpose::vote);
    put_node_key(state, keys.link, member, NodeKeyPurpose::link);
    if (keys.cosign) put_node_key(state, *keys.cosign, member, NodeKeyPurpose::cosign);
}

void begin_epoch(Overlay& state, const Epoch& present, ValidatorSet nodes, Height decided) {
    state.put(state_keys::past_epoch(present.number), encode(present));
    state.put(state_keys::validators(),
              encode(Epoch{.number = present.number.next(), .from = decided.next(), .nodes = std::move(nodes)}));
}

}  // namespace

bool is_validator(const ValidatorSet& nodes, const MemberId& member) {
    return std::ranges::binary_search(nodes.validators, member, {}, &Validator::member);
}

bool is_changing(const Epoch& epoch, Height height) {
    return epoch.from > height;
}

Result<void, Refusal> must_be_votable(const ChangeRecord& change, EpochNumber present, TimeMs now) {
    if (change.outcome != ChangeOutcome::open) return fail(Refusal::change_decided);
    if (change.epoch != present) return fail(Refusal::change_stale);
    if (now >= change.until) return fail(Refusal::change_expired);
    return {};
}

Result<void, Refusal> settle(const ChangeId& id, ChangeRecord change, const Epoch& epoch,
                             const OperationContext& context, Overlay& state) {
    const std::size_t voters = epoch.nodes.validators.size();
    const std::size_t needed = approvals_needed(voters);
    if (change.approvals.size() >= needed) {
        Result<ValidatorSet, Refusal> nodes = nodes_after(change.change, epoch.nodes, state);
        if (!nodes) return fail(nodes.error());
        begin_epoch(state, epoch, std::move(*nodes), context.height);
        if (change.change.keys) put_node_keys(state, change.change.member, *change.change.keys);
        change.outcome = ChangeOutcome::adopted;
    } else if (voters - change.refusals.size() < needed) {
        change.outcome = ChangeOutcome::refused;
    }
    if (change.outcome != ChangeOutcome::open) change.decided = context.height;
    state.put(state_keys::change(id), encode(change));
    return {};
}

}  // namespace datadeed::ledger
