#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/error.h"
#include "http/message.h"
#include "http/problem.h"

namespace boost::asio {
class io_context;
}

// An HTTP/1.1 server for loopback addresses. It runs on whatever threads run the io_context, with a strand a
// connection, and has no thread of its own.

namespace datadeed::http {

inline constexpr std::size_t small_body_bytes = std::size_t{64} << 10U;

struct ServerLimits {
    std::size_t header_bytes{std::size_t{8} << 10U};
    std::size_t body_bytes{std::size_t{256} << 10U};
    // For one more, one that does nothing is closed (crowd.h); if all are at work, the newcomer is told 503 and closed.
    std::size_t connections{256};
    // Of answers' bodies that are being written, over all connections. A larger body than those that are left is
    // replaced by 503, unless it is the only one or small (small_body_bytes).
    std::size_t answer_bytes{std::size_t{64} << 20U};
    std::chrono::milliseconds header_time{5'000};    // from the first byte of a request to the end of its head
    std::chrono::milliseconds request_time{15'000};  // from the first byte to the last
    // A body that comes more slowly than so many bytes a second, after so long, is cut off before that.
    std::size_t body_bytes_per_second{1024};
    std::chrono::milliseconds body_grace{2'000};
    std::chrono::milliseconds idle_time{60'000};    // without a request
    std::chrono::milliseconds answer_time{75'000};  // how long a handler may take, then 503
    std::chrono::milliseconds write_time{15'000};   // for a whole response
};

struct ServerConfig {
    std::string address{"127.0.0.1"};  // an IP address; localhost is 127.0.0.1
    std::uint16_t port{0};             // 0: any free one
    // Names that a Host header may have (without the port) besides localhost, 127.0.0.1, [::1] and `address`: others
    // are refused, so that a web page can't reach the server under a name of its own (DNS rebinding).
    std::vector<std::string> hosts{};
    ServerLimits limits{};
};

// The way back to one request's client. Copies share it; the first send counts, later ones do nothing. When the last
// copy goes without a send, the client gets 500. Any thread, at any time, also after the server is gone.
class Responder {
public:
    class Slot;
    explicit Responder(std::shared_ptr<Slot> slot) : slot_{std::move(slot)} {}

    void send(Response response) const;
    void send(const Problem& problem) const { send(to_response(problem)); }

private:
    std::shared_ptr<Slot> slot_;
};

// Called on a thread of the io_context, never twice at once for one connection; several connections call at once when
// several threads run. It must not block: what takes long answers later. An exception from it becomes a 500.
using Handler = std::function<void(Request, Responder)>;

class Server {
public:
    // `io` must outlive the server. Nothing happens before start().
    Server(boost::asio::io_context& io, ServerConfig config, Handler handler);
    // Closes everything at once. No thread may be inside the handler: destroy it after stop() reported or after the
    // threads of the io_context ended.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Listens and begins to accept; the port, which the system chose if it was 0. Addresses beyond loopback are
    // refused, as this server speaks plain HTTP.
    [[nodiscard]] Result<std::uint16_t, Failure> start();

    // Stops accepting, closes idle connections and waits at most `grace` for the answers that are still due; then
    // closes the rest and calls `done` on a thread of the io_context. Call once, from any thread; the server must live
    // until then. The handler isn't called afterwards.
    void stop(std::chrono::milliseconds grace, std::function<void()> done);

    [[nodiscard]] std::size_t connections() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace datadeed::http
