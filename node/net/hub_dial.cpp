#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>

#include "node/net/hub.h"

// The half of Hub that makes connections: listening, accepting, dialling and trying again.

namespace datadeed::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// How long to wait after accepting failed, most likely for want of file descriptors.
constexpr std::chrono::milliseconds accept_pause{100};

std::string address_of(const std::string& host, std::uint16_t port) {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string address_of(const StrandSocket& socket) {
    error_code error;
    const tcp::endpoint endpoint = socket.remote_endpoint(error);
    return error ? "" : address_of(endpoint.address().to_string(), endpoint.port());
}

// Whoever has an IPv6 address has a network of 2^64 of them.
std::string origin_of(const StrandSocket& socket) {
    error_code error;
    const asio::ip::address address = socket.remote_endpoint(error).address();
    if (error) return "";
    if (address.is_v4()) return address.to_string();
    asio::ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
    asio::ip::address_v6::bytes_type bytes = v6.to_bytes();
    std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), std::uint8_t{0});
    return asio::ip::address_v6{bytes}.to_string();
}

Failure listen_failure(const error_code& error, const std::string& where) {
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

Result<std::uint16_t, Failure> Hub::start() {
    if (!tls_) return fail(tls_.error());
    const std::string where = address_of(config_.listen_host, config_.listen_port);
    try {
        const auto found = resolver_.resolve(config_.listen_host, std::to_string(config_.listen_port),
                                             tcp::resolver::numeric_service | tcp::resolver::passive);
        const tcp::endpoint endpoint = found.begin()->endpoint();
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address{true});
        acceptor_.bind(endpoint);
        acceptor_.listen();
    } catch (const boost::system::system_error& error) {
        error_code ignored;
        acceptor_.close(ignored);
        return fail(listen_failure(error.code(), where));
    }
    const std::uint16_t port = acceptor_.local_endpoint().port();
    asio::post(strand_, [self = shared_from_this()] {
        if (self->stopped_) return;
        self->instance_ = self->config_.random();
        self->accept();
        self->dial_all();
    });
    return port;
}

void Hub::dial_all() {
    for (const Peer& peer : config_.welcome.peers) {
        Node& node = node_of(peer.name);
        node.dial = peer;
        if (!node.link) dial_later(peer.name, node);
    }
}

void Hub::accept() {
    if (stopped_) return;
    acceptor_.async_accept(strand_, [self = shared_from_this()](error_code error, StrandSocket socket) {
        if (self->stopped_) return;
        if (error) return self->accept_later();
        self->accepted(std::move(socket));
        self->accept();
    });
}

void Hub::accept_later() {
    accept_pause_.expires_after(accept_pause);
    accept_pause_.async_wait([self = shared_from_this()](error_code error) {
        if (!error) self->accept();
    });
}

void Hub::accepted(StrandSocket socket) {
    const std::string address = address_of(socket);
    const std::string origin = origin_of(socket);
    make_room(origin);
    const auto link = std::make_shared<Link>(std::move(socket), *tls_, shared_from_this(), std::nullopt, address);
    greeting_.push_back({.link = link, .origin = origin});
    link->start();
}

// Strangers who connect and say nothing must not keep others out. An honest handshake takes milliseconds, so the oldest
// one is the least likely to be that; and of all addresses, the one with the most is.
void Hub::make_room(const std::string& origin) {
    const auto from = [this](const std::string& one) {
        return static_cast<std::size_t>(std::ranges::count(greeting_, one, &Greeting::origin));
    };
    std::string whose;
    if (from(origin) >= config_.limits.handshakes_per_address) {
        whose = origin;
    } else if (greeting_.size() >= config_.limits.handshakes) {
        whose = most_frequent_origin();
    } else {
        return;
    }
    const auto is_silent = [&whose](const Greeting& one) { return one.origin == whose && !one.link->is_authentic(); };
    auto oldest = std::ranges::find_if(greeting_, is_silent);
    if (oldest == greeting_.end()) oldest = std::ranges::find(greeting_, whose, &Greeting::origin);
    const std::shared_ptr<Link> link = oldest->link;
    greeting_.erase(oldest);
    turn_away(link, Error::handshakes_must_be_few);
}

std::string Hub::most_frequent_origin() const {
    std::map<std::string, std::size_t> counts;
    for (const Greeting& greeting : greeting_) ++counts[greeting.origin];
    return std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })->first;
}

void Hub::dial_later(const std::string& name, Node& node) {
    if (stopped_ || !node.dial) return;
    // The node with the lower key goes first; the other one leaves it some time, so that they rarely both dial.
    const bool goes_first = own_key_ < node.dial->key;
    std::chrono::milliseconds delay = node.backoff.next(config_.random());
    if (!goes_first) delay += config_.limits.patience;
    const auto shunned = std::chrono::ceil<std::chrono::milliseconds>(node.shunned_until - Clock::now());
    delay = std::max(delay, shunned);
    node.timer.expires_after(delay);
    node.timer.async_wait([self = shared_from_this(), name](error_code error) {
        if (!error) self->dial(name);
    });
}

void Hub::dial(const std::string& name) {
    const auto found = nodes_.find(name);
    if (stopped_ || found == nodes_.end()) return;
    Node& node = found->second;
    if (!node.dial || node.link || node.dialling) return;
    node.dialling = true;
    resolver_.async_resolve(
        node.dial->host, std::to_string(node.dial->port), tcp::resolver::numeric_service,
        [self = shared_from_this(), name](error_code error, const tcp::resolver::results_type& results) {
            if (self->stopped_) return;
            if (error)
                return self->dial_failed(name, {.error = Error::host_must_be_known, .detail = error.message()}, {});
            self->connect(name, results);
        });
}

void Hub::connect(const std::string& name, const tcp::resolver::results_type& found) {
    const auto socket = std::make_shared<StrandSocket>(strand_);
    // Connecting may take minutes when packets vanish; the peer has as long for it as for a handshake.
    const auto deadline = std::make_shared<StrandTimer>(strand_, config_.limits.handshake_time);
    connecting_.insert(socket);
    deadline->async_wait([socket](error_code error) {
        error_code ignored;
        if (!error) socket->close(ignored);
    });
    asio::async_connect(
        *socket, found, [self = shared_from_this(), name, socket, deadline](error_code error, const tcp::endpoint&) {
            deadline->cancel();
            self->connecting_.erase(socket);
            if (self->stopped_) return;
            if (error || !socket->is_open()) {
                const bool late = !error || error == asio::error::operation_aborted;
                const std::string detail = late ? "no answer in time" : error.message();
                const Failure why{.error = Error::peer_must_accept_connections, .detail = detail};
                return self->dial_failed(name, why, std::nullopt);
            }
            Node& node = self->node_of(name);
            if (!node.dial || node.link) {
                node.dialling = false;
                return;
            }
            const std::string address = address_of(node.dial->host, node.dial->port);
            node.dialled = std::make_shared<Link>(std::move(*socket), *self->tls_, self, node.dial, address);
            node.dialled->start();
        });
}

void Hub::dial_failed(const std::string& name, const Failure& why, const std::optional<crypto::PublicKey>& key) {
    Node& node = node_of(name);
    node.dialling = false;
    node.dialled.reset();
    // A peer that is down for an hour is worth one line, not one a try.
    if (node.dial && node.last_failure != why.error) {
        log({.warning = true,
             .error = why.error,
             .peer = name,
             .address = address_of(node.dial->host, node.dial->port),
             .key = key,
             .text = why.detail + "; " + std::string{describe(why.error)}});
    }
    node.last_failure = why.error;
    if (!node.link) dial_later(name, node);
}

}  // namespace datadeed::net
