#include "cli/dev/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace datadeed::cli {
namespace {

using client::Outcome;
using client::Problem;

constexpr std::uint16_t first_default = 8440;
constexpr std::uint16_t search_first = 10'000;
constexpr unsigned search_step = 100;
constexpr unsigned search_blocks = 220;  // up to 32,000, where outgoing connections begin

// A socket that listens on the port, or errno as a negative number.
int hold(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    const int on = 1;
    (void)::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool held =
        ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 1) == 0;
    if (held) return fd;
    const int error = errno;
    ::close(fd);
    return -error;
}

Problem not_free(std::uint16_t port, int error) {
    const bool taken = error == EADDRINUSE;
    return {.code = taken ? "dev.port_in_use" : "dev.port_not_allowed",
            .title = "port " + std::to_string(port) + (taken ? " is in use" : " can't be listened on"),
            .detail = taken ? "another program listens on 127.0.0.1:" + std::to_string(port)
                            : std::generic_category().message(error),
            .hint = {"leave --base-port out: free ports are looked for", "ss -ltnp shows who listens where"},
            .status = taken ? 409U : 403U};
}

}  // namespace

Outcome<PortBlock> PortBlock::at(std::uint16_t first, std::size_t count) {
    if (first == 0 || first + count > 65536) {
        return fail(Problem{
            .code = "dev.ports_out_of_range",
            .title = "--base-port " + std::to_string(first) + " leaves no room for " + std::to_string(count) + " ports",
            .detail = "ports go from 1 to 65535",
            .hint = {"--base-port 8440"},
            .status = 400});
    }
    PortBlock block{first};
    for (std::size_t i = 0; i < count; ++i) {
        const auto port = static_cast<std::uint16_t>(first + i);
        const int fd = hold(port);
        if (fd < 0) return fail(not_free(port, -fd));
        block.sockets_.push_back(fd);
    }
    return block;
}

Outcome<PortBlock> PortBlock::anywhere(std::size_t count) {
    Outcome<PortBlock> block = at(first_default, count);
    // Networks that start at one moment begin their search at different places.
    const auto begin = static_cast<unsigned>(::getpid());
    for (unsigned i = 0; !block && i < search_blocks; ++i) {
        block = at(static_cast<std::uint16_t>(search_first + (begin + i) % search_blocks * search_step), count);
    }
    return block;
}

PortBlock::PortBlock(PortBlock&& other) noexcept : first_{other.first_}, sockets_{std::exchange(other.sockets_, {})} {}

PortBlock& PortBlock::operator=(PortBlock&& other) noexcept {
    if (this != &other) {
        release();
        first_ = other.first_;
        sockets_ = std::exchange(other.sockets_, {});
    }
    return *this;
}

PortBlock::~PortBlock() {
    release();
}

void PortBlock::release() {
    for (const int fd : sockets_) ::close(fd);
    sockets_.clear();
}

}  // namespace datadeed::cli
