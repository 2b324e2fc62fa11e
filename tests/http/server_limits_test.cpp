#include <mutex>

#include "tests/http/support.h"

// Every limit of ServerLimits, made small enough to be met at once.

namespace datadeed::http::test {
namespace {

constexpr std::chrono::milliseconds moment{60};

std::string post_of(std::size_t size) {
    return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

bool says(const std::optional<Response>& response, unsigned status, const std::string& code) {
    return response && response->status == status && response->close && response->body.find(code) != std::string::npos;
}

}  // namespace

TEST_CASE("a head that comes too slowly is cut off with 408") {
    TestServer server{answer_ok, {.header_time = moment}};
    RawClient client{server.port()};
    client.send("GET / HTTP/1.1\r\nHost: loc");
    CHECK(says(client.response(), 408, "http.request_timed_out"));
    CHECK(client.is_closed_by_server());
}

TEST_CASE("bytes that trickle in don't put the time of a head off") {
    TestServer server{answer_ok, {.header_time = moment}};
    RawClient client{server.port()};
    const auto begin = std::chrono::steady_clock::now();
    client.socket().non_blocking(true);
    std::array<char, 4096> chunk{};
    boost::system::error_code error = asio::error::would_block;
    while (error == asio::error::would_block && std::chrono::steady_clock::now() - begin < patience) {
        client.send("G");
        client.socket().read_some(asio::buffer(chunk), error);
    }
    // Either the time or the size of a head ended it; both within the test's patience.
    CHECK_FALSE(error);
    CHECK(std::string_view{chunk.data(), 12}.starts_with("HTTP/1.1 4"));
}

TEST_CASE("a body that comes too slowly is cut off with 408") {
    TestServer server{answer_ok, {.request_time = moment}};
    RawClient client{server.port()};
    client.send(post_of(10) + "abc");
    CHECK(says(client.response(), 408, "body"));
}

TEST_CASE("large answers that clients don't read hold only so much memory") {
    // More than the sockets in between can hold.
    const auto answer = [](const Request& request, const Responder& responder) {
        const bool large = request.path.front() == "large";
        responder.send(text_response(200, std::string(large ? std::size_t{24} << 20U : small_body_bytes, 'x')));
    };
    const std::string large = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const std::string small = "GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n";
    TestServer server{answer, {.answer_bytes = std::size_t{30} << 20U}};
    RawClient slow{server.port()};
    slow.send(large);
    pollfd arrived{.fd = slow.socket().native_handle(), .events = POLLIN, .revents = 0};
    REQUIRE(poll(&arrived, 1, 20'000) == 1);

    RawClient other{server.port()};
    other.send(large);
    const std::optional<Response> refused = other.response();
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK(refused->body.find("http.too_many_answers") != std::string::npos);
    CHECK(refused->headers.back() == std::pair<std::string, std::string>{"Retry-After", "1"});
    other.send(small);
    CHECK(other.response()->status == 200);

    // Once the first has read its answer, or is gone, there is room again.
    CHECK(slow.response()->body.size() == std::size_t{24} << 20U);
    slow.send(small);
    CHECK(slow.response()->status == 200);
    other.send(large);
    CHECK(other.response()->status == 200);
}

TEST_CASE("a single answer may be larger than all of them together") {
    const auto answer = [](const Request&, const Responder& responder) {
        responder.send(text_response(200, std::string(1'000'000, 'x')));
    };
    TestServer server{answer, {.answer_bytes = 100'000}};
    RawClient client{server.port()};
    for (int i = 0; i < 3; ++i) {
        client.send(get_root);
        CHECK(client.response()->status == 200);
    }
}

TEST_CASE("a connection without requests is closed without a word") {
    TestServer server{answer_ok, {.idle_time = moment}};
    RawClient client{server.port()};
    CHECK_FALSE(client.response());
    CHECK(client.is_closed_by_server());

    RawClient second{server.port()};
    second.send(get_root);
    CHECK(second.response()->status == 200);
    CHECK(second.is_closed_by_server());
}

TEST_CASE("a head and a body that are too large are refused at once") {
    TestServer server{answer_ok, {.header_bytes = 100, .body_bytes = 10}};
    RawClient first{server.port()};
    first.send(std::string(100, 'a'));
    CHECK(says(first.response(), 431, "http.header_too_large"));
    RawClient second{server.port()};
    second.send(post_of(11));
    CHECK(says(second.response(), 413, "http.body_too_large"));
    RawClient third{server.port()};
    third.send(post_of(10) + "0123456789");
    CHECK(third.response()->status == 200);
}

TEST_CASE("the answer to a body that is too large arrives although the body is still being sent") {
    TestServer server{answer_ok};
    RawClient client{server.port()};
    client.send(post_of(600'000) + std::string(600'000, 'x'));
    CHECK(says(client.response(), 413, "http.body_too_large"));
}

TEST_CASE("a client that doesn't read its answer is given up") {
    TestServer server{[](const Request&, const Responder& responder) {
                          responder.send(text_response(200, std::string(std::size_t{64} << 20U, 'x')));
                      },
                      {.write_time = moment}};
    RawClient client{server.port()};
    client.send(get_root);
    const auto begin = std::chrono::steady_clock::now();
    while (server.server().connections() != 0 && std::chrono::steady_clock::now() - begin < patience) {
        std::this_thread::yield();
    }
    // It was counted once the server accepted it, which may be after the first look.
    CHECK_FALSE(client.response());
    CHECK(server.server().connections() == 0);
}

TEST_CASE("a handler that never answers is answered for") {
    std::vector<Responder> kept;
    TestServer server{[&kept](const Request&, const Responder& responder) { kept.push_back(responder); },
                      {.answer_time = moment}};
    RawClient client{server.port()};
    client.send(get_root);
    CHECK(says(client.response(), 503, "http.answer_timed_out"));
    CHECK(client.is_closed_by_server());
    kept.front().send(text_response(200, "too late"));
}

TEST_CASE("a body must come at some rate from its beginning on") {
    // No time but what the bytes that are here have earned, and long before the time of a whole request.
    TestServer server{answer_ok,
                      {.request_time = std::chrono::hours{1},
                       .body_bytes_per_second = 1,
                       .body_grace = std::chrono::milliseconds{0}}};
    RawClient stalls{server.port()};
    stalls.send(post_of(10));
    CHECK(says(stalls.response(), 408, "body"));
    RawClient earns{server.port()};
    earns.send(post_of(10) + "012345678");
    earns.send("9");
    CHECK(earns.response()->status == 200);
}

TEST_CASE("where all are at work, one connection too many is turned away, and its place can be had again") {
    std::mutex mutex;
    std::vector<Responder> kept;
    TestServer server{[&](const Request&, const Responder& responder) {
                          const std::lock_guard lock{mutex};
                          kept.push_back(responder);
                      },
                      {.connections = 2}};
    RawClient first{server.port()};
    RawClient second{server.port()};
    for (RawClient* const client : {&first, &second}) client->send(get_root);
    const auto begin = std::chrono::steady_clock::now();
    const auto at_work = [&] {
        const std::lock_guard lock{mutex};
        return kept.size();
    };
    while (at_work() != 2 && std::chrono::steady_clock::now() - begin < patience) std::this_thread::yield();
    REQUIRE(at_work() == 2);

    RawClient third{server.port()};
    const std::optional<Response> refusal = third.response();
    CHECK(says(refusal, 503, "http.too_many_connections"));
    CHECK(refusal->find_header("retry-after") == "1");

    for (const Responder& responder : std::exchange(kept, {})) responder.send(text_response(200, "fine"));
    CHECK(first.response()->status == 200);
    CHECK(second.response()->status == 200);
    RawClient fourth{server.port()};
    fourth.send(get_root);
    while (at_work() != 1 && std::chrono::steady_clock::now() - begin < patience) std::this_thread::yield();
    REQUIRE(at_work() == 1);
    kept.front().send(text_response(200, "fine"));
    CHECK(fourth.response()->status == 200);
}

TEST_CASE("connections that only stand there keep nobody out") {
    TestServer server{answer_ok, {.connections = 4}};
    RawClient works{server.port()};
    works.send(get_root);
    CHECK(works.response()->status == 200);
    // Silent ones, and ones that are slow in the middle of a head.
    std::vector<std::unique_ptr<RawClient>> strangers;
    for (int i = 0; i < 40; ++i) {
        strangers.push_back(std::make_unique<RawClient>(server.port()));
        if (i % 2 == 0) strangers.back()->send("GET / HTTP/1.1\r\nHost: loc");
    }
    RawClient newcomer{server.port()};
    newcomer.send(get_root);
    const std::optional<Response> response = newcomer.response();
    REQUIRE(response);
    CHECK(response->status == 200);
    // They make room for each other before they make anybody go who has asked something.
    works.send(get_root);
    CHECK(works.response()->status == 200);
    CHECK(server.server().connections() <= 4);
    CHECK(strangers.front()->is_closed_by_server());
}

}  // namespace datadeed::http::test
