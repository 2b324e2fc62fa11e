#include "http/response_reader.h"

#include "tests/support/catch.h"

namespace datadeed::http {
namespace {

ResponseReader reader_of(std::string_view bytes) {
    ResponseReader reader{256, 16};
    reader.feed(as_bytes(bytes));
    return reader;
}

std::optional<Error> error_in(std::string_view bytes) {
    ResponseReader reader = reader_of(bytes);
    reader.feed_end();
    const auto next = reader.next(Method::get);
    return next && !next->has_value() ? std::optional{next->error()} : std::nullopt;
}

}  // namespace

TEST_CASE("responses come out one after another, with 1xx passed over") {
    ResponseReader reader = reader_of(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: a/b\r\nX: y\r\nContent-Length: 2\r\n\r\nhi"
        "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    const auto first = reader.next(Method::get);
    REQUIRE((first && first->has_value()));
    CHECK((*first)->status == 200);
    CHECK((*first)->content_type == "a/b");
    CHECK((*first)->find_header("x") == "y");
    CHECK((*first)->find_header("Content-Type") == "a/b");
    CHECK((*first)->body == "hi");
    CHECK_FALSE((*first)->close);
    const auto second = reader.next(Method::get);
    REQUIRE((second && second->has_value()));
    CHECK((*second)->status == 404);
    CHECK((*second)->close);
    CHECK_FALSE(reader.next(Method::get).has_value());
    CHECK_FALSE(reader.has_bytes());
}

TEST_CASE("a response is read byte by byte, chunked, without a length, or without a body") {
    ResponseReader reader{256, 16};
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n";
    for (std::size_t i = 0; i < chunked.size(); ++i) {
        CHECK_FALSE(reader.next(Method::get).has_value());
        reader.feed(as_bytes(chunked).subspan(i, 1));
    }
    CHECK((*reader.next(Method::get))->body == "hi!");

    reader.feed(as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\nrest"));
    CHECK((*reader.next(Method::head))->body.empty());
    CHECK_FALSE(reader.next(Method::get).has_value());
    reader.feed_end();
    CHECK((*reader.next(Method::get))->body == "rest");
}

TEST_CASE("an empty body in chunks is read byte by byte, ended or cut") {
    const std::string empty = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    ResponseReader reader{256, 16};
    for (const char& byte : empty) {
        CHECK_FALSE(reader.next(Method::get).has_value());
        reader.feed(as_bytes(std::string_view{&byte, 1}));
    }
    CHECK((*reader.next(Method::get))->body.empty());
    for (std::size_t cut = 1; cut < empty.size(); ++cut) {
        CHECK(error_in(empty.substr(0, cut)) == Error::connection_must_stay_open);
    }
    CHECK(error_in(empty.substr(0, empty.size() - 2) + "no field\r\n\r\n") == Error::answer_must_be_http);
}

TEST_CASE("a response that is cut, malformed or too large is told apart") {
    CHECK(error_in("") == Error::connection_must_stay_open);
    CHECK(error_in("HTTP/1.1 200") == Error::connection_must_stay_open);
    CHECK(error_in("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc") == Error::connection_must_stay_open);
    CHECK(error_in("SSH-2.0-OpenSSH_9.2\r\n") == Error::answer_must_be_http);
    CHECK(error_in("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n") == Error::answer_must_be_http);
    CHECK(error_in("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n") == Error::answer_must_be_within_its_limit);
    CHECK(error_in("HTTP/1.1 200 OK\r\n\r\n" + std::string(17, 'a')) == Error::answer_must_be_within_its_limit);
    CHECK(error_in("HTTP/1.1 200 OK\r\nX: " + std::string(300, 'a')) == Error::answer_must_be_within_its_limit);
}

}  // namespace datadeed::http
