#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/problem.h"

namespace datadeed::bench {

// What a peer, a stranger or a client does that means a network ill, or doesn't care. It runs until its time is up, as
// fast as it can or as its rate says, and begins again whatever it is answered.
struct FloodPlan {
    std::string dir{};         // of a network that `datadeed dev up` started
    std::string attack{};      // one of attack_names()
    std::string as{"node-3"};  // the validator whose keys a mad peer has; that node must be down
    std::uint64_t rate{0};     // transactions a second of a client; 0: as many as go
    std::chrono::seconds duration{10};
};

// How often it did what, such as "connections" and "refused".
using FloodReport = std::map<std::string, std::uint64_t>;

[[nodiscard]] std::vector<std::string_view> attack_names();
[[nodiscard]] client::Outcome<FloodReport> run_flood(const FloodPlan& plan);

// The three kinds, each for its own attacks.
[[nodiscard]] client::Outcome<FloodReport> flood_as_peer(const FloodPlan& plan);
[[nodiscard]] client::Outcome<FloodReport> flood_as_stranger(const FloodPlan& plan);
[[nodiscard]] client::Outcome<FloodReport> flood_as_client(const FloodPlan& plan);

}  // namespace datadeed::bench
