#pragma once

#include <ctime>
#include <string>

#include "http/message.h"

// The bytes in front of a response's body. Pure; any thread.

namespace datadeed::http {

// Status line and header fields with the empty line after them. Fields that HTTP doesn't allow, or that are the
// server's own (Content-Length, Connection, Date and the like), are left out.
[[nodiscard]] std::string head_of(const Response& response, bool keep_alive, std::time_t now);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
[[nodiscard]] std::string date_text(std::time_t time);

}  // namespace datadeed::http
