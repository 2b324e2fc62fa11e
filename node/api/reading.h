#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "json/value.h"
#include "ledger/views.h"
#include "node/api/backend.h"
#include "node/api/problem.h"

// What the handlers of reading routes share. One thread.

namespace datadeed::api {

// A handler's outcome: the answer, or the problem that to_response makes one of.
using Answer = Result<http::Response, Problem>;

// What a handler is called with. Borrowed for the call.
struct Reading {
    const Backend& backend;
    const http::Request& request;

    // A value of the query.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const { return request.find_query(name); }
};

// A state and the time by which statuses in it are derived.
struct StateAt {
    std::unique_ptr<chain::StateSnapshot> state{};
    Height height{};
    TimeMs time{};
};

// The state at the tip, derived at the later of its block's time and now, since an idle chain makes no blocks; or, when
// the query has at_height, the state of that block at its own time.
[[nodiscard]] Result<StateAt, Problem> state_asked_for(const Reading& reading);

struct PageAsked {
    std::size_t limit{};
    std::optional<std::string> after{};
};
[[nodiscard]] Result<PageAsked, Problem> page_asked_for(const Reading& reading);

[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);
[[nodiscard]] Result<Digest, Problem> parse_digest(std::string_view hex);

// 200 with this value; reads of the state that failed make it a 503 instead.
[[nodiscard]] Answer answer(const json::Value& body);
[[nodiscard]] Answer answer(const json::Value& body, const StateAt& at);
[[nodiscard]] Answer answer_text(std::string text, std::string type = "text/plain; charset=utf-8");

// {"items","total","more","next"}: next is absent on the last page. With "total_is_at_least" where not all were
// counted.
struct List {
    json::Value items{};
    ledger::Count total{};
    std::optional<std::string> next{};
};
[[nodiscard]] json::Value list_view(List list, const StateAt& at);

template <class T>
[[nodiscard]] std::unexpected<Problem> problem(T error) {
    return fail(problem_of(error));
}

}  // namespace datadeed::api
