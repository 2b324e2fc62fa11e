#include "node/api/reading.h"

#include <algorithm>
#include <charconv>

#include "json/json.h"
#include "node/api/api.h"

namespace datadeed::api {
namespace {

// The time of the block at this height; of the genesis document at height 0.
Result<TimeMs, Problem> time_of(const chain::ChainView& chain, Height height) {
    if (height == Height{0}) {
        const auto first = chain.tip();
        if (!first) return problem(first.error());
        if (first->height == height) return first->time;
        return TimeMs{0};
    }
    const auto header = chain.header(height);
    if (!header) return problem(header.error());
    if (!*header) return problem(ApiError::height_must_be_reached);
    return (*header)->header.time;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
    if (text.empty() || text.size() > 16 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

Result<Digest, Problem> parse_digest(std::string_view hex) {
    const std::optional<Digest> digest = array_from_hex<32>(hex);
    if (!digest) return problem(ApiError::id_must_be_well_formed);
    return *digest;
}

Result<StateAt, Problem> state_asked_for(const Reading& reading) {
    std::optional<Height> at;
    if (const auto text = reading.find("at_height")) {
        const std::optional<std::uint64_t> number = parse_number(*text);
        if (!number) return problem(ApiError::number_must_be_well_formed);
        at = Height{*number};
        const auto tip = reading.backend.chain().tip();
        if (!tip) return problem(tip.error());
        if (*at > tip->height) return problem(ApiError::height_must_be_reached);
    }
    auto state = reading.backend.state(at);
    if (!state) return problem(state.error());
    const Height height = (*state)->height();
    const Result<TimeMs, Problem> time = time_of(reading.backend.chain(), height);
    if (!time) return fail(time.error());
    const TimeMs derived = at ? *time : std::max(*time, reading.backend.now());
    return StateAt{.state = std::move(*state), .height = height, .time = derived};
}

Result<PageAsked, Problem> page_asked_for(const Reading& reading) {
    PageAsked page{.limit = items_default, .after = {}};
    if (const auto text = reading.find("limit")) {
        const std::optional<std::uint64_t> limit = parse_number(*text);
        if (!limit || *limit == 0 || *limit > items_max) return problem(ApiError::limit_must_be_in_range);
        page.limit = static_cast<std::size_t>(*limit);
    }
    if (const auto after = reading.find("after"); after && !after->empty()) page.after = std::string{*after};
    return page;
}

Answer answer(const json::Value& body) {
    return http::Response{
        .status = 200, .content_type = "application/json", .headers = {}, .body = json::dump(body), .close = false};
}

Answer answer(const json::Value& body, const StateAt& at) {
    if (at.state->error()) return problem(*at.state->error());
    return answer(body);
}

Answer answer_text(std::string text, std::string type) {
    return http::Response{
        .status = 200, .content_type = std::move(type), .headers = {}, .body = std::move(text), .close = false};
}

json::Value list_view(List list, const StateAt& at) {
    json::Value view = json::Value::object();
    view.set("items", std::move(list.items)).set("total", list.total.items);
    if (list.total.more) view.set("total_is_at_least", true);
    view.set("more", list.next.has_value()).set("height", at.height.value);
    if (list.next) view.set("next", *list.next);
    return view;
}

}  // namespace datadeed::api
