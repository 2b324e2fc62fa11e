#include "ledger/node_rules.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/lookup.h"
#include "ledger/readiness.h"
#include "ledger/rights.h"

namespace datadeed::ledger {
namespace {

using Nodes = Result<ValidatorSet, Refusal>;

// Both lists are sorted by member and have one entry a member.
template <class Node>
const Node* find_node(const std::vector<Node>& nodes, const MemberId& member) {
    const auto found = std::ranges::find(nodes, member, &Node::member);
    return found == nodes.end() ? nullptr : &*found;
}

template <class Node>
void insert_node(std::vector<Node>& nodes, Node node) {
    const auto at = std::ranges::lower_bound(nodes, node.member, {}, &Node::member);
    nodes.insert(at, std::move(node));
}

template <class Node>
void erase_node(std::vector<Node>& nodes, const MemberId& member) {
    std::erase_if(nodes, [&member](const Node& node) { return node.member == member; });
}

// A key is the one that the node has for this purpose, or one that nobody ever had.
bool may_take(const crypto::PublicKey& key, const std::optional<crypto::PublicKey>& present, const StateView& state) {
    return key == present || !is_key_taken(state, key);
}

Nodes within_limits(ValidatorSet nodes) {
    if (nodes.validators.size() > validators_max || nodes.observers.size() > observers_max) {
        return fail(Refusal::change_too_many_nodes);
    }
    return nodes;
}

Validator validator_of(const NodeChange& change) {
    return {
        .member = change.member, .vote = *change.keys->vote, .link = change.keys->link, .cosign = *change.keys->cosign};
}

Nodes add_validator(const NodeChange& change, ValidatorSet nodes, const MemberRecord& member, const StateView& state) {
    if (!member.has(Role::validator)) return fail(Refusal::change_role_required);
    if (member.keys.empty()) return fail(Refusal::change_member_without_key);
    if (find_node(nodes.validators, change.member) != nullptr) return fail(Refusal::change_already_serves);
    const Observer* observer = find_node(nodes.observers, change.member);
    const auto present_link = observer == nullptr ? std::nullopt : std::optional{observer->link};
    const Validator validator = validator_of(change);
    if (!may_take(validator.vote, std::nullopt, state) || !may_take(validator.link, present_link, state) ||
        !may_take(validator.cosign, std::nullopt, state)) {
        return fail(Refusal::key_taken);
    }
    erase_node(nodes.observers, change.member);
    insert_node(nodes.validators, validator);
    return within_limits(std::move(nodes));
}

Nodes remove_validator(const NodeChange& change, ValidatorSet nodes) {
    const Validator* validator = find_node(nodes.validators, change.member);
    if (validator == nullptr) return fail(Refusal::change_does_not_serve);
    if (nodes.validators.size() == 1) return fail(Refusal::change_last_validator);
    insert_node(nodes.observers, Observer{.member = change.member, .link = validator->link});
    erase_node(nodes.validators, change.member);
    return within_limits(std::move(nodes));
}

Nodes add_observer(const NodeChange& change, ValidatorSet nodes, const MemberRecord& member, const StateView& state) {
    if (!member.has(Role::observer) && !member.has(Role::validator)) return fail(Refusal::change_role_required);
    if (find_node(nodes.validators, change.member) != nullptr || find_node(nodes.observers, change.member) != nullptr) {
        return fail(Refusal::change_already_serves);
    }
    if (!may_take(change.keys->link, std::nullopt, state)) return fail(Refusal::key_taken);
    insert_node(nodes.observers, Observer{.member = change.member, .link = change.keys->link});
    return within_limits(std::move(nodes));
}

Nodes remove_observer(const NodeChange& change, ValidatorSet nodes) {
    if (find_node(nodes.observers, change.member) == nullptr) return fail(Refusal::change_does_not_serve);
    erase_node(nodes.observers, change.member);
    return nodes;
}

Nodes replace_keys(const NodeChange& change, ValidatorSet nodes, const StateView& state) {
    const auto validator = std::ranges::find(nodes.validators, change.member, &Validator::member);
    if (validator != nodes.validators.end()) {
        if (!change.keys->are_for_validator()) return fail(Refusal::change_keys_unfit);
        const Validator next = validator_of(change);
        if (next == *validator) return fail(Refusal::change_no_new_key);
        if (!may_take(next.vote, validator->vote, state) || !may_take(next.link, validator->link, state) ||
            !may_take(next.cosign, validator->cosign, state)) {
            return fail(Refusal::key_taken);
        }
        *validator = next;
        return nodes;
    }
    const auto observer = std::ranges::find(nodes.observers, change.member, &Observer::member);
    if (observer == nodes.observers.end()) return fail(Refusal::change_does_not_serve);
    if (!change.keys->are_for_observer()) return fail(Refusal::change_keys_unfit);
    if (change.keys->link == observer->link) return fail(Refusal::change_no_new_key);
    if (!may_take(change.keys->link, std::nullopt, state)) return fail(Refusal::key_taken);
    observer->link = change.keys->link;
    return nodes;
}

bool fit(const NodeKeys& keys, NodeChangeKind kind) {
    switch (kind) {
        case NodeChangeKind::add_validator:
            return keys.are_for_validator();
        case NodeChangeKind::add_observer:
            return keys.are_for_observer();
        case NodeChangeKind::replace_keys:
            return keys.are_for_validator() || keys.are_for_observer();
        case NodeChangeKind::remove_validator:
        case NodeChangeKind::remove_observer:
            return false;
    }
    return false;
}

std::vector<crypto::PublicKey> all_of(const NodeKeys& keys) {
    std::vector<crypto::PublicKey> all = {keys.link};
    if (keys.vote) all.push_back(*keys.vote);
    if (keys.cosign) all.push_back(*keys.cosign);
    std::ranges::sort(all);
    return all;
}

}  // namespace

Result<void, Refusal> check(const NodeChange& change) {
    const bool has_all = change.keys && change.ready;
    const bool has_any = change.keys || change.ready;
    if (brings_keys(change.kind) ? !has_all : has_any) return fail(Refusal::change_keys_wrong);
    if (!change.keys) return {};
    if (!fit(*change.keys, change.kind) || !is_for(*change.ready, *change.keys)) {
        return fail(Refusal::change_keys_wrong);
    }
    const std::vector<crypto::PublicKey> keys = all_of(*change.keys);
    if (std::ranges::adjacent_find(keys) != keys.end()) return fail(Refusal::change_key_twice);
    return {};
}

Nodes nodes_after(const NodeChange& change, const ValidatorSet& nodes, const StateView& state) {
    const std::optional<MemberRecord> member = find_member(state, change.member);
    if (!member) return fail(Refusal::member_not_found);
    switch (change.kind) {
        case NodeChangeKind::add_validator:
            return add_validator(change, nodes, *member, state);
        case NodeChangeKind::remove_validator:
            return remove_validator(change, nodes);
        case NodeChangeKind::add_observer:
            return add_observer(change, nodes, *member, state);
        case NodeChangeKind::remove_observer:
            return remove_observer(change, nodes);
        case NodeChangeKind::replace_keys:
            return replace_keys(change, nodes, state);
    }
    return nodes;
}

Result<void, Refusal> check_readiness(const NodeChange& change, const ChainId& chain, Height height) {
    if (!change.keys) return {};
    const NodeReadiness& ready = *change.ready;
    if (height <= ready.height) return fail(Refusal::change_readiness_out_of_range);
    const bool is_old = height.value - ready.height.value > readiness_blocks_max;
    if (change.keys->are_for_validator() && is_old) return fail(Refusal::change_readiness_out_of_range);
    if (!std::ranges::all_of(all_of(*change.keys), crypto::is_registrable)) return fail(Refusal::key_not_registrable);
    if (!verify(ready, chain, change.member, *change.keys)) return fail(Refusal::change_readiness_wrong);
    return {};
}

}  // namespace datadeed::ledger
