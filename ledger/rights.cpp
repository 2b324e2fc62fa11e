#include "ledger/rights.h"

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "ledger/lookup.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {
namespace {

bool is_node_only(const std::vector<Role>& roles) {
    return std::ranges::all_of(roles, [](Role role) { return role == Role::validator || role == Role::observer; });
}

void put_owned(Overlay& state, const DatasetId& id, const Ownership& ownership) {
    const Bytes key = state_keys::owned(ownership.member, id);
    if (ownership.share == ShareBp{}) {
        state.erase(key);
    } else {
        state.put(key, encode(ownership.share));
    }
}

}  // namespace

Result<void, Refusal> check_roles(const std::vector<Role>& roles) {
    if (roles.empty()) return fail(Refusal::member_no_roles);
    if (!is_strictly_rising<Role>(roles)) return fail(Refusal::member_roles_unsorted);
    return {};
}

Result<void, Refusal> check_keys(const std::vector<crypto::PublicKey>& keys, const std::vector<Role>& roles) {
    if (keys.empty() && !is_node_only(roles)) return fail(Refusal::member_no_keys);
    if (keys.size() > keys_max) return fail(Refusal::key_too_many);
    if (!is_strictly_rising<crypto::PublicKey>(keys)) return fail(Refusal::member_keys_unsorted);
    return {};
}

bool signer_has(Role role, const OperationContext& context, const StateView& state) {
    const std::optional<MemberRecord> member = find_member(state, context.signer);
    return member && member->has(role);
}

bool signer_has_majority(const DataRecord& data, const OperationContext& context) {
    return data.share_of(context.signer) > context.parameters.quorum_bp;
}

bool is_over(const Managership& manager, TimeMs now) {
    return manager.scope.until && now >= *manager.scope.until;
}

bool signer_manages(const DataRecord& data, const OperationContext& context) {
    return data.manager && data.manager->member == context.signer && !is_over(*data.manager, context.time);
}

bool is_key_taken(const StateView& state, const crypto::PublicKey& key) {
    return find_key(state, key) || find_node_key(state, key);
}

Result<void, Refusal> must_be_active(const Effectiveness& effectiveness) {
    switch (effectiveness.status) {
        case GrantStatus::active:
            return {};
        case GrantStatus::not_yet:
            return fail(Refusal::grant_not_yet);
        case GrantStatus::exhausted:
            return fail(Refusal::grant_exhausted);
        case GrantStatus::expired:
            return fail(Refusal::grant_expired);
        case GrantStatus::revoked:
            return fail(Refusal::grant_revoked);
    }
    return {};
}

void put_new_key(Overlay& state, const crypto::PublicKey& key, const MemberId& member, Height from) {
    state.put(state_keys::key(key), encode(KeyRecord{.member = member, .from = from, .until = std::nullopt}));
}

void add_share(Overlay& state, const DatasetId& id, DataRecord& data, const Ownership& more) {
    auto at = std::ranges::lower_bound(data.owners, more.member, {}, &Ownership::member);
    if (at == data.owners.end() || at->member != more.member)
        at = data.owners.insert(at, {.member = more.member, .share = {}});
    at->share.value += more.share.value;
    put_owned(state, id, *at);
}

void take_share(Overlay& state, const DatasetId& id, DataRecord& data, const Ownership& less) {
    const auto at = std::ranges::find(data.owners, less.member, &Ownership::member);
    DATADEED_ASSERT(at != data.owners.end() && at->share >= less.share);
    at->share.value -= less.share.value;
    put_owned(state, id, *at);
    if (at->share == ShareBp{}) data.owners.erase(at);
}

}  // namespace datadeed::ledger
