#pragma once

#include <poll.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "http/response_reader.h"
#include "http/server.h"
#include "tests/support/catch.h"

// A server on a free loopback port with threads to run it, and a client that sends whatever bytes it is told.

namespace datadeed::http::test {

namespace asio = boost::asio;

inline constexpr std::chrono::seconds patience{20};  // longer than anything here takes, even under a sanitizer

class TestServer {
public:
    explicit TestServer(Handler handler, ServerLimits limits = {}, std::size_t threads = 2)
        : server_{io_, {.address = "127.0.0.1", .port = 0, .hosts = {}, .limits = limits}, std::move(handler)} {
        const Result<std::uint16_t, Failure> started = server_.start();
        REQUIRE(started);
        port_ = *started;
        for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { io_.run(); });
    }
    ~TestServer() {
        guard_.reset();
        io_.stop();
        for (std::thread& thread : threads_) thread.join();
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    // Whether the server said within the test's patience that it has stopped.
    [[nodiscard]] bool stop(std::chrono::milliseconds grace) {
        std::promise<void> done;
        server_.stop(grace, [&done] { done.set_value(); });
        return done.get_future().wait_for(patience) == std::future_status::ready;
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] Server& server() { return server_; }

private:
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
    Server server_;
    std::uint16_t port_{0};
    std::vector<std::thread> threads_;
};

class RawClient {
public:
    explicit RawClient(std::uint16_t port) : socket_{io_} { socket_.connect({asio::ip::address_v4::loopback(), port}); }

    // Errors are what some tests are about: the server may have closed.
    void send(std::string_view bytes) {
        boost::system::error_code ignored;
        asio::write(socket_, asio::buffer(bytes), ignored);
    }

    // The next response; nothing when the connection ends or time runs out first.
    [[nodiscard]] std::optional<Response> response(Method method = Method::get) {
        while (true) {
            std::optional<Result<Response, Error>> next = reader_.next(method);
            if (next && next->has_value()) return **next;
            if (next || !read_more()) return std::nullopt;
        }
    }

    // Reads until the server closes; false when it doesn't.
    [[nodiscard]] bool is_closed_by_server() {
        while (read_more()) {
        }
        return ended_;
    }

    [[nodiscard]] asio::ip::tcp::socket& socket() { return socket_; }

private:
    bool read_more() {
        pollfd waiting{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
        const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
        if (ended_ || poll(&waiting, 1, static_cast<int>(time.count())) <= 0) return false;
        std::array<std::uint8_t, 4096> chunk{};
        boost::system::error_code error;
        const std::size_t size = socket_.read_some(asio::buffer(chunk), error);
        if (error) {
            ended_ = true;
            return false;
        }
        reader_.feed(ByteView{chunk}.first(size));
        return true;
    }

    asio::io_context io_;
    asio::ip::tcp::socket socket_;
    ResponseReader reader_{64 * 1024, std::size_t{64} << 20U};
    bool ended_{false};
};

inline const std::string get_root = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

inline void answer_ok(const Request&, const Responder& responder) {
    responder.send(text_response(200, "fine"));
}

}  // namespace datadeed::http::test
