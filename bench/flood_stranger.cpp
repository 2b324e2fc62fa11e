#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <thread>

#include <netinet/in.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "bench/flood.h"
#include "client/profile.h"
#include "node/config.h"
#include "node/net/identity.h"

// Somebody without any key who can reach the ports.

namespace datadeed::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t slow_connections = 2'000;
constexpr std::size_t slow_readers = 200;

struct Ports {
    std::vector<std::uint16_t> api{};
    std::vector<std::uint16_t> link{};
};

client::Outcome<Ports> ports_of(const FloodPlan& plan) {
    const auto profile = client::read_profile(plan.dir + "/profiles/operator.toml");
    if (!profile) return fail(profile.error());
    Ports ports;
    for (const client::NodeAddress& node : profile->nodes) {
        const auto endpoint = client::parse_endpoint(node.api);
        if (!endpoint) return fail(endpoint.error());
        ports.api.push_back(endpoint->port);
    }
    const auto config = node::load_config(plan.dir + "/nodes/node-0/node.toml");
    if (!config) {
        return fail(client::Problem{
            .code = "flood.config", .title = config.error().front().message, .detail = {}, .hint = {}, .status = 400});
    }
    for (const node::PeerConfig& peer : config->peers) ports.link.push_back(peer.address.port);
    return ports;
}

// A connection that nobody waits for: it is on its way when the constructor returns.
class Loose {
public:
    explicit Loose(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        static_cast<void>(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    }
    ~Loose() {
        if (socket_ >= 0) ::close(socket_);
    }
    Loose(Loose&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}
    Loose& operator=(Loose&& other) noexcept {
        std::swap(socket_, other.socket_);
        return *this;
    }
    Loose(const Loose&) = delete;
    Loose& operator=(const Loose&) = delete;

    // How much of it went out: nothing while the connection is still on its way, its buffer is full, or it is gone.
    std::size_t send(std::string_view bytes) const {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return sent < 0 ? 0 : static_cast<std::size_t>(sent);
    }
    [[nodiscard]] bool is_closed() const {
        char byte = 0;
        const ssize_t size = ::recv(socket_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
        return size == 0 || (size < 0 && errno != EAGAIN && errno != ENOTCONN);
    }

private:
    int socket_;
};

// As many connections as go, to every port in turn; the last 2,000 stay open.
FloodReport open_and_close(const Ports& ports, Clock::time_point end) {
    std::vector<std::uint16_t> all = ports.api;
    all.insert(all.end(), ports.link.begin(), ports.link.end());
    std::deque<Loose> open;
    std::uint64_t made = 0;
    while (Clock::now() < end) {
        open.emplace_back(all[made++ % all.size()]);
        if (open.size() > slow_connections) {
            open.front().send("x");
            open.pop_front();
        }
    }
    return {{"connections", made}};
}

// Heads that never end, a byte a second each, and readers who ask for much and read nothing; what is closed is opened
// again.
FloodReport be_slow(const Ports& ports, Clock::time_point end) {
    static constexpr std::string_view begun = "GET /v1/genesis HTTP/1.1\r\nHost: localhost\r\nX-A: ";
    std::string many;
    for (int i = 0; i < 2'000; ++i) many += "GET /v1/genesis HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct Slow {
        Loose connection;
        std::string_view unsent;
    };
    std::vector<Slow> slow;
    std::uint64_t made = 0;
    const auto open = [&](std::size_t i) {
        return Slow{Loose{ports.api[made++ % ports.api.size()]}, i < slow_connections ? begun : std::string_view{many}};
    };
    for (std::size_t i = 0; i < slow_connections + slow_readers; ++i) slow.push_back(open(i));
    while (Clock::now() < end) {
        const auto round = Clock::now() + std::chrono::seconds{1};
        for (std::size_t i = 0; i < slow.size(); ++i) {
            if (slow[i].connection.is_closed()) slow[i] = open(i);
            Slow& one = slow[i];
            if (one.unsent.empty() && i < slow_connections) one.unsent = "a";
            one.unsent.remove_prefix(one.connection.send(one.unsent));
        }
        std::this_thread::sleep_until(std::min(round, end));
    }
    return {{"connections", made}};
}

// Whole handshakes with a key that no chain names: what costs a node most before it can say no.
FloodReport shake_hands(const Ports& ports, Clock::time_point end) {
    namespace asio = boost::asio;
    std::atomic<std::uint64_t> tries{0};
    {
        std::vector<std::jthread> threads;
        for (const std::uint16_t port : ports.link) {
            threads.emplace_back([&tries, port, end] {
                auto tls = net::make_tls_context(crypto::SecretKey::generate());
                net::KeyVerdict anyone = [](const crypto::PublicKey&) { return true; };
                while (tls && Clock::now() < end) {
                    asio::io_context io;
                    asio::ssl::stream<asio::ip::tcp::socket> stream{io, *tls};
                    boost::system::error_code error;
                    stream.next_layer().connect({asio::ip::address_v4::loopback(), port}, error);
                    net::set_verdict(stream.native_handle(), &anyone);
                    if (!error) stream.handshake(asio::ssl::stream_base::client, error);
                    std::array<char, 1> byte{};
                    if (!error) stream.read_some(asio::buffer(byte), error);
                    ++tries;
                }
            });
        }
    }
    return {{"handshakes", tries}};
}

}  // namespace

client::Outcome<FloodReport> flood_as_stranger(const FloodPlan& plan) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    const auto ports = ports_of(plan);
    if (!ports) return fail(ports.error());
    const Clock::time_point end = Clock::now() + plan.duration;
    if (plan.attack == "connections") return open_and_close(*ports, end);
    if (plan.attack == "slowloris") return be_slow(*ports, end);
    return shake_hands(*ports, end);
}

}  // namespace datadeed::bench
