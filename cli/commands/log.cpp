#include <optional>

#include "cli/commands/commands.h"
#include "cli/commands/helpers.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "client/log_root.h"
#include "http/message.h"

// Query logs: each side of a pair anchors the root of its own, and the chain says whether they agree.

namespace datadeed::cli {
namespace {

std::string path_of_pair(const std::string& a, const std::string& b, std::uint64_t epoch) {
    return "/v1/logs?a=" + http::percent_encode(a) + "&b=" + http::percent_encode(b) +
           "&epoch=" + std::to_string(epoch);
}

Outcome<client::LogRoot> read_log(Context& context, const std::string& file) {
    std::optional<ProgressBar> bar;  // made when the size is known
    return client::root_of_file(file, [&](std::uint64_t done, std::uint64_t total) {
        if (!bar) bar.emplace("reading the log, KiB", total >> 10U, context.shows_progress());
        bar->update(done >> 10U);
    });
}

// For both sides to compare before either commits itself: an anchor can't be taken back.
Answer not_sent(const client::LogRoot& log) {
    return {.value = json::Value::object({{"root", to_hex(log.root)}, {"count", log.count}, {"dry_run", true}}),
            .text = with_separators(log.count) + " lines, root " + to_hex(log.root) + "; nothing was sent"};
}

Outcome<Answer> anchor(Context& context, const Args& args) {
    const Outcome<client::LogRoot> log = read_log(context, args.text("file"));
    if (!log) return fail(log.error());
    if (args.flag("dry-run")) return not_sent(*log);
    const std::uint64_t epoch = args.number("epoch").value_or(0);
    const ledger::LogAnchor operation{.with = ledger::MemberId{args.text("with")},
                                      .epoch = ledger::LogEpoch{epoch},
                                      .root = log->root,
                                      .count = log->count};
    const Outcome<Submitted> submitted = submit(context, {operation});
    if (!submitted) return fail(submitted.error());
    json::Value value = submitted->to_json();
    value.set("root", to_hex(log->root)).set("count", log->count);
    std::string state = "unknown";
    if (submitted->final) {
        const std::string self = (*context.session())->profile().member;
        const Outcome<json::Value> pair =
            read_at(context, path_of_pair(self, args.text("with"), epoch), submitted->final->height);
        // The anchor is final whether its state can be read or not.
        if (pair) state = std::string{pair->text_at("state").value_or(state)};
        value.set("state", state);
    }
    std::string text = "anchored " + with_separators(log->count) + " lines, root " + to_hex(log->root) + ": " + state +
                       "   " + submitted->to_text();
    return Answer{.value = std::move(value), .text = std::move(text)};
}

Outcome<Answer> show_pair(Context& context, const Args& args) {
    const std::vector<std::string>& pair = args.list("pair");
    if (pair.size() != 2) return fail(bad_value("--pair: two members between a comma", {"--pair user,repository"}));
    const std::string target = path_of_pair(pair[0], pair[1], args.number("epoch").value_or(0));
    Outcome<json::Value> value = read(context, target);
    if (!value) return fail(value.error());
    std::string text = std::string{value->text_at("state").value_or("")} + "\n";
    const json::Value::Array* const anchors = value->array_at("anchors");
    for (const json::Value& one : anchors == nullptr ? json::Value::Array{} : *anchors) text += "\n" + describe(one);
    return Answer{.value = std::move(*value), .text = std::move(text)};
}

}  // namespace

std::vector<Command> log_commands() {
    return {{.group = "log",
             .name = "anchor",
             .summary = "anchor your side's query log of an epoch: its root and its number of lines",
             .options = {{"--with", Takes::text, true, "the member on the other side"},
                         {"--epoch", Takes::number, true, "which period, as agreed between the two"},
                         {"--file", Takes::text, true, "the log: one entry a line"},
                         {"--dry-run", Takes::nothing, false, "show the root and the number of lines, send nothing"}},
             .examples = {"datadeed --profile user.toml log anchor --with repository --epoch 1 --file queries.ndjson",
                          "datadeed log anchor --with repository --epoch 1 --file queries.ndjson --dry-run"},
             .run = anchor},
            {.group = "log",
             .name = "show",
             .summary = "compare the two sides of a pair: ANCHORED, MATCHED, MISMATCH, UNMATCHED or EXPIRED",
             .options = {{"--pair", Takes::list, true, "the two members, in any order: A,B"},
                         {"--epoch", Takes::number, true, "which period"}},
             .examples = {"datadeed --profile regulator.toml log show --pair user,repository --epoch 1"},
             .run = show_pair}};
}

}  // namespace datadeed::cli
