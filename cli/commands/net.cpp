#include <algorithm>
#include <array>
#include <utility>

#include "base/suggest.h"
#include "cli/commands/commands.h"
#include "cli/commands/evidence.h"
#include "cli/commands/helpers.h"
#include "cli/commands/net_text.h"
#include "cli/net_prospect.h"
#include "cli/output.h"
#include "client/files.h"
#include "client/time_text.h"
#include "ledger/ready_file.h"
#include "ledger/transaction.h"

// Who runs nodes, and votes on changes of that.

namespace datadeed::cli {
namespace {

using ledger::NodeChangeKind;

constexpr std::uint64_t default_days = 7;
constexpr std::uint64_t day_ms = std::uint64_t{24} * 60 * 60 * 1000;

constexpr std::array<std::pair<std::string_view, NodeChangeKind>, 5> kinds{
    {{"add-validator", NodeChangeKind::add_validator},
     {"remove-validator", NodeChangeKind::remove_validator},
     {"add-observer", NodeChangeKind::add_observer},
     {"remove-observer", NodeChangeKind::remove_observer},
     {"replace-keys", NodeChangeKind::replace_keys}}};

Outcome<NodeChangeKind> kind_of(const Args& args) {
    const std::string& word = args.text("KIND");
    std::array<std::string_view, kinds.size()> names{};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (kinds[i].first == word) return kinds[i].second;
        names[i] = kinds[i].first;
    }
    return fail(bad_value("no change '" + word + "'" + did_you_mean(word, names),
                          {"add-validator, remove-validator, add-observer, remove-observer or replace-keys"}));
}

Outcome<NodesSeen> nodes_seen(Context& context) {
    const Outcome<json::Value> body = read(context, "/v1/epochs/current");
    if (!body) return fail(body.error());
    return read_nodes_seen(*body);
}

Outcome<ledger::ChangeId> change_of(const Args& args) {
    const Outcome<Digest> digest = parse_digest("CHANGE", args.text("CHANGE"));
    if (!digest) return fail(digest.error());
    return ledger::ChangeId{*digest};
}

// Success when the change looks safe from the node that is asked, or with --force.
Outcome<void> must_be_safe(Context& context, const Args& args, NodeChangeKind kind, const std::string& member) {
    const Outcome<NodesSeen> seen = nodes_seen(context);
    if (!seen) return fail(seen.error());
    const Prospect prospect = prospect_of(*seen, kind, member);
    if (prospect.is_safe()) return {};
    std::string reasons;
    for (const std::string& reason : prospect.reasons) reasons += (reasons.empty() ? "" : "; ") + reason;
    if (!args.flag("force")) {
        return fail(Problem{.code = "net.unsafe_change",
                            .title = "the change looks unsafe from node '" + seen->by + "'",
                            .detail = std::move(reasons),
                            .hint = {"look at the nodes: datadeed net members",
                                     "wait until they are connected and caught up, or choose another change",
                                     "--force goes on all the same"},
                            .status = 409});
    }
    context.say("warning: unsafe from node '" + seen->by + "': " + reasons);
    return {};
}

Outcome<ledger::ReadyFile> read_ready_file(const std::string& path, const ChainId& chain) {
    const Outcome<Bytes> bytes = client::read_file(path, ledger::ready_file_size_max);
    if (!bytes) return fail(bytes.error());
    std::optional<ledger::ReadyFile> file = ledger::parse_ready_file(as_text(*bytes));
    if (!file) {
        return fail(bad_value("--ready: '" + path + "' isn't what datadeed-node ready writes, or was changed",
                              {"let the node's operator write it again"}));
    }
    if (file->chain != chain) return fail(bad_value("--ready: '" + path + "' is for another chain"));
    return std::move(*file);
}

// The member comes from the file where there is one; naming it too must agree.
Outcome<ledger::NodeChange> change_asked_for(Context& context, const Args& args) {
    const Outcome<NodeChangeKind> kind = kind_of(args);
    if (!kind) return fail(kind.error());
    ledger::NodeChange change{
        .kind = *kind, .member = ledger::MemberId{args.text("MEMBER")}, .keys = std::nullopt, .ready = std::nullopt};
    if (!brings_keys(*kind)) {
        if (args.has("ready")) return fail(bad_value("--ready: " + args.text("KIND") + " brings no keys"));
        if (!args.has("MEMBER")) return fail(bad_value("name the member whose node it is"));
        return change;
    }
    if (!args.has("ready")) {
        return fail(bad_value("--ready is missing: " + args.text("KIND") + " needs the node's keys and its word",
                              {"on the node's machine: datadeed-node ready --config FILE"}));
    }
    const Outcome<client::Profile> profile = context.profile();
    if (!profile) return fail(profile.error());
    Outcome<ledger::ReadyFile> file = read_ready_file(args.text("ready"), profile->chain);
    if (!file) return fail(file.error());
    if (args.has("MEMBER") && file->member != change.member) {
        return fail(bad_value("--ready: '" + args.text("ready") + "' is of '" + file->member.value + "'"));
    }
    change.member = std::move(file->member);
    change.keys = file->keys;
    change.ready = file->ready;
    return change;
}

Outcome<TimeMs> end_of(const Args& args) {
    if (!args.has("until")) return TimeMs{client::now_ms().value + default_days * day_ms};
    Outcome<TimeMs> until = client::parse_until(args.text("until"));
    if (!until) return fail(about("--until", until.error()));
    return until;
}

Outcome<Answer> propose(Context& context, const Args& args) {
    const Outcome<ledger::NodeChange> change = change_asked_for(context, args);
    if (!change) return fail(change.error());
    const Outcome<TimeMs> until = end_of(args);
    if (!until) return fail(until.error());
    if (const auto safe = must_be_safe(context, args, change->kind, change->member.value); !safe) {
        return fail(safe.error());
    }
    const Outcome<Submitted> submitted = submit(context, {ledger::ProposeChange{.change = *change, .until = *until}});
    if (!submitted) return fail(submitted.error());
    const std::string id = to_hex(ledger::change_id(submitted->tx, 0).value);
    return Answer{.value = submitted->to_json().set("change", id),
                  .text = "proposed change " + id + "   " + submitted->to_text() +
                          "\nvalidators vote: datadeed net vote " + id + " --approve"};
}

Outcome<json::Value> read_change(Context& context, const ledger::ChangeId& id) {
    Outcome<json::Value> body = read(context, "/v1/changes/" + to_hex(id.value));
    if (!body) return fail(body.error());
    const json::Value* const change = body->find("change");
    if (change == nullptr || !change_kind_of(*change) || !change->text_at("member")) {
        return fail(Problem{.code = client::code::bad_answer,
                            .title = "the node's answer about a change isn't one that this program knows",
                            .detail = {},
                            .hint = {"use programs of one version"},
                            .status = 502});
    }
    return *change;
}

Outcome<Answer> vote(Context& context, const Args& args) {
    const bool approve = args.flag("approve");
    if (approve == args.flag("refuse")) return fail(bad_value("--approve or --refuse: one of the two"));
    const Outcome<ledger::ChangeId> id = change_of(args);
    if (!id) return fail(id.error());
    if (approve) {
        const Outcome<json::Value> change = read_change(context, *id);
        if (!change) return fail(change.error());
        const std::string member{*change->text_at("member")};
        if (const auto safe = must_be_safe(context, args, *change_kind_of(*change), member); !safe) {
            return fail(safe.error());
        }
    }
    const Outcome<Submitted> submitted = submit(context, {ledger::VoteChange{.change = *id, .approve = approve}});
    if (!submitted) return fail(submitted.error());
    json::Value value = submitted->to_json();
    std::string text = std::string{approve ? "approved" : "refused"} + "   " + submitted->to_text();
    if (!submitted->final) return Answer{.value = std::move(value), .text = std::move(text)};
    const Outcome<json::Value> body = read_at(context, "/v1/changes/" + to_hex(id->value), submitted->final->height);
    if (!body) return fail(body.error());
    const json::Value* const change = body->find("change");
    const std::string status{change == nullptr ? "" : change->text_at("status").value_or("")};
    return Answer{.value = std::move(value.set("change", to_hex(id->value)).set("status", status)),
                  .text = std::move(text) + "\nthe change is " + status};
}

// Older ones are smaller; several of one block come in the order of their ids.
std::pair<std::uint64_t, std::string> age_of(const json::Value& change) {
    return {change.unsigned_at("proposed_height").value_or(0), std::string{change.text_at("id").value_or("")}};
}

Outcome<Answer> changes(Context& context, const Args& args) {
    Args all = args;
    all.set_flag("all");
    Outcome<json::Value> found = list(context, all, {.path = "/v1/changes", .filter = {}, .one_height = true});
    if (!found) return fail(found.error());
    json::Value::Array items = found->array_at("items") == nullptr ? json::Value::Array{} : *found->array_at("items");
    if (args.flag("open")) {
        std::erase_if(items, [](const json::Value& change) { return change.text_at("status") != "open"; });
    }
    std::ranges::sort(items, {}, age_of);
    const std::uint64_t total = items.size();
    json::Value listed = json::Value::object({{"items", std::move(items)}, {"total", total}, {"more", false}});
    std::string text = changes_text(listed);
    return Answer{.value = std::move(listed), .text = std::move(text)};
}

Outcome<Answer> members(Context& context, const Args& args) {
    (void)args;
    Outcome<json::Value> body = read(context, "/v1/epochs/current");
    if (!body) return fail(body.error());
    std::string text = members_text(*body);
    return Answer{.value = std::move(*body), .text = std::move(text)};
}

Outcome<Answer> why(Context& context, const Args& args) {
    const Outcome<ledger::ChangeId> id = change_of(args);
    if (!id) return fail(id.error());
    const Outcome<json::Value> change = read_change(context, *id);
    if (!change) return fail(change.error());
    const Outcome<NodesSeen> seen = nodes_seen(context);
    if (!seen) return fail(seen.error());
    const std::string reason = reason_of(*change);
    json::Value value = json::Value::object({{"change", *change}, {"why", reason}});
    std::string text = votes_text(*change) + reason + "\n";
    if (change->text_at("status") == "open") {
        const Prospect prospect = prospect_of(*seen, *change_kind_of(*change), std::string{*change->text_at("member")});
        text += prospect_text(prospect, seen->by);
        value.set("prospect", prospect.to_json()).set("seen_by", seen->by);
    }
    return Answer{.value = std::move(value), .text = std::move(text)};
}

Command propose_command() {
    return {.group = "net",
            .name = "propose",
            .summary = "propose a change of nodes, on which the validators vote",
            .options = {{"KIND", Takes::text, true,
                         "add-validator, remove-validator, add-observer, remove-observer, replace-keys"},
                        {"MEMBER", Takes::text, false, "whose node it is (as in the file of --ready)"},
                        {"--ready", Takes::text, false,
                         "the node's keys and word: what datadeed-node ready wrote; for all but removals"},
                        {"--until", Takes::text, false, "when the vote ends: a date, or RFC 3339 (in 7 days)"},
                        {"--force", Takes::nothing, false, "go on though the change looks unsafe"}},
            .examples = {"datadeed --profile node-4.toml net propose add-validator --ready node-4.ready",
                         "datadeed --profile operator.toml net propose remove-validator node-2 --until 2027-01-31"},
            .run = propose};
}

Command vote_command() {
    return {.group = "net",
            .name = "vote",
            .summary = "approve or refuse a change of nodes, for good (members of validators)",
            .options = {{"CHANGE", Takes::text, true, "the change's id, 64 hexadecimal digits"},
                        {"--approve", Takes::nothing, false, "for it"},
                        {"--refuse", Takes::nothing, false, "against it"},
                        {"--force", Takes::nothing, false, "approve though the change looks unsafe"}},
            .examples = {"datadeed --profile node-0.toml net vote CHANGE --approve",
                         "datadeed --profile node-1.toml net vote CHANGE --refuse"},
            .run = vote};
}

}  // namespace

std::vector<Command> net_commands() {
    return {{.group = "net",
             .name = "members",
             .summary = "show who runs nodes: since when, with which keys, and whether they are reached",
             .options = {},
             .examples = {"datadeed --profile operator.toml net members"},
             .run = members},
            propose_command(),
            vote_command(),
            {.group = "net",
             .name = "changes",
             .summary = "list the proposed changes of nodes, oldest first, and how the votes stand",
             .options = {{"--open", Takes::nothing, false, "only those that can still be voted on"}},
             .examples = {"datadeed --profile node-0.toml net changes --open"},
             .run = changes},
            {.group = "net",
             .name = "why",
             .summary = "say why a change is where it is: votes that are missing, and what it would do",
             .options = {{"CHANGE", Takes::text, true, "the change's id, 64 hexadecimal digits"}},
             .examples = {"datadeed --profile node-0.toml net why CHANGE"},
             .run = why},
            net_evidence_command(),
            net_report_command()};
}

}  // namespace datadeed::cli
