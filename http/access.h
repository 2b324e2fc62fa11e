#pragma once

#include <optional>
#include <string_view>

#include "http/message.h"
#include "http/problem.h"
#include "http/server.h"

// Who may be in front of a browser: the two checks that keep web pages of others away from a server on loopback. Pure;
// any thread.

namespace datadeed::http {

// The Host header must be a name of ours (else 421 http.host_not_allowed), and an Origin header, which browsers send
// with requests of scripts, must be that very host (else 403 http.cross_origin).
[[nodiscard]] std::optional<Problem> check_access(const Headers& headers, const ServerConfig& config);

// Whether a comma-separated list of tokens has this one, in any case.
[[nodiscard]] bool has_token(std::string_view list, std::string_view token);

// Whether it is an IP address of the loopback interface, or localhost.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace datadeed::http
