#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tests/torture/random.h"

// Stands between the nodes of a network: every link that one opens to another goes through a port of its own, so that
// bytes can be held up, thinned out, lost for a while, spoiled or cut off one way or both.

namespace datadeed::torture {

using Clock = std::chrono::steady_clock;

// What is wrong at the moment with the bytes from one node to another.
struct Weather {
    bool blocked{false};                // nothing passes; what was sent waits
    std::chrono::milliseconds delay{};  // what passes comes so much later
    std::size_t bytes_per_second{};     // 0: as many as come
};

// Where node `from` reaches node `to`: it connects to `port`, which the proxy chooses, and is led to `target`.
struct Route {
    std::size_t from{};
    std::size_t to{};
    std::uint16_t target{};
    std::uint16_t port{};
};

class Proxy {
public:
    // Listens on a free port for each route. Throws std::system_error when none can be had.
    Proxy(std::vector<Route> routes, std::size_t nodes);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

    // Moves bytes for some milliseconds.
    void turn();

    [[nodiscard]] Weather& weather(std::size_t from, std::size_t to) { return weather_.at(from * nodes_ + to); }
    void clear_weather();
    // Ends every connection between the two at once: both sides get a reset.
    void reset(std::size_t one, std::size_t other);
    // Puts bytes of no meaning into what goes from one to the other.
    void spoil(std::size_t from, std::size_t to, Random& random);

private:
    struct Chunk {
        Clock::time_point due{};
        std::string bytes{};
    };
    // One direction of a connection.
    struct Pipe {
        int in{-1};
        int out{-1};
        std::size_t from{};
        std::size_t to{};
        std::deque<Chunk> chunks{};
        std::size_t waiting{0};
        bool ended{false};  // nothing comes any more
        Clock::time_point thinned{};
    };
    struct Connection {
        Pipe there{};
        Pipe back{};
        bool broken{false};
    };

    void accept_on(std::size_t route);
    void read_into(Pipe& pipe, Connection& connection);
    void write_from(Pipe& pipe, Connection& connection);
    [[nodiscard]] std::size_t allowance(Pipe& pipe);
    void sweep();

    std::vector<Route> routes_;
    std::size_t nodes_;
    std::vector<int> listeners_{};
    std::vector<Weather> weather_;
    std::list<Connection> connections_{};
};

}  // namespace datadeed::torture
