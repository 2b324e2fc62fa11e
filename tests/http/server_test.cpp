#include "http/server.h"

#include <boost/asio/read.hpp>
#include <condition_variable>
#include <mutex>

#include "tests/http/support.h"

namespace datadeed::http::test {
namespace {

// Keeps responders, so that a test answers when it likes.
class Shelf {
public:
    Handler handler() {
        return [this](const Request&, const Responder& responder) {
            const std::lock_guard lock{mutex_};
            kept_.push_back(responder);
            arrived_.notify_all();
        };
    }
    std::vector<Responder> take(std::size_t count) {
        std::unique_lock lock{mutex_};
        arrived_.wait_for(lock, patience, [&] { return kept_.size() >= count; });
        REQUIRE(kept_.size() == count);
        return std::exchange(kept_, {});
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Responder> kept_;
};

unsigned status_for(const std::string& fields) {
    TestServer server{answer_ok};
    RawClient client{server.port()};
    client.send("GET / HTTP/1.1\r\n" + fields + "\r\n");
    const std::optional<Response> response = client.response();
    return response ? response->status : 0;
}

}  // namespace

TEST_CASE("a connection is kept, and what was sent ahead is answered in order") {
    TestServer server{[](const Request& request, const Responder& responder) {
        responder.send(text_response(200, request.target + std::string{as_text(request.body)}));
    }};
    RawClient client{server.port()};
    std::string bytes;
    for (int i = 0; i < 200; ++i) bytes += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.send(bytes);
    for (int i = 0; i < 200; ++i) {
        const std::optional<Response> response = client.response();
        REQUIRE(response);
        REQUIRE(response->body == "/" + std::to_string(i));
        REQUIRE_FALSE(response->close);
    }
    CHECK(server.server().connections() == 1);
}

TEST_CASE("every response forbids guessing its type") {
    TestServer server{answer_ok};
    RawClient client{server.port()};
    client.send(get_root);
    CHECK(client.response()->find_header("x-content-type-options") == "nosniff");
}

TEST_CASE("a client that asks for it is let go after its answer") {
    TestServer server{answer_ok};
    RawClient client{server.port()};
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Close\r\n\r\n" + get_root);
    const std::optional<Response> response = client.response();
    REQUIRE(response);
    CHECK(response->close);
    CHECK_FALSE(client.response());
}

TEST_CASE("malformed input is answered with a problem and the end of the connection") {
    TestServer server{answer_ok};
    RawClient client{server.port()};
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get_root);
    const std::optional<Response> response = client.response();
    REQUIRE(response);
    CHECK(response->status == 400);
    CHECK(response->content_type == "application/problem+json");
    CHECK(response->close);
    CHECK_FALSE(client.response());
}

TEST_CASE("only names of the server are taken as Host") {
    CHECK(status_for("Host: localhost\r\n") == 200);
    CHECK(status_for("Host: LOCALHOST:8440\r\n") == 200);
    CHECK(status_for("Host: 127.0.0.1:1\r\n") == 200);
    CHECK(status_for("Host: [::1]:8440\r\n") == 200);
    for (const std::string host : {"evil.example", "localhost.evil.example", "localhost:80x", "localhost:", "", "[::1",
                                   "127.0.0.1.", "localhost:8440@evil"}) {
        INFO(host);
        CHECK(status_for("Host: " + host + "\r\n") == 421);
    }
}

TEST_CASE("pages of other sites are refused, pages of the server are not") {
    const std::string host = "Host: localhost:8440\r\n";
    CHECK(status_for(host + "Origin: http://localhost:8440\r\n") == 200);
    CHECK(status_for(host + "Origin: http://localhost:8441\r\n") == 403);
    CHECK(status_for(host + "Origin: https://localhost:8440\r\n") == 403);
    CHECK(status_for(host + "Origin: http://evil.example\r\n") == 403);
    CHECK(status_for(host + "Origin: null\r\n") == 403);
}

TEST_CASE("an answer may come later and from another thread") {
    Shelf shelf;
    TestServer server{shelf.handler()};
    RawClient client{server.port()};
    client.send(get_root);
    std::vector<Responder> kept = shelf.take(1);
    std::thread other{[&kept] {
        kept.front().send(text_response(202, "late"));
        kept.front().send(text_response(200, "ignored"));
    }};
    other.join();
    const std::optional<Response> response = client.response();
    REQUIRE(response);
    CHECK(response->status == 202);
    client.send(get_root);
    shelf.take(1).front().send(text_response(203, "next"));
    CHECK(client.response()->status == 203);
}

TEST_CASE("a request that nobody answers gets 500 when its responder goes") {
    Shelf shelf;
    TestServer server{shelf.handler()};
    RawClient client{server.port()};
    client.send(get_root);
    shelf.take(1).clear();
    const std::optional<Response> response = client.response();
    REQUIRE(response);
    CHECK(response->status == 500);
    CHECK(response->body.find("http.not_answered") != std::string::npos);
}

TEST_CASE("a handler that throws gives 500 and the server goes on") {
    TestServer server{[](const Request&, const Responder&) { throw std::runtime_error{"secret"}; }};
    RawClient client{server.port()};
    client.send(get_root);
    const std::optional<Response> response = client.response();
    REQUIRE(response);
    CHECK(response->status == 500);
    CHECK(response->body.find("secret") == std::string::npos);
    client.send(get_root);
    CHECK(client.response()->status == 500);
}

TEST_CASE("a client that waits for 100 Continue gets it") {
    TestServer server{[](const Request& request, const Responder& responder) {
        responder.send(text_response(200, std::string{as_text(request.body)}));
    }};
    RawClient client{server.port()};
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    std::string line(25, ' ');
    asio::read(client.socket(), asio::buffer(line));
    CHECK(line == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    CHECK(client.response()->body == "abc");
}

TEST_CASE("a stop lets the answers out that are due and then ends everything") {
    Shelf shelf;
    TestServer server{shelf.handler()};
    RawClient idle{server.port()};
    RawClient busy{server.port()};
    busy.send(get_root);
    std::vector<Responder> kept = shelf.take(1);
    std::promise<void> done;
    server.server().stop(patience, [&done] { done.set_value(); });
    CHECK(idle.is_closed_by_server());
    CHECK_THROWS(RawClient{server.port()});
    std::future<void> stopped = done.get_future();
    CHECK(stopped.wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
    kept.front().send(text_response(200, "last"));
    const std::optional<Response> response = busy.response();
    REQUIRE(response);
    CHECK(response->body == "last");
    CHECK(response->close);
    busy.socket().close();
    CHECK(stopped.wait_for(patience) == std::future_status::ready);
}

TEST_CASE("a stop waits no longer than it was told") {
    Shelf shelf;
    TestServer server{shelf.handler()};
    RawClient client{server.port()};
    client.send(get_root);
    const std::vector<Responder> kept = shelf.take(1);
    CHECK(server.stop(std::chrono::milliseconds{50}));
    CHECK(client.is_closed_by_server());
    CHECK(server.server().connections() == 0);
    kept.front().send(text_response(200, "too late"));
}

TEST_CASE("a server may go before its responders do") {
    Shelf shelf;
    std::vector<Responder> kept;
    {
        TestServer server{shelf.handler()};
        RawClient client{server.port()};
        client.send(get_root);
        kept = shelf.take(1);
    }
    kept.front().send(text_response(200, "to nobody"));
}

TEST_CASE("listening fails with what to do about it") {
    asio::io_context io;
    TestServer first{answer_ok};
    const auto error_of = [&](const std::string& address, std::uint16_t port) {
        Server server{io, {.address = address, .port = port, .hosts = {}, .limits = {}}, answer_ok};
        const Result<std::uint16_t, Failure> started = server.start();
        REQUIRE_FALSE(started);
        return started.error();
    };
    CHECK(error_of("127.0.0.1", first.port()).error == Error::port_must_be_free);
    CHECK(error_of("localhost", first.port()).detail.find(std::to_string(first.port())) != std::string::npos);
    for (const char* const address : {"0.0.0.0", "192.0.2.1", "::", "example.org", "", "127.0.0.1 "}) {
        INFO(address);
        CHECK(error_of(address, 0).error == Error::listen_address_must_be_loopback);
    }
    CHECK(code_of(Error::port_must_be_free) == "http.port_in_use");
    CHECK(code_of(Error::listen_address_must_be_loopback) == "http.not_loopback");
}

}  // namespace datadeed::http::test
