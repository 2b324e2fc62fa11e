#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "http/message.h"
#include "http/problem.h"

// Requests out of a stream of bytes, without a socket. Stricter than RFC 9112 asks, so that nothing before or behind
// this server can see other requests in the same bytes (request smuggling): lines end in CRLF, no folded lines,
// HTTP/1.1 only, a target that is an absolute path, exactly one Host, no Transfer-Encoding, at most one Content-Length
// of decimal digits. Boost 1.81's parser lets some of this through (boostorg/beast issues 3096 and 3098). Not for
// several threads.

namespace datadeed::http {

class RequestReader {
public:
    // The most bytes of a head and of a body.
    RequestReader(std::size_t head_max, std::size_t body_max);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    // Bytes as they come, split anywhere. At most one head and one body are kept beyond what next() has taken, if the
    // caller reads only while next() wants more.
    void feed(ByteView bytes);

    // The next whole request; nothing while bytes are missing; or the answer to bytes that are no request. After such
    // a refusal the stream is at no known place: close the connection.
    [[nodiscard]] std::optional<Result<Request, Problem>> next();

    // Whether bytes of an unfinished request are here.
    [[nodiscard]] bool in_request() const;
    // Whether its head is complete, so that only its body is missing.
    [[nodiscard]] bool in_body() const { return head_.has_value(); }
    // Bytes of that body that are here.
    [[nodiscard]] std::size_t body_received() const { return in_body() ? buffer_.size() - begin_ : 0; }
    // True once for a request that waits for "100 Continue" before it sends its body.
    [[nodiscard]] bool take_expectation();

private:
    struct Head {
        Request request{};
        std::size_t body_size{0};
        bool expects_continue{false};
    };
    [[nodiscard]] std::optional<Problem> read_head();
    [[nodiscard]] static Result<Head, Problem> parse_head(std::string_view text);
    void drop_front(std::size_t size);

    std::size_t head_max_;
    std::size_t body_max_;
    std::string buffer_;
    std::size_t begin_{0};    // of what next() hasn't taken
    std::size_t scanned_{0};  // of that, what holds no end of a head
    std::optional<Head> head_;
};

}  // namespace datadeed::http
