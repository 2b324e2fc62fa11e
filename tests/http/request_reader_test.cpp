#include "http/request_reader.h"

#include <rapidcheck.h>

#include "tests/support/catch.h"

namespace datadeed::http {
namespace {

using Outcome = std::optional<Result<Request, Problem>>;

Outcome read(std::string_view bytes) {
    RequestReader reader{8192, 1024};
    reader.feed(as_bytes(bytes));
    return reader.next();
}

std::string with(const std::string& fields) {
    return "POST /a HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

bool is_refused(std::string_view bytes, unsigned status, std::string_view code) {
    const Outcome outcome = read(bytes);
    return outcome && !outcome->has_value() && outcome->error().status == status && outcome->error().code == code;
}

}  // namespace

TEST_CASE("a request is read whole") {
    const Outcome outcome =
        read("POST /a%20b?c=d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nX-Y:  z \r\n\r\nabc");
    REQUIRE((outcome && outcome->has_value()));
    const Request& request = **outcome;
    CHECK(request.method == Method::post);
    CHECK(request.target == "/a%20b?c=d");
    CHECK(request.path == std::vector<std::string>{"a b"});
    CHECK(request.find_query("c") == "d");
    CHECK(request.headers.find("x-y") == "z");
    CHECK(as_text(request.body) == "abc");
}

TEST_CASE("requests come out alike however their bytes are split") {
    const std::string bytes = with("Content-Length: 4\r\n") + "\r\n\r\n" + "GET /b HTTP/1.1\r\nHost: x\r\n\r\n";
    REQUIRE(rc::check("any split", [&](std::vector<std::uint8_t> cuts) {
        RequestReader reader{8192, 1024};
        std::vector<std::string> targets;
        std::size_t at = 0;
        while (at < bytes.size()) {
            const std::size_t size = cuts.empty() ? 1 : std::min<std::size_t>(bytes.size() - at, 1 + cuts.back() % 9U);
            if (!cuts.empty()) cuts.pop_back();
            reader.feed(as_bytes(bytes).subspan(at, size));
            at += size;
            while (const Outcome outcome = reader.next()) {
                RC_ASSERT(outcome->has_value());
                targets.push_back((*outcome)->target + ' ' + std::to_string((*outcome)->body.size()));
            }
        }
        RC_ASSERT(targets == (std::vector<std::string>{"/a 4", "/b 0"}));
        RC_ASSERT(!reader.in_request());
    }));
}

TEST_CASE("what could smuggle a second request is refused") {
    for (const std::string& bytes : {
             with("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n",
             with("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n") + "abcde",
             with("Transfer-Encoding: identity\r\n"),
             with("transfer-encoding:\r\n"),
             with("Content-Length: 5\r\nContent-Length: 5\r\n") + "abcde",
             with("Content-Length: 5\r\nContent-Length: 6\r\n") + "abcdef",
             with("Content-Length: 5, 5\r\n") + "abcde",
             with("Content-Length: +5\r\n") + "abcde",
             with("Content-Length: -5\r\n"),
             with("Content-Length: 0x5\r\n") + "abcde",
             with("Content-Length: 5a\r\n") + "abcde",
             with("Content-Length: \r\n"),
             with("Content-Length: 99999999999999999999\r\n"),
             with("Content-Length : 5\r\n") + "abcde",
             with("X: a\r\n b\r\n"),
             with("X: a\r\n\tb\r\n"),
             with(" X: a\r\n"),
             with("X a\r\n"),
             with(": a\r\n"),
             with("X: a\rb\r\n"),
             std::string{"GET / HTTP/1.1\nHost: localhost\n\n"},
             std::string{"GET / HTTP/1.1\r\nHost: localhost\n\r\n"},
             std::string{"GET / HTTP/1.1\nHost: localhost\r\n\r\n"},
             std::string{"GET / HTTP/1.1\n"},
         }) {
        INFO(bytes);
        CHECK(is_refused(bytes, 400, "http.malformed_request"));
    }
}

TEST_CASE("a request line that isn't plain HTTP/1.1 is refused") {
    const std::string rest = "\r\nHost: localhost\r\n\r\n";
    for (const std::string line :
         {"GET / HTTP/1.0", "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / http/1.1", "GET /",
          "GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1", "GET\t/\tHTTP/1.1", "GET http://localhost/ HTTP/1.1",
          "GET * HTTP/1.1", "GET localhost HTTP/1.1", "GET /a%zz HTTP/1.1", "GET /\xc3\xbc HTTP/1.1",
          "\r\nGET / HTTP/1.1", "GE(T / HTTP/1.1"}) {
        INFO(line);
        CHECK(is_refused(line + rest, 400, "http.malformed_request"));
    }
    CHECK(is_refused("BREW / HTTP/1.1" + rest, 501, "http.method_not_implemented"));
    CHECK(is_refused("get / HTTP/1.1" + rest, 501, "http.method_not_implemented"));
}

TEST_CASE("headers that decide something come once") {
    CHECK(is_refused("GET / HTTP/1.1\r\n\r\n", 400, "http.malformed_request"));
    CHECK(is_refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "http.malformed_request"));
    for (const std::string name : {"Content-Type", "Authorization", "Origin", "Expect", "Prefer"}) {
        INFO(name);
        const std::string field = name + ": 100-continue\r\n";
        CHECK(read(with(field))->has_value());
        CHECK(is_refused(with(field + field), 400, "http.malformed_request"));
    }
    CHECK(is_refused(with("Expect: something\r\n"), 400, "http.malformed_request"));
    CHECK(is_refused(with(std::string{"X: a\0b\r\n", 8}), 400, "http.malformed_request"));
    CHECK(is_refused(with("X: \xc3\xbc\r\n"), 400, "http.malformed_request"));
}

TEST_CASE("the limits of head and body hold to the byte") {
    const std::string base = with("X: \r\n");
    CHECK(read(with("X: " + std::string(8192 - base.size(), 'a') + "\r\n"))->has_value());
    CHECK(is_refused(with("X: " + std::string(8193 - base.size(), 'a') + "\r\n"), 431, "http.header_too_large"));
    // Said as soon as it is certain, not when the head ends.
    CHECK(is_refused(std::string(8192, 'a'), 431, "http.header_too_large"));
    CHECK_FALSE(read(std::string(8191, 'a')).has_value());
    CHECK_FALSE(read(with("Content-Length: 1024\r\n")).has_value());
    CHECK(is_refused(with("Content-Length: 1025\r\n"), 413, "http.body_too_large"));
}

TEST_CASE("a body with a head of its own stays a body") {
    RequestReader reader{8192, 1024};
    const std::string inner = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";
    reader.feed(as_bytes(with("Content-Length: " + std::to_string(inner.size()) + "\r\n") + inner));
    const Outcome outcome = reader.next();
    REQUIRE((outcome && outcome->has_value()));
    CHECK(as_text((*outcome)->body) == inner);
    CHECK_FALSE(reader.next().has_value());
}

TEST_CASE("the wish for 100 Continue is told once") {
    RequestReader reader{8192, 1024};
    reader.feed(as_bytes(with("Expect: 100-Continue\r\nContent-Length: 3\r\n")));
    CHECK_FALSE(reader.next().has_value());
    CHECK(reader.in_body());
    CHECK(reader.take_expectation());
    CHECK_FALSE(reader.take_expectation());
}

}  // namespace datadeed::http
