#include "http/request_reader.h"

#include <algorithm>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>

#include "http/grammar.h"

namespace datadeed::http {
namespace {

namespace beast = boost::beast::http;

constexpr std::string_view head_end = "\r\n\r\n";

// Fields that mean something else, or nothing, when they come twice.
constexpr std::string_view single_fields[] = {"host",   "content-length", "content-type", "authorization",
                                              "origin", "expect",         "prefer"};

Problem malformed(std::string detail) {
    return {.status = 400,
            .code = "http.malformed_request",
            .title = "The request breaks a rule of HTTP",
            .detail = std::move(detail),
            .hint = "send HTTP/1.1 as RFC 9112 has it; the connection is closed"};
}

Problem too_large(unsigned status, std::string_view what, std::size_t bytes_max) {
    return {.status = status,
            .code = "http." + std::string{what} + "_too_large",
            .title = "The request is too large",
            .detail = "the " + std::string{what} + " of a request may have " + std::to_string(bytes_max) + " bytes",
            .hint = "send less at once; the connection is closed"};
}

// What can be told from the raw bytes of a head only, since a parser may already have smoothed it over.
std::optional<Problem> check_lines(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n' && (i == 0 || text[i - 1] != '\r')) return malformed("a line must end in CR LF, not in LF alone");
        if (c == '\r' && i + 1 < text.size() && text[i + 1] != '\n') return malformed("a CR stands alone");
        if (c == '\n' && i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t')) {
            return malformed("a header field is folded over two lines");
        }
        if (c != '\r' && c != '\n' && c != '\t' && (c < ' ' || c > '~')) {
            return malformed("a byte in the head is no visible ASCII");
        }
    }
    return std::nullopt;
}

std::optional<Problem> check_fields(const Headers& headers) {
    if (headers.count("host") == 0) return malformed("there is no Host header");
    for (const std::string_view name : single_fields) {
        if (headers.count(name) > 1) return malformed("there are several headers of name " + std::string{name});
    }
    if (headers.count("transfer-encoding") > 0) {
        return malformed("requests with Transfer-Encoding are not taken; send Content-Length");
    }
    for (const NameValue& field : headers.all()) {
        if (!is_token(field.first) || !is_field_value(field.second)) return malformed("a header field is malformed");
    }
    return std::nullopt;
}

// Decimal digits without a sign or a list, at most 18 of them, so that no reader can take it for another number.
std::optional<std::size_t> parse_length(std::string_view text) {
    if (text.empty() || text.size() > 18 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
    std::size_t length = 0;
    std::from_chars(text.data(), text.data() + text.size(), length);
    return length;
}

}  // namespace

RequestReader::RequestReader(std::size_t head_max, std::size_t body_max) : head_max_{head_max}, body_max_{body_max} {}
RequestReader::~RequestReader() = default;

void RequestReader::feed(ByteView bytes) {
    if (begin_ == buffer_.size()) {
        buffer_.clear();
        begin_ = 0;
    }
    buffer_.append(as_text(bytes));
}

void RequestReader::drop_front(std::size_t size) {
    begin_ += size;
    scanned_ = 0;
    if (begin_ > buffer_.size() / 2) {
        buffer_.erase(0, begin_);
        begin_ = 0;
    }
}

Result<RequestReader::Head, Problem> RequestReader::parse_head(std::string_view text) {
    if (std::optional<Problem> problem = check_lines(text)) return fail(*std::move(problem));
    beast::request_parser<beast::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(text.size() + 1));
    parser.body_limit(boost::none);
    boost::system::error_code error;
    parser.put(boost::asio::buffer(text.data(), text.size()), error);
    if (error || !parser.is_header_done()) return fail(malformed("the head is malformed: " + error.message()));
    const auto& message = parser.get();
    if (message.version() != 11) return fail(malformed("the version must be HTTP/1.1"));

    Head head;
    const std::optional<Method> method = method_from({message.method_string().data(), message.method_string().size()});
    if (!method) {
        return fail(Problem{.status = 501,
                            .code = "http.method_not_implemented",
                            .title = "The method isn't known",
                            .detail = "no route has such a method",
                            .hint = "use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS"});
    }
    head.request.method = *method;
    for (const auto& field : message) {
        head.request.headers.add({field.name_string().data(), field.name_string().size()},
                                 {field.value().data(), field.value().size()});
    }
    if (std::optional<Problem> problem = check_fields(head.request.headers)) return fail(*std::move(problem));
    if (const auto length = head.request.headers.find("content-length")) {
        const std::optional<std::size_t> size = parse_length(*length);
        if (!size) return fail(malformed("Content-Length must be decimal digits"));
        head.body_size = *size;
    }
    if (const auto expectation = head.request.headers.find("expect")) {
        if (!same_in_any_case(*expectation, "100-continue")) return fail(malformed("the expectation isn't known"));
        head.expects_continue = head.body_size > 0;
    }
    head.request.target = std::string{message.target()};
    std::optional<Target> target = parse_target(head.request.target);
    if (!target) return fail(malformed("the target must be an absolute path, well-formed and percent-encoded"));
    head.request.path = std::move(target->path);
    head.request.query = std::move(target->query);
    return head;
}

std::optional<Problem> RequestReader::read_head() {
    const std::string_view text = std::string_view{buffer_}.substr(begin_);
    const std::size_t end = text.substr(0, head_max_).find(head_end, scanned_);
    if (end == std::string_view::npos) {
        if (text.size() >= head_max_) return too_large(431, "header", head_max_);
        // Said now rather than after a timeout: a client that ends its lines in LF never ends its head.
        if (std::optional<Problem> problem = check_lines(text)) return problem;
        scanned_ = text.size() < head_end.size() ? 0 : text.size() - (head_end.size() - 1);
        return std::nullopt;
    }
    Result<Head, Problem> head = parse_head(text.substr(0, end + head_end.size()));
    if (!head) return std::move(head).error();
    if (head->body_size > body_max_) return too_large(413, "body", body_max_);
    head_ = *std::move(head);
    drop_front(end + head_end.size());
    return std::nullopt;
}

std::optional<Result<Request, Problem>> RequestReader::next() {
    if (!head_ && begin_ < buffer_.size()) {
        if (std::optional<Problem> problem = read_head()) return Result<Request, Problem>{fail(*std::move(problem))};
    }
    if (!head_ || buffer_.size() - begin_ < head_->body_size) return std::nullopt;
    Request request = std::move(head_->request);
    const std::size_t size = head_->body_size;
    request.body = to_bytes(as_bytes(buffer_).subspan(begin_, size));
    head_.reset();
    drop_front(size);
    return Result<Request, Problem>{std::move(request)};
}

bool RequestReader::in_request() const {
    return head_.has_value() || begin_ < buffer_.size();
}

bool RequestReader::take_expectation() {
    if (!head_ || !head_->expects_continue) return false;
    head_->expects_continue = false;
    return true;
}

}  // namespace datadeed::http
