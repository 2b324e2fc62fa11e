#include "http/request_writer.h"

#include <algorithm>

#include "http/grammar.h"

namespace datadeed::http {
namespace {

constexpr std::string_view made_by_request_writer[] = {"host", "content-length", "content-type", "connection",
                                                       "transfer-encoding"};

std::unexpected<Failure> not_sendable(std::string detail) {
    return fail(Failure{.error = Error::call_must_be_well_formed, .detail = std::move(detail)});
}

}  // namespace

Result<std::string, Failure> bytes_of(const Call& call, std::string_view host, std::uint16_t port) {
    if (!parse_target(call.target)) return not_sendable("the target of a request is malformed");
    if (!is_field_value(call.content_type)) return not_sendable("the content type of a request is malformed");
    const auto allowed = [](const NameValue& field) {
        return may_send(field.first, field.second, made_by_request_writer);
    };
    if (!std::ranges::all_of(call.headers, allowed)) return not_sendable("a header field of a request may not be sent");

    const bool v6 = host.find(':') != std::string_view::npos;
    std::string bytes;
    bytes.reserve(256 + call.target.size() + call.body.size());
    bytes += to_text(call.method);
    bytes += ' ';
    bytes += call.target;
    bytes += " HTTP/1.1\r\nHost: ";
    bytes += v6 ? '[' + std::string{host} + ']' : std::string{host};
    bytes += ':' + std::to_string(port) + "\r\n";
    if (!call.content_type.empty()) bytes += "Content-Type: " + call.content_type + "\r\n";
    if (!call.body.empty() || call.method == Method::post || call.method == Method::put) {
        bytes += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
    }
    for (const NameValue& field : call.headers) bytes += field.first + ": " + field.second + "\r\n";
    bytes += "\r\n";
    bytes += as_text(call.body);
    return bytes;
}

}  // namespace datadeed::http
