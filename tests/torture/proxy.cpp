#include "tests/torture/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace datadeed::torture {
namespace {

constexpr int turn_ms = 2;
constexpr std::size_t waiting_max = std::size_t{1} << 20U;  // then the sender waits, as with any full pipe

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int open_socket() {
    const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (file < 0) throw std::system_error{errno, std::generic_category(), "socket"};
    const int on = 1;
    (void)::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    (void)::setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return file;
}

// A socket that listens on any free port, which is written to `port`.
int listen_anywhere(std::uint16_t& port) {
    const int file = open_socket();
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(file, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(file, 64) != 0 ||
        ::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::system_error{errno, std::generic_category(), "can't listen"};
    }
    port = ntohs(address.sin_port);
    return file;
}

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOTCONN || errno == EINPROGRESS;
}

// A close without lingering is a reset.
void close_hard(int file) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    (void)::setsockopt(file, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(file);
}

}  // namespace

Proxy::Proxy(std::vector<Route> routes, std::size_t nodes)
    : routes_{std::move(routes)}, nodes_{nodes}, weather_(nodes * nodes) {
    for (Route& route : routes_) listeners_.push_back(listen_anywhere(route.port));
}

Proxy::~Proxy() {
    for (const int file : listeners_) ::close(file);
    for (Connection& connection : connections_) connection.broken = true;
    sweep();
}

void Proxy::clear_weather() {
    std::ranges::fill(weather_, Weather{});
}

void Proxy::accept_on(std::size_t route) {
    const int file = ::accept4(listeners_[route], nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (file < 0) return;
    const Route& way = routes_[route];
    const int other = open_socket();
    const sockaddr_in address = loopback(way.target);
    Connection connection{
        .there = {.in = file, .out = other, .from = way.from, .to = way.to, .chunks = {}, .thinned = Clock::now()},
        .back = {.in = other, .out = file, .from = way.to, .to = way.from, .chunks = {}, .thinned = Clock::now()}};
    connection.broken =
        ::connect(other, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS;
    connections_.push_back(std::move(connection));
}

void Proxy::read_into(Pipe& pipe, Connection& connection) {
    const Weather& now = weather(pipe.from, pipe.to);
    if (now.blocked || pipe.ended || pipe.waiting > waiting_max) return;
    std::array<char, 65536> buffer{};
    const ssize_t count = ::recv(pipe.in, buffer.data(), buffer.size(), 0);
    if (count > 0) {
        const auto size = static_cast<std::size_t>(count);
        pipe.chunks.push_back({.due = Clock::now() + now.delay, .bytes = std::string{buffer.data(), size}});
        pipe.waiting += size;
    } else if (count == 0) {
        pipe.ended = true;
    } else if (!would_block()) {
        connection.broken = true;
    }
}

std::size_t Proxy::allowance(Pipe& pipe) {
    const std::size_t rate = weather(pipe.from, pipe.to).bytes_per_second;
    const auto now = Clock::now();
    if (rate == 0) return waiting_max;
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - pipe.thinned).count();
    if (passed < 10) return 0;
    pipe.thinned = now;
    return rate * static_cast<std::size_t>(std::min<long>(passed, 100)) / 1000;
}

void Proxy::write_from(Pipe& pipe, Connection& connection) {
    if (weather(pipe.from, pipe.to).blocked) return;
    std::size_t left = pipe.chunks.empty() ? 0 : allowance(pipe);
    while (left > 0 && !pipe.chunks.empty() && pipe.chunks.front().due <= Clock::now()) {
        std::string& bytes = pipe.chunks.front().bytes;
        const ssize_t count = ::send(pipe.out, bytes.data(), std::min(left, bytes.size()), MSG_NOSIGNAL);
        if (count < 0) {
            if (!would_block()) connection.broken = true;
            return;
        }
        const auto size = static_cast<std::size_t>(count);
        left -= size;
        pipe.waiting -= size;
        bytes.erase(0, size);
        if (!bytes.empty()) return;
        pipe.chunks.pop_front();
    }
    if (pipe.ended && pipe.chunks.empty()) connection.broken = true;
}

void Proxy::turn() {
    std::vector<pollfd> files;
    for (const int file : listeners_) files.push_back({.fd = file, .events = POLLIN, .revents = 0});
    for (const Connection& connection : connections_) {
        for (const Pipe* pipe : {&connection.there, &connection.back}) {
            const bool reads = !weather(pipe->from, pipe->to).blocked && !pipe->ended && pipe->waiting <= waiting_max;
            if (reads) files.push_back({.fd = pipe->in, .events = POLLIN, .revents = 0});
        }
    }
    (void)::poll(files.data(), files.size(), turn_ms);
    for (std::size_t route = 0; route < listeners_.size(); ++route) {
        if ((files[route].revents & POLLIN) != 0) accept_on(route);
    }
    for (Connection& connection : connections_) {
        for (Pipe* pipe : {&connection.there, &connection.back}) {
            read_into(*pipe, connection);
            write_from(*pipe, connection);
        }
    }
    sweep();
}

void Proxy::sweep() {
    std::erase_if(connections_, [](const Connection& connection) {
        if (!connection.broken) return false;
        close_hard(connection.there.in);
        close_hard(connection.there.out);
        return true;
    });
}

void Proxy::reset(std::size_t one, std::size_t other) {
    for (Connection& connection : connections_) {
        const Pipe& pipe = connection.there;
        const bool between = (pipe.from == one && pipe.to == other) || (pipe.from == other && pipe.to == one);
        connection.broken = connection.broken || between;
    }
    sweep();
}

void Proxy::spoil(std::size_t from, std::size_t to, Random& random) {
    for (Connection& connection : connections_) {
        for (Pipe* pipe : {&connection.there, &connection.back}) {
            if (pipe->from != from || pipe->to != to) continue;
            std::string bytes(1 + random.below(2000), '\0');
            for (char& byte : bytes) byte = static_cast<char>(random.below(256));
            pipe->waiting += bytes.size();
            pipe->chunks.push_back({.due = Clock::now(), .bytes = std::move(bytes)});
        }
    }
}

}  // namespace datadeed::torture
