#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>

#include "http/client.h"
#include "http/request_writer.h"
#include "http/response_reader.h"

namespace datadeed::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

// Each connection that is opened has a number; handlers of an older one do nothing.
class AsyncConnection::Impl : public std::enable_shared_from_this<AsyncConnection::Impl> {
public:
    Impl(asio::io_context& io, std::string host, std::uint16_t port, ClientLimits limits)
        : io_{io}, host_{std::move(host)}, port_{port}, limits_{limits}, resolver_{io}, socket_{io}, timer_{io} {}

    void call(Call call, Done done) {
        Result<std::string, Failure> bytes = bytes_of(call, host_, port_);
        if (!bytes) {
            asio::post(io_, [self = shared_from_this(), done = std::move(done), failure = bytes.error()] {
                if (!self->abandoned_) done(fail(failure));
            });
            return;
        }
        const auto time = call.answer_time.count() > 0 ? call.answer_time : limits_.answer_time;
        waiting_.push_back(
            {.method = call.method, .time = time, .until = Clock::now() + time, .done = std::move(done)});
        unsent_ += *bytes;
        if (state_ == State::closed) return connect();
        if (state_ == State::open) {
            write();
            watch();
        }
    }

    void abandon() {
        abandoned_ = true;
        close();
        waiting_.clear();
    }

    std::size_t under_way() const { return waiting_.size(); }
    bool is_open() const { return state_ == State::open; }

private:
    enum class State : std::uint8_t { closed, connecting, open };
    struct Waiting {
        Method method{};
        std::chrono::milliseconds time{};
        Clock::time_point until{};
        Done done{};
    };

    Failure failure(Error error, const std::string& why) const {
        return {.error = error, .detail = host_ + ":" + std::to_string(port_) + ": " + why};
    }

    void connect() {
        state_ = State::connecting;
        connect_until_ = Clock::now() + limits_.connect_time;
        watch();
        resolver_.async_resolve(
            host_, std::to_string(port_), tcp::resolver::numeric_service,
            [self = shared_from_this(), number = number_](error_code error, const tcp::resolver::results_type& found) {
                if (self->number_ != number) return;
                if (error) return self->break_off(self->failure(Error::host_must_be_known, error.message()));
                self->connect_to(found);
            });
    }

    void connect_to(const tcp::resolver::results_type& found) {
        asio::async_connect(
            socket_, found, [self = shared_from_this(), number = number_](error_code error, const tcp::endpoint&) {
                if (self->number_ != number) return;
                if (error) {
                    return self->break_off(self->failure(Error::server_must_accept_connections, error.message()));
                }
                self->connected();
            });
    }

    void connected() {
        state_ = State::open;
        error_code ignored;
        socket_.set_option(tcp::no_delay{true}, ignored);
        for (Waiting& waiting : waiting_) waiting.until = Clock::now() + waiting.time;
        reader_ = ResponseReader{limits_.header_bytes, limits_.response_bytes};
        can_write_ = true;
        write();
        read();
        watch();
    }

    void write() {
        if (!can_write_ || !writing_.empty() || unsent_.empty()) return;
        writing_.swap(unsent_);
        asio::async_write(socket_, asio::buffer(writing_),
                          [self = shared_from_this(), number = number_](error_code error, std::size_t) {
                              if (self->number_ != number) return;
                              self->writing_.clear();
                              // The server may have answered before it closed: reading decides.
                              if (error) self->can_write_ = false;
                              self->write();
                          });
    }

    void read() {
        socket_.async_read_some(asio::buffer(chunk_),
                                [self = shared_from_this(), number = number_](error_code error, std::size_t size) {
                                    if (self->number_ != number) return;
                                    if (error) {
                                        self->reader_.feed_end();
                                    } else {
                                        self->reader_.feed(ByteView{self->chunk_}.first(size));
                                    }
                                    self->take(error);
                                });
    }

    // Hands out the responses that are whole, then reads on, or ends the connection.
    void take(const error_code& read_error) {
        const std::uint64_t number = number_;
        while (!waiting_.empty()) {
            std::optional<Result<Response, Error>> next = reader_.next(waiting_.front().method);
            if (!next) break;
            if (!next->has_value()) {
                const std::string why =
                    read_error ? read_error.message() : "the answer breaks a rule of HTTP or a limit";
                return break_off(failure(next->error(), why));
            }
            const Done done = std::move(waiting_.front().done);
            waiting_.pop_front();
            const bool ends = (*next)->close;
            if (ends) close_for_the_rest();
            done(std::move(**next));
            if (ends || abandoned_ || number_ != number) return;
        }
        if (read_error || (waiting_.empty() && reader_.has_bytes())) {
            return break_off(failure(Error::connection_must_stay_open, read_error.message()));
        }
        read();
    }

    // The server said that it closes: calls behind this answer weren't taken.
    void close_for_the_rest() {
        if (waiting_.empty()) return close();
        asio::post(io_, [self = shared_from_this(), number = number_] {
            if (self->number_ != number) return;
            self->break_off(self->failure(Error::connection_must_stay_open, "the server closed the connection"));
        });
    }

    void break_off(const Failure& why) {
        close();
        std::deque<Waiting> ended;
        ended.swap(waiting_);
        for (const Waiting& waiting : ended) {
            if (!abandoned_) waiting.done(fail(why));
        }
    }

    void close() {
        ++number_;
        state_ = State::closed;
        error_code ignored;
        resolver_.cancel();
        socket_.close(ignored);
        socket_ = tcp::socket{io_};
        timer_.cancel();
        armed_ = Clock::time_point::max();
        unsent_.clear();
        // The buffer of a write that was under way is looked at no more, once the socket is closed.
        writing_.clear();
    }

    std::optional<Clock::time_point> due() const {
        if (state_ == State::connecting) return connect_until_;
        if (waiting_.empty()) return std::nullopt;
        return std::ranges::min_element(waiting_, {}, &Waiting::until)->until;
    }

    // Arms the timer for the earliest moment, unless it goes off before that anyway.
    void watch() {
        const std::optional<Clock::time_point> at = due();
        if (!at || *at >= armed_) return;
        armed_ = *at;
        timer_.expires_at(*at);
        timer_.async_wait([self = shared_from_this(), number = number_](error_code error) {
            if (error || self->number_ != number) return;
            self->armed_ = Clock::time_point::max();
            const std::optional<Clock::time_point> late = self->due();
            if (!late || Clock::now() < *late) return self->watch();
            const char* const what = self->state_ == State::connecting ? "no connection in time" : "no answer in time";
            self->break_off(self->failure(Error::answer_must_come_in_time, what));
        });
    }

    asio::io_context& io_;
    std::string host_;
    std::uint16_t port_;
    ClientLimits limits_;
    tcp::resolver resolver_;
    tcp::socket socket_;
    asio::steady_timer timer_;
    Clock::time_point armed_{Clock::time_point::max()};

    State state_{State::closed};
    std::uint64_t number_{0};
    Clock::time_point connect_until_{};
    std::deque<Waiting> waiting_;  // in the order in which they are or will be sent
    std::string unsent_;
    std::string writing_;
    bool can_write_{true};
    ResponseReader reader_{0, 0};
    std::array<std::uint8_t, std::size_t{16} << 10U> chunk_{};
    bool abandoned_{false};
};

AsyncConnection::AsyncConnection(asio::io_context& io, std::string host, std::uint16_t port, ClientLimits limits)
    : impl_{std::make_shared<Impl>(io, std::move(host), port, limits)} {}

AsyncConnection::~AsyncConnection() {
    impl_->abandon();
}

void AsyncConnection::call(Call call, Done done) {
    impl_->call(std::move(call), std::move(done));
}

std::size_t AsyncConnection::under_way() const {
    return impl_->under_way();
}

bool AsyncConnection::is_open() const {
    return impl_->is_open();
}

}  // namespace datadeed::http
