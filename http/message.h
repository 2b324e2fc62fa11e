#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

// HTTP/1.1 messages (RFC 9110, RFC 9112) as plain values: no socket, nothing shared.

namespace datadeed::http {

enum class Method : std::uint8_t { get, head, post, put, patch, remove, options };

// "GET"; remove is "DELETE".
[[nodiscard]] std::string_view to_text(Method method);
// Methods are spelt in capitals; anything else is none.
[[nodiscard]] std::optional<Method> method_from(std::string_view text);

using NameValue = std::pair<std::string, std::string>;

// Header fields in the order in which they came. Names are kept in lower case and looked up in any case.
class Headers {
public:
    // Appends, also when a field of that name is there.
    void add(std::string_view name, std::string_view value);
    // The value of the first field of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
    [[nodiscard]] const std::vector<NameValue>& all() const { return fields_; }

private:
    std::vector<NameValue> fields_;
};

struct Request {
    Method method{Method::get};
    std::string target{};             // as it came: "/v1/data/a%2Fb?at_height=7"
    std::vector<std::string> path{};  // the segments, each percent-decoded: {"v1", "data", "a/b"}; valid UTF-8 without
                                      // control characters
    std::vector<NameValue> query{};   // percent-decoded; no name twice; "?verbose" is {"verbose", ""}
    Headers headers{};
    Bytes body{};
    std::vector<NameValue> params{};  // what the router found in place of {name}

    [[nodiscard]] std::optional<std::string_view> find_query(std::string_view name) const;
    // The router put it there: asking for another name is a bug.
    [[nodiscard]] const std::string& param(std::string_view name) const;
};

struct Response {
    unsigned status{200};
    std::string content_type{};        // empty: no such header
    std::vector<NameValue> headers{};  // further ones; a name or value that HTTP doesn't allow is left out
    std::string body{};                // bytes or text
    bool close{false};                 // end the connection after it

    // The value of the first header of that name, in any case (of a response that was received: content-type too).
    [[nodiscard]] std::optional<std::string_view> find_header(std::string_view name) const;
};

[[nodiscard]] Response text_response(unsigned status, std::string body);
// `json` is the text of one JSON value.
[[nodiscard]] Response json_response(unsigned status, std::string json);

// Splits and decodes the target of a request: an absolute path and perhaps a query. Only characters that RFC 3986
// allows there; a plus in a query is refused, since it means a plus to some and a space to others. Nothing when broken.
struct Target {
    std::vector<std::string> path{};
    std::vector<NameValue> query{};
};
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

// A path segment or query value with everything but unreserved characters percent-encoded.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace datadeed::http
