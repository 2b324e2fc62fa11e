#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/sim/plan.h"

// The command line of datadeed-sim.

namespace datadeed::sim {

enum class Show : std::uint8_t { nothing, events, messages, diagram };

struct Options {
    std::optional<std::uint64_t> first{};
    std::optional<std::uint64_t> count{};
    std::uint64_t jobs{std::max(1U, std::thread::hardware_concurrency())};  // threads
    bool twins{false};
    bool collusion{false};
    bool until_violation{false};
    bool shrink{false};
    Show show{Show::nothing};
    // What each plan is changed to.
    std::vector<std::string> without{};
    std::optional<std::uint64_t> submissions{};
    std::optional<std::uint64_t> faulty_ms{};

    // The plan of a seed, as the options want it.
    [[nodiscard]] Plan plan_of(std::uint64_t seed) const;
};

// Nothing when it can't be understood: say usage().
[[nodiscard]] std::optional<Options> parse_options(int count, const char* const* words);
[[nodiscard]] std::string usage();

}  // namespace datadeed::sim
