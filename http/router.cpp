#include "http/router.h"

#include <algorithm>
#include <compare>

#include "base/assert.h"
#include "http/problem.h"

namespace datadeed::http {
namespace {

bool is_name(const std::string& segment) {
    return segment.starts_with('{') && segment.ends_with('}');
}

bool is_rest(const std::string& segment) {
    return segment.starts_with('{') && segment.ends_with("...}");
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (i >= path.size()) return false;
        if (is_rest(pattern[i])) {
            const auto rest = path.begin() + static_cast<std::ptrdiff_t>(i);
            return std::none_of(rest, path.end(),
                                [](const std::string& s) { return s.empty() || s.find('/') != std::string::npos; });
        }
        if (is_name(pattern[i]) ? path[i].empty() : pattern[i] != path[i]) return false;
    }
    return pattern.size() == path.size();
}

// 0 for a literal segment, then {name}, then {name...}: what is smaller is the closer match.
int openness(const std::string& segment) {
    return is_rest(segment) ? 2 : is_name(segment) ? 1 : 0;
}

bool is_closer(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::ranges::lexicographical_compare(a, b, {}, openness, openness);
}

std::vector<NameValue> params_of(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    std::vector<NameValue> params;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const std::string& segment = pattern[i];
        if (is_rest(segment)) {
            std::string rest = path[i];
            for (std::size_t j = i + 1; j < path.size(); ++j) rest += '/' + path[j];
            params.emplace_back(segment.substr(1, segment.size() - 5), std::move(rest));
        } else if (is_name(segment)) {
            params.emplace_back(segment.substr(1, segment.size() - 2), path[i]);
        }
    }
    return params;
}

Problem not_found() {
    return {.status = 404,
            .code = "http.no_such_route",
            .title = "There is nothing at this path",
            .detail = "no route has this path",
            .hint = "docs/api.md lists the routes; identifiers in a path are percent-encoded"};
}

Problem unknown_parameter(const std::string& name, const std::vector<std::string>& known) {
    std::string list;
    for (const std::string& parameter : known) list += (list.empty() ? "" : ", ") + parameter;
    return {.status = 400,
            .code = "http.unknown_parameter",
            .title = "A query parameter isn't known here",
            .detail = "this route has no query parameter '" + name + "'",
            .hint = list.empty() ? "it takes none" : "it takes: " + list};
}

}  // namespace

void Router::add(Method method, std::string_view pattern, std::vector<std::string> parameters, Handler handler) {
    DATADEED_ASSERT(pattern.starts_with('/'));
    Route route{.method = method, .pattern = {}, .parameters = std::move(parameters), .handler = std::move(handler)};
    while (!pattern.empty()) {
        pattern.remove_prefix(1);
        const std::size_t size = std::min(pattern.find('/'), pattern.size());
        route.pattern.emplace_back(pattern.substr(0, size));
        pattern.remove_prefix(size);
        DATADEED_ASSERT(pattern.empty() || !is_rest(route.pattern.back()));
    }
    for (const Route& other : routes_) {
        DATADEED_ASSERT(other.method != method || other.pattern != route.pattern);
    }
    routes_.push_back(std::move(route));
}

const Router::Route* Router::find(Method method, const std::vector<std::string>& path) const {
    const Route* best = nullptr;
    for (const Route& route : routes_) {
        if (route.method != method || !matches(route.pattern, path)) continue;
        if (best == nullptr || is_closer(route.pattern, best->pattern)) best = &route;
    }
    return best;
}

std::string Router::allowed(const std::vector<std::string>& path) const {
    std::string methods;
    for (const Method method :
         {Method::get, Method::post, Method::put, Method::patch, Method::remove, Method::options}) {
        if (find(method, path) == nullptr) continue;
        methods += (methods.empty() ? "" : ", ") + std::string{to_text(method)};
        if (method == Method::get) methods += ", HEAD";
    }
    return methods;
}

void Router::operator()(Request request, const Responder& responder) const {
    const Method method = request.method == Method::head ? Method::get : request.method;
    const Route* const route = find(method, request.path);
    if (route == nullptr) {
        const std::string methods = allowed(request.path);
        if (methods.empty()) return responder.send(not_found());
        Response response =
            to_response(Problem{.status = 405,
                                .code = "http.method_not_allowed",
                                .title = "This path has other methods",
                                .detail = "the path is there, but not for " + std::string{to_text(request.method)},
                                .hint = "it takes: " + methods});
        response.headers.emplace_back("Allow", methods);
        return responder.send(std::move(response));
    }
    for (const NameValue& parameter : request.query) {
        if (std::ranges::find(route->parameters, parameter.first) == route->parameters.end()) {
            return responder.send(unknown_parameter(parameter.first, route->parameters));
        }
    }
    request.params = params_of(route->pattern, request.path);
    route->handler(std::move(request), responder);
}

}  // namespace datadeed::http
