#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

// Errors as application/problem+json (RFC 9457): what a client reads when it is refused.

namespace datadeed::http {

struct Problem {
    unsigned status{500};
    std::string code{};    // stable and dotted, such as "grant.not_found"
    std::string title{};   // the same for every problem of this code
    std::string detail{};  // what happened this time
    std::string hint{};    // what to do; may be empty

    friend bool operator==(const Problem&, const Problem&) = default;
};

// {"type","title","status","detail","code","hint"}; `type` is "urn:datadeed:problem:CODE". An empty title becomes the
// name of the status.
[[nodiscard]] std::string to_json(const Problem& problem);

// After a refusal of the 4xx kind with a code of HTTP itself (http.*) the connection ends: whoever sends what is no
// request of this server may disagree with it on where a request ends, too. What a route answers doesn't end it.
[[nodiscard]] Response to_response(const Problem& problem);

// "Not Found" for 404; "Unknown" for a number without a name.
[[nodiscard]] std::string_view reason_phrase(unsigned status);

// The text as a JSON string with its quotes. Bytes that aren't UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace datadeed::http
