#include "http/response_writer.h"

#include <algorithm>

#include "http/grammar.h"
#include "http/problem.h"

namespace datadeed::http {
namespace {

constexpr std::string_view made_by_response_writer[] = {
    "content-length", "content-type", "connection", "date", "transfer-encoding", "x-content-type-options"};

void append_two_digits(std::string& out, int number) {
    out.push_back(static_cast<char>('0' + number / 10 % 10));
    out.push_back(static_cast<char>('0' + number % 10));
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

}  // namespace

std::string date_text(std::time_t time) {
    static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    static_cast<void>(gmtime_r(&time, &parts));
    std::string out{days[parts.tm_wday]};
    out += ", ";
    append_two_digits(out, parts.tm_mday);
    out += ' ';
    out += months[parts.tm_mon];
    out += ' ';
    out += std::to_string(parts.tm_year + 1900);
    out += ' ';
    append_two_digits(out, parts.tm_hour);
    out += ':';
    append_two_digits(out, parts.tm_min);
    out += ':';
    append_two_digits(out, parts.tm_sec);
    out += " GMT";
    return out;
}

std::string head_of(const Response& response, bool keep_alive, std::time_t now) {
    std::string head;
    head.reserve(320);
    head += "HTTP/1.1 ";
    head += std::to_string(response.status);
    head += ' ';
    head += reason_phrase(response.status);
    head += "\r\n";
    append_field(head, "Date", date_text(now));
    if (!response.content_type.empty() && is_field_value(response.content_type)) {
        append_field(head, "Content-Type", response.content_type);
    }
    // RFC 9110 section 8.6: none with 1xx and 204.
    if (response.status >= 200 && response.status != 204) {
        append_field(head, "Content-Length", std::to_string(response.body.size()));
    }
    append_field(head, "X-Content-Type-Options", "nosniff");
    for (const NameValue& field : response.headers) {
        if (may_send(field.first, field.second, made_by_response_writer)) append_field(head, field.first, field.second);
    }
    if (!keep_alive) append_field(head, "Connection", "close");
    head += "\r\n";
    return head;
}

}  // namespace datadeed::http
