#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

// The bytes of a request. Pure; any thread.

namespace datadeed::http {

// Head and body. A target that isn't well-formed, and header fields that HTTP doesn't allow or that are the client's
// own (Host, Content-Length, Connection, Transfer-Encoding), are refused.
[[nodiscard]] Result<std::string, Failure> bytes_of(const Call& call, std::string_view host, std::uint16_t port);

}  // namespace datadeed::http
