#include "cli/commands/helpers.h"

#include <algorithm>
#include <set>

#include "cli/interrupt.h"
#include "cli/output.h"
#include "client/time_text.h"
#include "http/message.h"
#include "json/json.h"

namespace datadeed::cli {
namespace {

client::Problem leads_back(const std::string& next) {
    return {.code = client::code::bad_answer,
            .title = "a node's list leads back to where it was",
            .detail = "a page that goes on after '" + next + "' leads to the page after '" + next + "' again",
            .hint = {"ask another node of the profile, and tell the operator of this one"},
            .status = 502};
}

constexpr std::chrono::milliseconds status_patience{1500};  // a paused node never answers

std::string members_cell(const json::Value::Object& members);
std::string elements_cell(const json::Value::Array& elements);

// A value as people read it, on one line; `name` is that of the member that it stands in.
std::string cell(std::string_view name, const json::Value& value) {
    if (const std::optional<std::string_view> text = value.as_text()) return text->empty() ? "-" : std::string{*text};
    const std::optional<std::uint64_t> number = value.as_unsigned();
    if (number && name.ends_with("_ms") && *number > 0) return client::to_rfc3339(TimeMs{*number});
    if (const json::Value::Array* const elements = value.as_array()) return elements_cell(*elements);
    if (const json::Value::Object* const members = value.as_object()) return members_cell(*members);
    return value.is_null() ? "-" : json::dump(value);
}

// "view 0, signers (node-0, node-1)"
std::string members_cell(const json::Value::Object& members) {
    std::string joined;
    for (const json::Member& member : members) {
        const bool nested = member.value.as_array() != nullptr || member.value.as_object() != nullptr;
        const std::string inner = cell(member.name, member.value);
        joined += (joined.empty() ? "" : ", ") + member.name + " " + (nested ? "(" + inner + ")" : inner);
    }
    return joined.empty() ? "-" : joined;
}

// "count, mean"; things of several members are told apart: "member a, share_bp 7500; member b, share_bp 2500".
std::string elements_cell(const json::Value::Array& elements) {
    std::string joined;
    for (const json::Value& element : elements) {
        const std::string_view between = element.as_object() == nullptr ? ", " : "; ";
        if (!joined.empty()) joined += between;
        joined += cell({}, element);
    }
    return joined.empty() ? "-" : joined;
}

}  // namespace

json::Value Submitted::to_json() const {
    json::Value value = json::Value::object({{"tx", to_hex(tx.value)}});
    if (!final) return value.set("status", "accepted");
    return value.set("height", final->height.value).set("index", final->index).set("time_ms", final->time.value);
}

std::string Submitted::to_text() const {
    const std::string id = shortened(to_hex(tx.value));
    return final ? "final in block " + with_separators(final->height.value) + " (" + id + ")" : "accepted (" + id + ")";
}

std::string notice_of(const Context& context, const ledger::TxId& tx) {
    const std::string id = to_hex(tx.value);
    const Problem problem{.code = client::code::interrupted,
                          .title = "interrupted while transaction " + id + " was under way",
                          .detail = "a node may have accepted it; it becomes final later, or expires",
                          .hint = {"datadeed tx wait " + id},
                          .status = 499,
                          .tx = id};
    return error_output(problem, {}, context.globals().json);
}

Outcome<Submitted> submit(Context& context, std::vector<ledger::Operation> operations) {
    const Outcome<client::Session*> session = context.session();
    if (!session) return fail(session.error());
    const Outcome<client::SignedTransaction> tx = (*session)->signer().sign(std::move(operations));
    if (!tx) return fail(tx.error());
    const InterruptNotice notice{notice_of(context, tx->id)};
    context.say("tx " + to_hex(tx->id.value));
    if (context.globals().no_wait) {
        if (const Outcome<void> sent = (*session)->nodes().submit(*tx, context.take_deadline()); !sent)
            return fail(sent.error());
        return Submitted{.tx = tx->id, .final = std::nullopt};
    }
    const Outcome<client::Final> final = (*session)->nodes().submit_and_wait(*tx, context.take_deadline());
    if (!final) return fail(final.error());
    return Submitted{.tx = tx->id, .final = *final};
}

Outcome<Answer> submit_and_answer(Context& context, ledger::Operation operation, std::string_view what) {
    const Outcome<Submitted> submitted = submit(context, {std::move(operation)});
    if (!submitted) return fail(submitted.error());
    return Answer{.value = submitted->to_json(), .text = std::string{what} + "   " + submitted->to_text()};
}

Outcome<json::Value> read(Context& context, const std::string& target) {
    const Outcome<client::Session*> session = context.session();
    if (!session) return fail(session.error());
    return (*session)->nodes().get(target, context.take_deadline());
}

Outcome<json::Value> read_at(Context& context, const std::string& target, Height height) {
    const std::string full =
        target + (target.find('?') == std::string::npos ? "?" : "&") + "at_height=" + std::to_string(height.value);
    const Outcome<client::Session*> session = context.session();
    if (!session) return fail(session.error());
    const client::Deadline deadline = context.take_deadline();
    return ask_while("state.height_ahead", deadline, [&] { return (*session)->nodes().get(full, deadline); });
}

Outcome<json::Value> status_of(const client::Profile& profile, const client::Signer& signer,
                               const client::NodeAddress& node, client::Deadline deadline) {
    client::Profile alone = profile;
    alone.nodes = {node};
    client::NodeLink link{alone, signer, client::http_transport(alone.nodes)()};
    return link.get("/v1/node", std::min(deadline, client::after(status_patience)));
}

Outcome<Answer> show(Context& context, const std::string& target, std::string_view name) {
    Outcome<json::Value> value = read(context, target);
    if (!value) return fail(value.error());
    const json::Value* const inner = name.empty() ? &*value : value->find(name);
    std::string text = inner == nullptr ? json::dump(*value, 2) : describe(*inner);
    return Answer{.value = std::move(*value), .text = std::move(text)};
}

std::vector<Option> list_options() {
    return {{"--all", Takes::nothing, false, "every item, not one page"},
            {"--limit", Takes::number, false, "items of a page, 1 to 100 (50)"},
            {"--after", Takes::text, false, "go on after this item: 'next' of the page before"}};
}

Outcome<json::Value> list(Context& context, const Args& args, const ListQuery& query) {
    return list([&context](const std::string& target) { return read(context, target); }, args, query);
}

Outcome<json::Value> list(const ReadPage& read_page, const Args& args, const ListQuery& query) {
    const bool all = args.flag("all");
    const std::uint64_t limit = args.number("limit").value_or(all ? 100 : 50);
    std::string after = args.text("after");
    std::string height;
    std::set<std::string> begun{after};
    json::Value::Array items;
    std::vector<std::pair<std::string, json::Value>> kept;
    while (true) {
        std::string target = query.path + "?" + query.filter + "limit=" + std::to_string(limit) + height;
        if (!after.empty()) target += "&after=" + http::percent_encode(after);
        Outcome<json::Value> page = read_page(target);
        if (!page) return fail(page.error());
        const json::Value::Array* const found = page->array_at("items");
        if (!all || found == nullptr) return page;
        items.insert(items.end(), found->begin(), found->end());
        for (const std::string& name : query.told_once) {
            if (const json::Value* told = page->find(name)) kept.emplace_back(name, *told);
        }
        const std::optional<std::string_view> next = page->text_at("next");
        if (!next) {
            for (auto& [name, told] : kept) page->set(name, std::move(told));
            return with_all_items(*page, std::move(items), args.text("after").empty());
        }
        after = std::string{*next};
        if (!begun.insert(after).second) return fail(leads_back(after));
        const std::optional<std::uint64_t> at = page->unsigned_at("height");
        if (query.one_height && at) height = "&at_height=" + std::to_string(*at);
    }
}

json::Value with_all_items(const json::Value& last, json::Value::Array items, bool whole) {
    constexpr std::string_view bound = "total_is_at_least";
    const bool is_counted = whole && last.bool_at(bound).value_or(false);
    const std::uint64_t counted = items.size();
    json::Value list = json::Value::object();
    for (const json::Member& member : last.as_object() == nullptr ? json::Value::Object{} : *last.as_object()) {
        if (!is_counted || member.name != bound) list.set(member.name, member.value);
    }
    if (is_counted) list.set("total", counted);
    return std::move(list.set("items", json::Value{std::move(items)}).set("more", false));
}

std::string at_height_query(const Args& args) {
    const std::optional<std::uint64_t> height = args.number("at-height");
    return height ? "?at_height=" + std::to_string(*height) : std::string{};
}

std::string describe(const json::Value& object) {
    const json::Value::Object* const members = object.as_object();
    if (members == nullptr) return json::dump(object, 2);
    std::size_t width = 0;
    for (const json::Member& member : *members) width = std::max(width, member.name.size());
    std::string out;
    for (const json::Member& member : *members) {
        out += member.name + std::string(width - member.name.size() + 2, ' ') +
               printable(cell(member.name, member.value)) + "\n";
    }
    return out;
}

std::string total_of(const json::Value& list) {
    const std::string total = with_separators(list.unsigned_at("total").value_or(0));
    return list.bool_at("total_is_at_least").value_or(false) ? total + " or more" : total;
}

std::string describe_list(const json::Value& list, const std::vector<Column>& columns) {
    Table table;
    for (const Column& column : columns) table.header.emplace_back(column.heading);
    const json::Value::Array* const items = list.array_at("items");
    for (const json::Value& item : items == nullptr ? json::Value::Array{} : *items) {
        std::vector<std::string>& row = table.rows.emplace_back();
        for (const Column& column : columns) {
            const json::Value* const value = item.find(column.member);
            row.push_back(value == nullptr ? "" : cell(column.member, *value));
        }
    }
    std::string out = to_text(table);
    out += with_separators(table.rows.size()) + " of " + total_of(list);
    if (list.bool_at("more").value_or(false)) {
        out += "; go on with --after '" + printable(list.text_at("next").value_or("")) + "', or --all";
    }
    return out + "\n";
}

Outcome<Digest> parse_digest(std::string_view option, const std::string& text) {
    const std::optional<Digest> digest = array_from_hex<32>(text);
    if (digest) return *digest;
    return fail(bad_value(std::string{option} + ": '" + text + "' isn't 64 lower-case hexadecimal digits"));
}

Problem about(std::string_view option, Problem problem) {
    problem.title.insert(0, std::string{option} + ": ");
    return problem;
}

Problem bad_value(std::string title, std::vector<std::string> hint) {
    return {.code = client::code::usage_value,
            .title = std::move(title),
            .detail = {},
            .hint = std::move(hint),
            .status = 400};
}

}  // namespace datadeed::cli
