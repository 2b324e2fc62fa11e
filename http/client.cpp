#include "http/client.h"

#include <boost/asio/io_context.hpp>

#include "base/assert.h"

namespace datadeed::http {

// The asynchronous connection, and a loop that runs while a call is under way.
class Connection::Impl {
public:
    Impl(std::string host, std::uint16_t port, ClientLimits limits)
        : host_{std::move(host)}, port_{port}, limits_{limits} {
        open();
    }

    Result<Response, Failure> call(const Call& call) {
        // Takes note of a close that came since the last call.
        io_.restart();
        io_.poll();
        const bool reused = connection_->is_open();
        Result<Response, Failure> result = once(call);
        // The server may have closed just when the call went out; a new connection tells.
        if (reused && call.repeatable && !result && result.error().error == Error::connection_must_stay_open) {
            return once(call);
        }
        return result;
    }

    void open() { connection_ = std::make_unique<AsyncConnection>(io_, host_, port_, limits_); }

private:
    Result<Response, Failure> once(const Call& call) {
        std::optional<Result<Response, Failure>> result;
        connection_->call(call, [&result](Result<Response, Failure> outcome) { result = std::move(outcome); });
        io_.restart();
        while (!result) {
            // A call under way always waits for something: a name, a connection, an answer or a timer.
            const std::size_t ran = io_.run_one();
            DATADEED_ASSERT(ran > 0);
        }
        return *std::move(result);
    }

    std::string host_;
    std::uint16_t port_;
    ClientLimits limits_;
    boost::asio::io_context io_{1};
    std::unique_ptr<AsyncConnection> connection_;
};

Connection::Connection(std::string host, std::uint16_t port, ClientLimits limits)
    : impl_{std::make_unique<Impl>(std::move(host), port, limits)} {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Result<Response, Failure> Connection::call(const Call& call) {
    return impl_->call(call);
}

void Connection::close() {
    impl_->open();
}

}  // namespace datadeed::http
