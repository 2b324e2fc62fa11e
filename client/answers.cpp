#include "client/answers.h"

#include "json/json.h"

namespace datadeed::client {
namespace {

constexpr std::size_t answer_size_max = std::size_t{16} << 20U;

Problem bad_answer(const std::string& why) {
    return {.code = code::bad_answer,
            .title = "a node's answer can't be understood",
            .detail = why,
            .hint = {"check that the profile's addresses are those of datadeed nodes, of a version that fits this one"},
            .status = 502};
}

}  // namespace

Outcome<json::Value> to_json(const HttpReply& reply) {
    Result<json::Value, json::ParseError> value = json::parse(as_text(reply.body), {.size_max = answer_size_max});
    if (!value) return fail(bad_answer(json::to_text(value.error())));
    return std::move(*value);
}

Problem to_problem(const HttpReply& reply) {
    const Outcome<json::Value> body = to_json(reply);
    const std::optional<std::string_view> code = body ? body->text_at("code") : std::nullopt;
    if (!code) {
        Problem problem = bad_answer("status " + std::to_string(reply.status) + " without a problem object");
        problem.status = reply.status;
        return problem;
    }
    // A node's title only repeats the status; its detail says what happened.
    std::string_view title = body->text_at("detail").value_or("");
    if (title.empty()) title = body->text_at("title").value_or(*code);
    if (title.ends_with('.')) title.remove_suffix(1);
    Problem problem{
        .code = std::string{*code}, .title = std::string{title}, .detail = {}, .hint = {}, .status = reply.status};
    if (const std::optional<std::string_view> hint = body->text_at("hint"); hint && !hint->empty()) {
        problem.hint.emplace_back(*hint);
    }
    if (const json::Value::Array* const hints = body->array_at("hint")) {
        for (const json::Value& hint : *hints) problem.hint.emplace_back(hint.as_text().value_or(""));
    }
    return problem;
}

Outcome<Final> to_final(const json::Value& answer) {
    const std::optional<std::string_view> tx = answer.text_at("tx");
    const std::optional<Digest> id = tx ? array_from_hex<32>(*tx) : std::nullopt;
    const std::optional<std::uint64_t> height = answer.unsigned_at("height");
    const std::optional<std::uint64_t> index = answer.unsigned_at("index");
    if (!id || !height || !index) return fail(bad_answer("tx, height and index are missing"));
    return Final{.tx = ledger::TxId{*id},
                 .height = Height{*height},
                 .index = *index,
                 .time = TimeMs{answer.unsigned_at("time_ms").value_or(0)}};
}

}  // namespace datadeed::client
