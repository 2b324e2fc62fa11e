#include "ledger/genesis.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/hash.h"
#include "ledger/block.h"
#include "ledger/epoch.h"
#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {
namespace {

constexpr std::uint64_t day_ms = std::uint64_t{24} * 60 * 60 * 1000;

constexpr bool is_between(std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    return least <= value && value <= most;
}

bool are_in_range(const Parameters& p) {
    return is_between(p.quorum_bp.value, 5'000, 9'999) && is_between(p.nonce_window, 1, nonce_window_max) &&
           is_between(p.nonce_age_max_ms, 1'000, 30 * day_ms) && is_between(p.nonce_ahead_max_ms, 1'000, day_ms) &&
           is_between(p.log_match_window_ms, 1, p.log_expiry_window_ms) && p.log_expiry_window_ms <= count_max &&
           is_between(p.block_bytes_max, transaction_size_max, block_bytes_limit) &&
           is_between(p.block_transactions_max, 1, block_transactions_limit);
}

Result<void, Refusal> check_member(const GenesisMember& member) {
    if (!is_member_id(member.id.value)) return fail(Refusal::member_id_malformed);
    if (!is_line(member.organisation, organisation_max)) return fail(Refusal::member_organisation_malformed);
    if (const auto roles = check_roles(member.roles); !roles) return roles;
    if (const auto keys = check_keys(member.keys, member.roles); !keys) return keys;
    if (!std::ranges::all_of(member.keys, crypto::is_registrable)) return fail(Refusal::key_not_registrable);
    return {};
}

Result<void, Refusal> check_members(const std::vector<GenesisMember>& members) {
    for (const GenesisMember& member : members) {
        if (const auto well_formed = check_member(member); !well_formed) return well_formed;
    }
    const auto rises = [](const GenesisMember& a, const GenesisMember& b) { return a.id < b.id; };
    for (std::size_t i = 1; i < members.size(); ++i) {
        if (!rises(members[i - 1], members[i])) return fail(Refusal::genesis_members_unsorted);
    }
    const auto is_operator = [](const GenesisMember& member) {
        return std::ranges::binary_search(member.roles, Role::operator_);
    };
    if (std::ranges::none_of(members, is_operator)) return fail(Refusal::genesis_no_operator);
    return {};
}

// Validators and observers are checked alike.
template <class Node>
Result<void, Refusal> check_nodes(const std::vector<Node>& nodes, Role role,
                                  const std::vector<GenesisMember>& members) {
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        if (!(nodes[i - 1].member < nodes[i].member)) return fail(Refusal::genesis_nodes_unsorted);
    }
    for (const Node& node : nodes) {
        const auto member = std::ranges::find(members, node.member, &GenesisMember::id);
        if (member == members.end()) return fail(Refusal::genesis_node_not_a_member);
        if (!std::ranges::binary_search(member->roles, role)) return fail(Refusal::genesis_node_without_role);
    }
    return {};
}

std::vector<crypto::PublicKey> node_keys(const ValidatorSet& nodes) {
    std::vector<crypto::PublicKey> keys;
    for (const Validator& validator : nodes.validators) {
        keys.insert(keys.end(), {validator.vote, validator.link, validator.cosign});
    }
    for (const Observer& observer : nodes.observers) keys.push_back(observer.link);
    return keys;
}

// A key for two purposes, or of two members, would let one signature stand for both.
Result<void, Refusal> check_all_keys(const Genesis& genesis) {
    std::vector<crypto::PublicKey> keys = node_keys(genesis.nodes);
    if (!std::ranges::all_of(keys, crypto::is_registrable)) return fail(Refusal::key_not_registrable);
    for (const GenesisMember& member : genesis.members) {
        keys.insert(keys.end(), member.keys.begin(), member.keys.end());
    }
    std::ranges::sort(keys);
    if (std::ranges::adjacent_find(keys) != keys.end()) return fail(Refusal::genesis_key_twice);
    return {};
}

void put(StateChanges& changes, Bytes key, Bytes value) {
    changes.emplace(std::move(key), std::move(value));
}

void put_node_key(StateChanges& changes, const crypto::PublicKey& key, const MemberId& member, NodeKeyPurpose purpose) {
    put(changes, state_keys::node_key(key), encode(NodeKeyRecord{.member = member, .purpose = purpose}));
}

void put_nodes(StateChanges& changes, const ValidatorSet& nodes) {
    put(changes, state_keys::validators(), encode(Epoch{.number = {}, .from = Height{1}, .nodes = nodes}));
    for (const Validator& validator : nodes.validators) {
        put_node_key(changes, validator.vote, validator.member, NodeKeyPurpose::vote);
        put_node_key(changes, validator.link, validator.member, NodeKeyPurpose::link);
        put_node_key(changes, validator.cosign, validator.member, NodeKeyPurpose::cosign);
    }
    for (const Observer& observer : nodes.observers) {
        put_node_key(changes, observer.link, observer.member, NodeKeyPurpose::link);
    }
}

}  // namespace

Result<void, Refusal> check(const Genesis& genesis) {
    if (genesis.version != 1) return fail(Refusal::genesis_version_unknown);
    if (!is_member_id(genesis.chain_name)) return fail(Refusal::genesis_chain_name_malformed);
    if (!is_between(genesis.time.value, 1, count_max)) return fail(Refusal::genesis_time_out_of_range);
    if (!are_in_range(genesis.parameters)) return fail(Refusal::genesis_parameter_out_of_range);
    if (const auto members = check_members(genesis.members); !members) return members;
    if (genesis.nodes.validators.empty()) return fail(Refusal::genesis_no_validators);
    const auto validators = check_nodes(genesis.nodes.validators, Role::validator, genesis.members);
    if (!validators) return validators;
    const auto observers = check_nodes(genesis.nodes.observers, Role::observer, genesis.members);
    if (!observers) return observers;
    return check_all_keys(genesis);
}

Result<Genesis, Refusal> decode_genesis(ByteView document) {
    auto genesis = decode<Genesis>(document);
    if (!genesis) return fail(Refusal::genesis_malformed);
    if (const auto sound = check(*genesis); !sound) return fail(sound.error());
    return std::move(*genesis);
}

ChainId chain_id(ByteView document) {
    return ChainId{crypto::sha256(document)};
}

StateChanges genesis_state(const Genesis& genesis) {
    StateChanges changes;
    put(changes, state_keys::parameters(), encode(genesis.parameters));
    put(changes, state_keys::chain(), encode(chain_id(encode(genesis))));
    put_nodes(changes, genesis.nodes);
    put(changes, state_keys::totals(), encode(Totals{.members = genesis.members.size(), .data = 0, .grants = 0}));
    for (const GenesisMember& member : genesis.members) {
        put(changes, state_keys::member(member.id),
            encode(MemberRecord{.organisation = member.organisation,
                                .roles = member.roles,
                                .keys = member.keys,
                                .admitted = Height{}}));
        for (const crypto::PublicKey& key : member.keys) {
            put(changes, state_keys::key(key),
                encode(KeyRecord{.member = member.id, .from = Height{}, .until = std::nullopt}));
        }
    }
    return changes;
}

}  // namespace datadeed::ledger
