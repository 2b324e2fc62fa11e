#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http/error.h"
#include "http/message.h"

namespace boost::asio {
class io_context;
}

// Two HTTP/1.1 clients: one that blocks, for the command line, and one for thousands of calls from one thread.

namespace datadeed::http {

struct ClientLimits {
    std::chrono::milliseconds connect_time{5'000};  // with the look-up of the name
    std::chrono::milliseconds answer_time{75'000};  // from sending to the last byte of the answer
    std::size_t header_bytes{std::size_t{16} << 10U};
    std::size_t response_bytes{std::size_t{64} << 20U};
};

struct Call {
    Method method{Method::get};
    std::string target{"/"};           // "/v1/data/a%2Fb?limit=3"; see percent_encode
    std::vector<NameValue> headers{};  // Host, Content-Length and Connection are added
    std::string content_type{};
    Bytes body{};
    // Whether the call may be made again on a new connection, when a kept-alive one turns out to be closed.
    bool repeatable{true};
    std::chrono::milliseconds answer_time{0};  // 0: as in ClientLimits
};

// One connection that is opened when it is needed, kept between calls and opened again when the server closed it. Not
// for several threads at once.
class Connection {
public:
    Connection(std::string host, std::uint16_t port, ClientLimits limits = {});
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Blocks until the answer is there. Any status is a Response; a Failure means that there is none. After
    // answer_must_come_in_time or connection_must_stay_open it's unknown whether the server acted.
    [[nodiscard]] Result<Response, Failure> call(const Call& call);

    // Gives up the connection; the next call opens another.
    void close();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// One kept-alive connection on the caller's io_context. Calls are written as they come and answered in order, so
// several may be under way (pipelining); the server answers one after another. All of it, destruction included, from
// the one thread that runs the io_context, or while none runs. After a failure all that is under way fails, and the
// next call opens a new connection; nothing is repeated.
class AsyncConnection {
public:
    using Done = std::function<void(Result<Response, Failure>)>;

    AsyncConnection(boost::asio::io_context& io, std::string host, std::uint16_t port, ClientLimits limits = {});
    // Forgets what is under way: its callbacks are not called.
    ~AsyncConnection();
    AsyncConnection(const AsyncConnection&) = delete;
    AsyncConnection& operator=(const AsyncConnection&) = delete;

    // `done` is called once, never from inside call().
    void call(Call call, Done done);

    [[nodiscard]] std::size_t under_way() const;
    // Whether a connection is open, as far as is known.
    [[nodiscard]] bool is_open() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace datadeed::http
