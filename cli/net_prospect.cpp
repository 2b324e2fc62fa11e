#include "cli/net_prospect.h"

#include <algorithm>

#include "consensus/quorum.h"

namespace datadeed::cli {
namespace {

using ledger::NodeChangeKind;

client::Problem bad_answer() {
    return {.code = client::code::bad_answer,
            .title = "the node's answer about who serves isn't one that this program knows",
            .detail = {},
            .hint = {"use programs of one version"},
            .status = 502};
}

NodeSeen* find_node(std::vector<NodeSeen>& nodes, const std::string& member) {
    const auto found = std::ranges::find(nodes, member, &NodeSeen::member);
    return found == nodes.end() ? nullptr : &*found;
}

// Who serves after the change.
std::vector<NodeSeen> nodes_after(std::vector<NodeSeen> nodes, NodeChangeKind kind, const std::string& member) {
    NodeSeen* const node = find_node(nodes, member);
    if (kind == NodeChangeKind::add_validator && node == nullptr) {
        nodes.push_back({.member = member, .validator = true, .reachable = false, .votes = false, .height = {}});
    } else if (node != nullptr && (kind == NodeChangeKind::add_validator || kind == NodeChangeKind::remove_validator)) {
        node->validator = kind == NodeChangeKind::add_validator;
    }
    return nodes;
}

// Whether that node itself is to vote with the keys that the change brings.
bool is_to_vote(const std::vector<NodeSeen>& after, NodeChangeKind kind, const std::string& member) {
    if (kind != NodeChangeKind::add_validator && kind != NodeChangeKind::replace_keys) return false;
    const auto node = std::ranges::find(after, member, &NodeSeen::member);
    return node != after.end() && node->validator;
}

std::optional<std::string> unready(const NodesSeen& seen, const std::vector<NodeSeen>& after,
                                   const std::string& member) {
    const auto node = std::ranges::find(after, member, &NodeSeen::member);
    if (!node->reachable) return "node '" + member + "' isn't connected to '" + seen.by + "'";
    const std::uint64_t height = node->height.value_or(0);
    if (height + blocks_behind_max >= seen.height) return std::nullopt;
    return "node '" + member + "' is " + std::to_string(seen.height - height) + " blocks behind, at most " +
           std::to_string(blocks_behind_max) + " are fine";
}

}  // namespace

client::Outcome<NodesSeen> read_nodes_seen(const json::Value& body) {
    const json::Value* const epoch = body.find("epoch");
    const json::Value::Array* const nodes = epoch == nullptr ? nullptr : epoch->array_at("nodes");
    const auto by = body.text_at("seen_by");
    const auto height = body.unsigned_at("height");
    if (nodes == nullptr || !by || !height) return fail(bad_answer());
    NodesSeen seen{.by = std::string{*by}, .height = *height, .nodes = {}};
    for (const json::Value& node : *nodes) {
        const auto member = node.text_at("member");
        const auto reachable = node.bool_at("reachable");
        const auto votes = node.bool_at("votes");
        if (!member || !reachable || !votes) return fail(bad_answer());
        seen.nodes.push_back({.member = std::string{*member},
                              .validator = node.text_at("role") == "validator",
                              .reachable = *reachable,
                              .votes = *votes,
                              .height = node.unsigned_at("height")});
    }
    return seen;
}

json::Value Prospect::to_json() const {
    json::Value list = json::Value::array();
    for (const std::string& reason : reasons) list.push(reason);
    return json::Value::object({{"validators", validators},
                                {"reachable", reachable},
                                {"quorum", quorum},
                                {"safe", is_safe()},
                                {"reasons", std::move(list)}});
}

Prospect prospect_of(const NodesSeen& seen, NodeChangeKind kind, const std::string& member) {
    const std::vector<NodeSeen> after = nodes_after(seen.nodes, kind, member);
    Prospect prospect;
    for (const NodeSeen& node : after) {
        if (!node.validator) continue;
        // Under new keys it votes from then on, whether it is silent now or no validator yet.
        const bool can_vote = node.votes || (node.member == member && is_to_vote(after, kind, member));
        prospect.validators += 1;
        prospect.reachable += node.reachable && can_vote ? 1 : 0;
    }
    // The last validator can't be removed: the ledger says so.
    if (prospect.validators == 0) return prospect;
    prospect.quorum = consensus::quorum(prospect.validators);
    if (prospect.reachable < prospect.quorum) {
        prospect.reasons.push_back("it would leave " + std::to_string(prospect.reachable) + " of " +
                                   std::to_string(prospect.validators) + " validators reachable and able to vote, " +
                                   std::to_string(prospect.quorum) + " needed");
    }
    if (is_to_vote(after, kind, member)) {
        if (auto reason = unready(seen, after, member)) prospect.reasons.push_back(std::move(*reason));
    }
    return prospect;
}

}  // namespace datadeed::cli
