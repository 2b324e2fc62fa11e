#include "http/session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <ctime>
#include <utility>

#include "http/access.h"
#include "http/response_writer.h"

namespace datadeed::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// After a last response the client may still be sending; what it sends is read and dropped for so long and so far,
// since closing at once would reset the connection and take the response with it.
constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t linger_bytes_max = std::size_t{1} << 20U;

Response timed_out(std::string_view what) {
    return to_response(Problem{.status = 408,
                               .code = "http.request_timed_out",
                               .title = "The request took too long to arrive",
                               .detail = "the " + std::string{what} + " of the request didn't arrive in time",
                               .hint = "send the request in one go; the connection is closed"});
}

Response not_answered() {
    return to_response(Problem{.status = 503,
                               .code = "http.answer_timed_out",
                               .title = "The server took too long to answer",
                               .detail = "the request was taken, but nothing answered it in time",
                               .hint = "ask whether it was carried out before you send it again"});
}

Response no_room() {
    Response response = to_response(Problem{.status = 503,
                                            .code = "http.too_many_answers",
                                            .title = "Too many large answers are being sent",
                                            .detail = "clients that read slowly hold as much memory as they may",
                                            .hint = "try again later, or ask for less at once"});
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

// How long a body may take of which so much is here.
std::chrono::milliseconds body_time(const ServerLimits& limits, std::size_t received) {
    return limits.body_grace + std::chrono::milliseconds{received * 1000 / limits.body_bytes_per_second};
}

bool wants_close(const Headers& headers) {
    const std::optional<std::string_view> value = headers.find("connection");
    return value && has_token(*value, "close");
}

Response too_many_connections() {
    Response response = to_response(Problem{.status = 503,
                                            .code = "http.too_many_connections",
                                            .title = "The server has as many connections as it may",
                                            .detail = "this connection is one too many",
                                            .hint = "try again later, and close connections that aren't used"});
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace

void turn_away(StrandSocket& socket) {
    const Response response = too_many_connections();
    const std::string bytes = head_of(response, false, std::time(nullptr)) + response.body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(bytes), ignored);
    socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    socket.close(ignored);
}

// One request's place in its session. Responder copies share it.
class Responder::Slot {
public:
    Slot(std::weak_ptr<Session> session, std::uint64_t request) : session_{std::move(session)}, request_{request} {}
    ~Slot() {
        if (sent_.load()) return;
        send(to_response(Problem{.status = 500,
                                 .code = "http.not_answered",
                                 .title = "The request was not answered",
                                 .detail = "the part of the server that had the request gave it up",
                                 .hint = "look into the log of the server"}));
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    void send(Response response) {
        if (sent_.exchange(true)) return;
        if (const std::shared_ptr<Session> session = session_.lock()) session->answer(request_, std::move(response));
    }

private:
    std::weak_ptr<Session> session_;
    std::uint64_t request_;
    std::atomic<bool> sent_{false};
};

void Responder::send(Response response) const {
    slot_->send(std::move(response));
}

Session::Session(StrandSocket socket, std::shared_ptr<SessionHost> host)
    : host_{std::move(host)},
      socket_{std::move(socket)},
      timer_{socket_.get_executor()},
      reader_{host_->config.limits.header_bytes, host_->config.limits.body_bytes} {}

void Session::start() {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] {
        error_code ignored;
        self->socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
        self->proceed();
    });
}

void Session::finish() {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] {
        if (self->phase_ == Phase::reading && !self->reader_.in_request()) self->close();
    });
}

void Session::abort() {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
}

void Session::make_room() {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] {
        // Its request may have come meanwhile.
        if (self->phase_ == Phase::answering) return;
        if (self->phase_ == Phase::reading && self->began_) turn_away(self->socket_);
        self->close();
    });
}

void Session::answer(std::uint64_t request, Response response) {
    auto respond = [self = shared_from_this(), request, response = std::move(response)]() mutable {
        if (self->phase_ != Phase::answering || self->request_ != request) return;
        self->respond(std::move(response), self->keep_alive_);
    };
    asio::dispatch(socket_.get_executor(), std::move(respond));
}

void Session::read() {
    if (read_under_way_) return;
    read_under_way_ = true;
    socket_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](error_code error, std::size_t size) {
        self->read_under_way_ = false;
        if (self->phase_ == Phase::closed) return;
        if (error) return self->close();
        if (self->phase_ == Phase::lingering) {
            self->discarded_ += size;
            return self->discarded_ > linger_bytes_max ? self->close() : self->read();
        }
        if (self->phase_ != Phase::reading) return;  // the request timed out meanwhile and is being told so
        if (!self->began_) {
            self->began_ = true;
            self->begun_at_ = Clock::now();
        }
        self->reader_.feed(ByteView{self->chunk_}.first(size));
        self->proceed();
    });
}

// Takes the next request out of the bytes that are here, or reads more.
void Session::proceed() {
    std::optional<Result<Request, Problem>> next = reader_.next();
    if (next && next->has_value()) return handle(std::move(**next));
    if (next) return respond(to_response(next->error()), false);
    phase_ = Phase::reading;
    if (request_ > 0) stand(Standing::idle);
    if (!reader_.in_request() && host_->stopping) return close();
    if (reader_.take_expectation()) return send_continue();
    set_read_deadline();
    read();
}

void Session::handle(Request request) {
    began_ = false;
    body_from_.reset();
    phase_ = Phase::answering;
    stand(Standing::busy);
    ++request_;
    keep_alive_ = !wants_close(request.headers);
    without_body_ = request.method == Method::head;
    if (const std::optional<Problem> problem = check_access(request.headers, host_->config)) {
        return respond(to_response(*problem), false);
    }
    set_deadline(Clock::now() + host_->config.limits.answer_time);
    // The handler may answer from inside; nothing of this session is touched after it.
    const Responder responder{std::make_shared<Responder::Slot>(weak_from_this(), request_)};
    try {
        host_->handler(std::move(request), responder);
    } catch (const std::exception&) {
        return;  // the slot goes unanswered if the handler didn't get to it, and says 500
    }
}

void Session::respond(Response response, bool keep_alive) {
    phase_ = Phase::writing;
    stand(Standing::sending);
    if (!without_body_ && !has_room(response.body.size())) response = no_room();
    close_after_ = !keep_alive || response.close || host_->stopping;
    head_ = head_of(response, !close_after_, std::time(nullptr));
    body_ = without_body_ || response.status == 204 ? std::string{} : std::move(response.body);
    without_body_ = false;
    set_deadline(Clock::now() + host_->config.limits.write_time);
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head_), asio::buffer(body_)};
    asio::async_write(socket_, buffers, [self = shared_from_this()](error_code error, std::size_t) {
        if (self->phase_ == Phase::closed) return;
        if (error) return self->close();
        self->wrote();
    });
}

void Session::send_continue() {
    static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
    set_read_deadline();
    asio::async_write(socket_, asio::buffer(line), [self = shared_from_this()](error_code error, std::size_t) {
        if (self->phase_ != Phase::reading) return;
        if (error) return self->close();
        self->proceed();
    });
}

// Answers are made one after another, but many may be on their way to clients that read slowly.
bool Session::has_room(std::size_t size) {
    if (size <= small_body_bytes) return true;
    const std::size_t others = host_->answer_bytes.fetch_add(size);
    held_ = size;
    if (others == 0 || others + size <= host_->config.limits.answer_bytes) return true;
    give_up_body();
    return false;
}

// The memory too: the connection may be idle for long.
void Session::give_up_body() {
    host_->answer_bytes.fetch_sub(std::exchange(held_, 0));
    std::string{}.swap(body_);
}

void Session::wrote() {
    give_up_body();
    if (close_after_) return linger();
    began_ = reader_.in_request();
    begun_at_ = Clock::now();
    proceed();
}

void Session::linger() {
    phase_ = Phase::lingering;
    stand(Standing::idle);
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    set_deadline(Clock::now() + linger_time);
    read();
}

void Session::close() {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    host_->answer_bytes.fetch_sub(std::exchange(held_, 0));
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    host_->forget(shared_from_this());
}

void Session::set_read_deadline() {
    const ServerLimits& limits = host_->config.limits;
    if (!began_) return set_deadline(Clock::now() + limits.idle_time);
    if (!reader_.in_body()) return set_deadline(begun_at_ + limits.header_time);
    if (!body_from_) body_from_ = Clock::now();
    const Clock::time_point slowest = *body_from_ + body_time(limits, reader_.body_received());
    set_deadline(std::min(begun_at_ + limits.request_time, slowest));
}

void Session::stand(Standing standing) {
    if (standing == standing_) return;
    standing_ = standing;
    host_->stands(shared_from_this(), standing);
}

void Session::set_deadline(Clock::time_point at) {
    deadline_ = at;
    if (at < armed_) arm(at);
}

void Session::arm(Clock::time_point at) {
    armed_ = at;
    timer_.expires_at(at);
    timer_.async_wait([weak = weak_from_this()](error_code error) {
        const std::shared_ptr<Session> self = weak.lock();
        if (!self || error || self->phase_ == Phase::closed) return;
        if (Clock::now() < self->deadline_) return self->arm(self->deadline_);
        self->armed_ = Clock::time_point::max();
        self->expired();
    });
}

void Session::expired() {
    switch (phase_) {
        case Phase::reading:
            if (!began_) return close();
            return respond(timed_out(reader_.in_body() ? "body" : "head"), false);
        case Phase::answering:
            return respond(not_answered(), false);
        case Phase::writing:
        case Phase::lingering:
            return close();
        case Phase::closed:
            return;
    }
}

}  // namespace datadeed::http
