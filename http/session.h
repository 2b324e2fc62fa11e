#pragma once

#include <array>
#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/crowd.h"
#include "http/request_reader.h"
#include "http/server.h"

// One connection of a server; only http/*.cpp include this. Requests are answered one after another: what a client sent
// ahead waits in the socket, so pipelining costs no memory and answers keep their order.

namespace datadeed::http {

class Session;

// What sessions share with their server.
struct SessionHost {
    SessionHost(ServerConfig from, Handler to) : config{std::move(from)}, handler{std::move(to)} {}
    virtual ~SessionHost() = default;
    SessionHost(const SessionHost&) = delete;
    SessionHost& operator=(const SessionHost&) = delete;

    // The session is closed. Any thread.
    virtual void forget(const std::shared_ptr<Session>& session) = 0;
    // Where it stands now. Any thread.
    virtual void stands(const std::shared_ptr<Session>& session, Standing standing) = 0;

    const ServerConfig config;
    const Handler handler;
    std::atomic<bool> stopping{false};
    std::atomic<std::size_t> answer_bytes{0};  // of the bodies that are being written
};

using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
using StrandSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;

// Says that there are too many connections and closes this one. Best effort: the few bytes fit into the empty send
// buffer, or the client learns nothing but the close.
void turn_away(StrandSocket& socket);

class Session : public std::enable_shared_from_this<Session> {
public:
    Session(StrandSocket socket, std::shared_ptr<SessionHost> host);

    // These post to the strand and may be called from any thread.
    void start();
    void finish();     // ends now when no request is under way, otherwise after its answer
    void abort();      // ends now
    void make_room();  // ends now, and says why if the client has begun a request
    void answer(std::uint64_t request, Response response);

private:
    using Clock = std::chrono::steady_clock;
    enum class Phase : std::uint8_t { reading, answering, writing, lingering, closed };

    void read();
    void proceed();
    void handle(Request request);
    void respond(Response response, bool keep_alive);
    [[nodiscard]] bool has_room(std::size_t size);
    void give_up_body();
    void send_continue();
    void wrote();
    void linger();
    void close();

    void stand(Standing standing);
    void set_read_deadline();
    void set_deadline(Clock::time_point at);
    void arm(Clock::time_point at);
    void expired();

    std::shared_ptr<SessionHost> host_;
    StrandSocket socket_;
    boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Strand> timer_;
    RequestReader reader_;
    std::array<std::uint8_t, 8192> chunk_{};
    Phase phase_{Phase::reading};
    bool read_under_way_{false};

    // The timer is armed anew only for an earlier moment; when it goes off early, it's armed for what is left. So a
    // request costs no timer.
    Clock::time_point deadline_{Clock::time_point::max()};
    Clock::time_point armed_{Clock::time_point::max()};
    bool began_{false};  // a request has begun and isn't whole yet
    Clock::time_point begun_at_{};
    std::optional<Clock::time_point> body_from_{};  // since when its body is awaited
    Standing standing_{Standing::fresh};

    std::uint64_t request_{0};  // counts up; an answer to an older one is ignored
    bool keep_alive_{true};     // as the client wishes, for the request under way
    bool without_body_{false};  // it is a HEAD
    bool close_after_{false};
    std::string head_;
    std::string body_;
    std::size_t held_{0};  // of SessionHost::answer_bytes
    std::size_t discarded_{0};
};

}  // namespace datadeed::http
