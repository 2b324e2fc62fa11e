#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/torture/proxy.h"

// datadeed-proxy: leads the links of a network, of which standard input has one a line ("FROM TO TARGET", nodes counted
// from 0, the port of the node). Its first lines say where to connect instead ("route FROM TO PORT"). As many faults as
// it is told come one after the other, a line of output each; then it says "healed" and goes on leading bytes until it
// is ended.
//
// usage: datadeed-proxy NODES FAULTS SEED

namespace datadeed::torture {
namespace {

using std::chrono::milliseconds;

class Faults {
public:
    Faults(Proxy& proxy, std::size_t nodes, std::uint64_t seed) : proxy_{&proxy}, nodes_{nodes}, random_{seed} {}

    void one(std::uint64_t number) {
        const std::string what = begin();
        std::printf("%llu %s\n", static_cast<unsigned long long>(number), what.c_str());
        std::fflush(stdout);
        run_for(milliseconds{100 + random_.below(random_.below(8) == 0 ? 5000 : 1200)});
        proxy_->clear_weather();
        run_for(milliseconds{random_.below(800)});
    }

    void run_for(milliseconds time) {
        const auto until = Clock::now() + time;
        while (Clock::now() < until) proxy_->turn();
    }

private:
    // Of one link, or of all of one node's, as often.
    std::string begin() {
        const std::size_t one = random_.below(nodes_);
        const std::size_t other = (one + 1 + random_.below(nodes_ - 1)) % nodes_;
        const bool whole_node = random_.below(2) == 0;
        const auto [name, change] = draw();
        for (std::size_t peer = 0; peer < nodes_; ++peer) {
            if (peer != one && (whole_node || peer == other)) change(*this, one, peer);
        }
        return std::string{name} + " of node " + std::to_string(one) +
               (whole_node ? " and all" : " and node " + std::to_string(other));
    }

    using Change = void (*)(Faults&, std::size_t, std::size_t);
    struct Kind {
        const char* name;
        Change change;
    };

    Kind draw() {
        static constexpr Kind kinds[] = {
            {"delay",
             [](Faults& self, std::size_t one, std::size_t other) {
                 self.proxy_->weather(one, other).delay = milliseconds{self.random_.below(400)};
                 self.proxy_->weather(other, one).delay = milliseconds{self.random_.below(400)};
             }},
            {"cut there",
             [](Faults& self, std::size_t one, std::size_t other) { self.proxy_->weather(one, other).blocked = true; }},
            {"cut back",
             [](Faults& self, std::size_t one, std::size_t other) { self.proxy_->weather(other, one).blocked = true; }},
            {"cut both",
             [](Faults& self, std::size_t one, std::size_t other) {
                 self.proxy_->weather(one, other).blocked = true;
                 self.proxy_->weather(other, one).blocked = true;
             }},
            {"reset", [](Faults& self, std::size_t one, std::size_t other) { self.proxy_->reset(one, other); }},
            {"throttle",
             [](Faults& self, std::size_t one, std::size_t other) {
                 self.proxy_->weather(one, other).bytes_per_second = 500 + self.random_.below(20'000);
                 self.proxy_->weather(other, one).bytes_per_second = 500 + self.random_.below(20'000);
             }},
            {"garbage",
             [](Faults& self, std::size_t one, std::size_t other) { self.proxy_->spoil(one, other, self.random_); }},
        };
        return kinds[random_.below(std::size(kinds))];
    }

    Proxy* proxy_;
    std::size_t nodes_;
    Random random_;
};

int run(std::size_t nodes, std::uint64_t faults, std::uint64_t seed) {
    std::vector<Route> routes;
    Route route;
    while (std::cin >> route.from >> route.to >> route.target) routes.push_back(route);
    Proxy proxy{routes, nodes};
    for (const Route& way : proxy.routes()) std::printf("route %zu %zu %u\n", way.from, way.to, unsigned{way.port});
    std::puts("routes done");
    std::fflush(stdout);
    Faults all{proxy, nodes, seed};
    all.run_for(milliseconds{3000});  // the nodes find each other first
    for (std::uint64_t number = 1; number <= faults; ++number) all.one(number);
    std::puts("healed");
    std::fflush(stdout);
    for (;;) proxy.turn();
}

}  // namespace
}  // namespace datadeed::torture

int main(int count, char** words) {
    if (count != 4) {
        std::fputs("usage: datadeed-proxy NODES FAULTS SEED <ROUTES\n", stderr);
        return 2;
    }
    try {
        return datadeed::torture::run(std::stoul(words[1]), std::stoull(words[2]), std::stoull(words[3]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "proxy: %s\n", error.what());
        return 1;
    }
}
