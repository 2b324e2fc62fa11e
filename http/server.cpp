#include "http/server.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <mutex>

#include "http/access.h"
#include "http/crowd.h"
#include "http/session.h"

namespace datadeed::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// How long to wait after accepting failed, most likely for want of file descriptors.
constexpr std::chrono::milliseconds accept_pause{100};

Failure failure_of(const error_code& error, const std::string& where) {
    const auto is = [&](boost::system::errc::errc_t code) {
        return error == boost::system::errc::make_error_condition(code);
    };
    const Error kind = is(boost::system::errc::address_in_use)          ? Error::port_must_be_free
                       : is(boost::system::errc::address_not_available) ? Error::address_must_be_of_this_machine
                       : is(boost::system::errc::permission_denied)     ? Error::port_must_be_permitted
                                                                        : Error::listening_must_be_possible;
    return {.error = kind, .detail = "can't listen on " + where + ": " + error.message()};
}

}  // namespace

class Server::Impl : public SessionHost, public std::enable_shared_from_this<Server::Impl> {
public:
    Impl(asio::io_context& io, ServerConfig from, Handler to)
        : SessionHost{std::move(from), std::move(to)},
          io_{io},
          strand_{asio::make_strand(io)},
          acceptor_{strand_},
          pause_{strand_},
          grace_{strand_} {}

    Result<std::uint16_t, Failure> start() {
        const std::string host = config.address == "localhost" ? "127.0.0.1" : config.address;
        const std::string where = config.address + ":" + std::to_string(config.port);
        if (!is_loopback(config.address)) {
            return fail(
                Failure{.error = Error::listen_address_must_be_loopback,
                        .detail = "this server speaks plain HTTP, and " + where + " is not a loopback address"});
        }
        const tcp::endpoint endpoint{asio::ip::make_address(host), config.port};
        try {
            acceptor_.open(endpoint.protocol());
            acceptor_.set_option(tcp::acceptor::reuse_address{true});
            acceptor_.bind(endpoint);
            acceptor_.listen();
            const std::uint16_t port = acceptor_.local_endpoint().port();
            asio::dispatch(strand_, [self = shared_from_this()] { self->accept(); });
            return port;
        } catch (const boost::system::system_error& error) {
            error_code ignored;
            acceptor_.close(ignored);
            return fail(failure_of(error.code(), where));
        }
    }

    void stop(std::chrono::milliseconds grace, std::function<void()> done) {
        stopping = true;
        asio::post(strand_, [self = shared_from_this(), grace, done = std::move(done)]() mutable {
            self->done_ = std::move(done);
            self->stop_accepting();
            for (const std::shared_ptr<Session>& session : self->sessions()) session->finish();
            self->grace_.expires_after(grace);
            self->grace_.async_wait([self](error_code error) {
                if (error) return;
                for (const std::shared_ptr<Session>& session : self->sessions()) session->abort();
            });
            self->report_when_empty();
        });
    }

    void abandon() {
        stopping = true;
        asio::post(strand_, [self = shared_from_this()] {
            self->stop_accepting();
            self->grace_.cancel();
        });
        for (const std::shared_ptr<Session>& session : sessions()) session->abort();
        const std::lock_guard lock{mutex_};
        crowd_.clear();
    }

    void forget(const std::shared_ptr<Session>& session) override {
        {
            const std::lock_guard lock{mutex_};
            crowd_.leave(session);
        }
        if (stopping) asio::post(strand_, [self = shared_from_this()] { self->report_when_empty(); });
    }

    void stands(const std::shared_ptr<Session>& session, Standing standing) override {
        const std::lock_guard lock{mutex_};
        crowd_.move(session, standing, std::chrono::steady_clock::now());
    }

    std::size_t connections() const {
        const std::lock_guard lock{mutex_};
        return crowd_.size();
    }

private:
    std::vector<std::shared_ptr<Session>> sessions() const {
        const std::lock_guard lock{mutex_};
        return crowd_.all();
    }

    void accept() {
        if (stopping) return;
        acceptor_.async_accept(asio::make_strand(io_.get_executor()),
                               [self = shared_from_this()](error_code error, StrandSocket socket) {
                                   if (self->stopping) return;
                                   if (error) return self->accept_later();
                                   self->accepted(std::move(socket));
                                   self->accept();
                               });
    }

    void accept_later() {
        pause_.expires_after(accept_pause);
        pause_.async_wait([self = shared_from_this()](error_code error) {
            if (!error) self->accept();
        });
    }

    void accepted(StrandSocket socket) {
        if (connections() >= config.limits.connections && !make_room()) return turn_away(socket);
        auto session = std::make_shared<Session>(std::move(socket), shared_from_this());
        {
            const std::lock_guard lock{mutex_};
            crowd_.enter(session);
        }
        session->start();
    }

    [[nodiscard]] bool make_room() {
        std::shared_ptr<Session> one;
        {
            const std::lock_guard lock{mutex_};
            one = crowd_.take_one_to_go(std::chrono::steady_clock::now());
        }
        if (one) one->make_room();
        return one != nullptr;
    }

    void stop_accepting() {
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }

    void report_when_empty() {
        if (!done_ || connections() > 0) return;
        grace_.cancel();
        const std::function<void()> done = std::exchange(done_, nullptr);
        done();
    }

    asio::io_context& io_;
    Strand strand_;
    asio::basic_socket_acceptor<tcp, Strand> acceptor_;
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Strand> pause_;
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Strand> grace_;
    std::function<void()> done_;
    mutable std::mutex mutex_;
    Crowd<Session> crowd_;
};

Server::Server(asio::io_context& io, ServerConfig config, Handler handler)
    : impl_{std::make_shared<Impl>(io, std::move(config), std::move(handler))} {}

Server::~Server() {
    impl_->abandon();
}

Result<std::uint16_t, Failure> Server::start() {
    return impl_->start();
}

void Server::stop(std::chrono::milliseconds grace, std::function<void()> done) {
    impl_->stop(grace, std::move(done));
}

std::size_t Server::connections() const {
    return impl_->connections();
}

}  // namespace datadeed::http
