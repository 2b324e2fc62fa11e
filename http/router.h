#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "http/server.h"

// An exact table of routes. A pattern is a path whose segments may be {name} for any one segment, and whose last may be
// {name...} for all the rest (one at least, joined by slashes; none of them with a slash inside). Where several
// patterns fit, the one with the earlier literal segment wins: /tile/entries/{i...} before /tile/{level}/{i...}. No
// prefix, no trailing slash, no case folding. Fill it first; then any thread may call it.

namespace datadeed::http {

class Router {
public:
    // `parameters` are all the query parameters that the route takes; others are refused. A pattern that is broken or
    // there twice with the same method is a bug.
    void add(Method method, std::string_view pattern, std::vector<std::string> parameters, Handler handler);

    // Calls the handler of the route, with Request::params filled in, or answers 404, 405 (with Allow) or 400. HEAD is
    // GET; the server leaves the body out.
    void operator()(Request request, const Responder& responder) const;

private:
    struct Route {
        Method method{};
        std::vector<std::string> pattern{};
        std::vector<std::string> parameters{};
        Handler handler{};
    };
    [[nodiscard]] const Route* find(Method method, const std::vector<std::string>& path) const;
    [[nodiscard]] std::string allowed(const std::vector<std::string>& path) const;

    std::vector<Route> routes_;
};

}  // namespace datadeed::http
