#include "http/message.h"

#include <algorithm>

#include "base/assert.h"
#include "http/grammar.h"

namespace datadeed::http {
namespace {

struct MethodName {
    Method method{};
    std::string_view name{};
};

constexpr MethodName method_names[] = {
    {Method::get, "GET"},     {Method::head, "HEAD"},     {Method::post, "POST"},       {Method::put, "PUT"},
    {Method::patch, "PATCH"}, {Method::remove, "DELETE"}, {Method::options, "OPTIONS"},
};

std::optional<std::string_view> find_in(const std::vector<NameValue>& values, std::string_view name) {
    const auto found = std::ranges::find(values, name, &NameValue::first);
    return found == values.end() ? std::nullopt : std::optional<std::string_view>{found->second};
}

}  // namespace

std::string_view to_text(Method method) {
    return std::ranges::find(method_names, method, &MethodName::method)->name;
}

std::optional<Method> method_from(std::string_view text) {
    const auto* const found = std::ranges::find(method_names, text, &MethodName::name);
    return found == std::end(method_names) ? std::nullopt : std::optional{found->method};
}

void Headers::add(std::string_view name, std::string_view value) {
    fields_.emplace_back(to_lower(name), std::string{value});
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    const auto found =
        std::ranges::find_if(fields_, [name](const NameValue& field) { return same_in_any_case(field.first, name); });
    return found == fields_.end() ? std::nullopt : std::optional<std::string_view>{found->second};
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(fields_, [name](const NameValue& field) { return same_in_any_case(field.first, name); }));
}

std::optional<std::string_view> Request::find_query(std::string_view name) const {
    return find_in(query, name);
}

const std::string& Request::param(std::string_view name) const {
    const auto found = std::ranges::find(params, name, &NameValue::first);
    DATADEED_ASSERT(found != params.end());
    return found->second;
}

std::optional<std::string_view> Response::find_header(std::string_view name) const {
    if (same_in_any_case(name, "content-type") && !content_type.empty()) return content_type;
    const auto found =
        std::ranges::find_if(headers, [name](const NameValue& field) { return same_in_any_case(field.first, name); });
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>{found->second};
}

Response text_response(unsigned status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

Response json_response(unsigned status, std::string json) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(json);
    return response;
}

}  // namespace datadeed::http
