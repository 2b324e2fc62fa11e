#include "http/problem.h"

#include <algorithm>

#include "base/cbor.h"

namespace datadeed::http {
namespace {

struct StatusName {
    unsigned status{};
    std::string_view name{};
};

constexpr StatusName status_names[] = {
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

// How many bytes the UTF-8 character at the front has; 0 when there is none.
std::size_t character_size(std::string_view text) {
    for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
        if (cbor::is_utf8(as_bytes(text.substr(0, size)))) return size;
    }
    return 0;
}

void append_escaped(std::string& out, char c) {
    static constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
        out += "\\u00";
        out.push_back(digits[byte / 16U]);
        out.push_back(digits[byte % 16U]);
    } else {
        out.push_back(c);
    }
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
    const auto* const found = std::ranges::find(status_names, status, &StatusName::status);
    return found == std::end(status_names) ? "Unknown" : found->name;
}

std::string json_string(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        if (size == 0) {
            out += "\\ufffd";
        } else if (size == 1) {
            append_escaped(out, text.front());
        } else {
            out += text.substr(0, size);
        }
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    out.push_back('"');
    return out;
}

std::string to_json(const Problem& problem) {
    const std::string_view title = problem.title.empty() ? reason_phrase(problem.status) : problem.title;
    return R"({"type":)" + json_string("urn:datadeed:problem:" + problem.code) + R"(,"title":)" + json_string(title) +
           R"(,"status":)" + std::to_string(problem.status) + R"(,"detail":)" + json_string(problem.detail) +
           R"(,"code":)" + json_string(problem.code) + R"(,"hint":)" + json_string(problem.hint) + "}";
}

Response to_response(const Problem& problem) {
    Response response;
    response.status = problem.status;
    response.content_type = "application/problem+json";
    response.body = to_json(problem);
    response.close = problem.status / 100 == 4 && problem.code.starts_with("http.");
    return response;
}

}  // namespace datadeed::http
