#include "cli/commands/net_text.h"

#include <vector>

#include "cli/commands/helpers.h"
#include "cli/output.h"
#include "client/refusal.h"

namespace datadeed::cli {
namespace {

std::string number_at(const json::Value& value, std::string_view name) {
    return std::to_string(value.unsigned_at(name).value_or(0));
}

std::size_t count_at(const json::Value& value, std::string_view name) {
    const json::Value::Array* const list = value.array_at(name);
    return list == nullptr ? 0 : list->size();
}

std::string names_at(const json::Value& value, std::string_view name) {
    std::string names;
    const json::Value::Array* const list = value.array_at(name);
    for (const json::Value& element : list == nullptr ? json::Value::Array{} : *list) {
        names += (names.empty() ? "" : ", ") + std::string{element.as_text().value_or("")};
    }
    return names.empty() ? "-" : printable(names);
}

// "2 of 3, 1 against"
std::string votes_of(const json::Value& change) {
    std::string text = std::to_string(count_at(change, "approvals")) + " of " + number_at(change, "needed");
    const std::size_t against = count_at(change, "refusals");
    return against == 0 ? text : text + ", " + std::to_string(against) + " against";
}

// "silent": a validator that is connected and says that it doesn't vote.
const char* reach_of(const json::Value& node) {
    if (!node.bool_at("reachable").value_or(false)) return "no";
    const bool is_silent = node.text_at("role") == "validator" && !node.bool_at("votes").value_or(false);
    return is_silent ? "silent" : "yes";
}

std::string reason_of_open(const json::Value& change) {
    const std::uint64_t needed = change.unsigned_at("needed").value_or(0);
    const std::uint64_t given = count_at(change, "approvals");
    std::string text = "it's open: " + std::to_string(given) + " of the " + std::to_string(needed) +
                       " approvals that it needs are given; not voted yet: " + names_at(change, "waiting");
    const auto blocked = change.text_at("blocked_by");
    if (!blocked) return text;
    text += "\nthe last vote would be refused now: " + std::string{*blocked};
    if (const auto refusal = client::refusal_of(std::string{*blocked})) {
        text += " (" + std::string{ledger::describe(*refusal)} + ")";
    }
    return text;
}

}  // namespace

std::optional<ledger::NodeChangeKind> change_kind_of(const json::Value& change) {
    for (std::uint8_t number = 1; is_known(ledger::NodeChangeKind{number}); ++number) {
        if (change.text_at("kind") == name(ledger::NodeChangeKind{number})) return ledger::NodeChangeKind{number};
    }
    return std::nullopt;
}

std::string members_text(const json::Value& body) {
    const json::Value* const epoch = body.find("epoch");
    if (epoch == nullptr) return {};
    const json::Value::Array* const nodes = epoch->array_at("nodes");
    const std::uint64_t oldest = epoch->unsigned_at("looked_back_to_epoch").value_or(0);
    Table table{.header = {"MEMBER", "ROLE", "SINCE EPOCH", "SINCE BLOCK", "REACHED", "HEIGHT", "VOTE KEY", "LINK KEY"},
                .rows = {}};
    for (const json::Value& node : nodes == nullptr ? json::Value::Array{} : *nodes) {
        // Before the oldest epoch that was looked at it may have served too.
        const bool is_bound = oldest > 0 && node.unsigned_at("since_epoch") == oldest;
        const auto height = node.unsigned_at("height");
        table.rows.push_back(
            {printable(node.text_at("member").value_or("")), printable(node.text_at("role").value_or("")),
             (is_bound ? "<= " : "") + number_at(node, "since_epoch"),
             (is_bound ? "<= " : "") + number_at(node, "since_height"), reach_of(node),
             height ? std::to_string(*height) : "-", node.text_at("vote") ? shortened(*node.text_at("vote")) : "-",
             shortened(node.text_at("link").value_or(""))});
    }
    return to_text(table) + "epoch " + number_at(*epoch, "number") + " since block " +
           number_at(*epoch, "from_height") + "; blocks need " + number_at(*epoch, "quorum") + " of " +
           number_at(*epoch, "validators") + " validators, changes of nodes the approval of " +
           number_at(*epoch, "approvals_needed") + "; as " + printable(body.text_at("seen_by").value_or("?")) +
           " sees it\n";
}

std::string changes_text(const json::Value& list) {
    Table table{.header = {"CHANGE", "KIND", "MEMBER", "STATUS", "APPROVALS", "NOT VOTED"}, .rows = {}};
    const json::Value::Array* const items = list.array_at("items");
    for (const json::Value& change : items == nullptr ? json::Value::Array{} : *items) {
        table.rows.push_back(
            {printable(change.text_at("id").value_or("")), printable(change.text_at("kind").value_or("")),
             printable(change.text_at("member").value_or("")), printable(change.text_at("status").value_or("")),
             votes_of(change), change.text_at("status") == "open" ? names_at(change, "waiting") : "-"});
    }
    return to_text(table) + with_separators(table.rows.size()) + " of " +
           with_separators(list.unsigned_at("total").value_or(table.rows.size())) + "\n";
}

std::string votes_text(const json::Value& change) {
    return describe(json::Value::object({{"change", change.text_at("id").value_or("")},
                                         {"kind", change.text_at("kind").value_or("")},
                                         {"member", change.text_at("member").value_or("")},
                                         {"status", change.text_at("status").value_or("")},
                                         {"proposer", change.text_at("proposer").value_or("")},
                                         {"until_ms", change.unsigned_at("until_ms").value_or(0)},
                                         {"approved", names_at(change, "approvals")},
                                         {"refused", names_at(change, "refusals")},
                                         {"not voted", names_at(change, "waiting")}}));
}

std::string reason_of(const json::Value& change) {
    const std::string_view status = change.text_at("status").value_or("");
    if (status == "open") return reason_of_open(change);
    if (status == "adopted") {
        return "it was adopted in block " + number_at(change, "decided_height") + " by " + votes_of(change);
    }
    if (status == "refused") {
        return "it was refused in block " + number_at(change, "decided_height") + ": with " +
               std::to_string(count_at(change, "refusals")) + " of " + number_at(change, "voters") +
               " against it, the " + number_at(change, "needed") + " approvals that it needed can't come any more";
    }
    if (status == "stale") {
        return "it's stale: other nodes serve than in epoch " + number_at(change, "epoch") +
               ", in which it was proposed; propose it again";
    }
    return "its time to vote is over, with " + votes_of(change) + " approvals; propose it again";
}

std::string prospect_text(const Prospect& prospect, const std::string& seen_by) {
    std::string text = "afterwards " + std::to_string(prospect.reachable) + " of " +
                       std::to_string(prospect.validators) + " validators would be reachable and able to vote, " +
                       std::to_string(prospect.quorum) + " needed, as " + printable(seen_by) + " sees it\n";
    for (const std::string& reason : prospect.reasons) text += "unsafe: " + printable(reason) + "\n";
    return text;
}

}  // namespace datadeed::cli
