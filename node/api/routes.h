#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/api/reading.h"

// The exact table of routes. No prefix matches, no trailing slash, no case folding.

namespace datadeed::api {

enum class Access : std::uint8_t {
    open,    // anybody
    member,  // a token of a member
};

struct Route {
    std::string_view pattern;  // "/v1/data/{id}"; a last segment {rest...} stands for one or more
    Access access;
    std::vector<std::string_view> parameters;  // all that the query may have
    Answer (*handler)(const Reading&);         // null: the submission of a transaction, by POST
};

[[nodiscard]] std::span<const Route> routes();

// The route of a path in its segments, or nullptr. Earlier routes win.
[[nodiscard]] const Route* find_route(const std::vector<std::string>& path);

}  // namespace datadeed::api
