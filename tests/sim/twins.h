#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/trace.h"
#include "tests/sim/world.h"

// Twins (Bano et al., OPODIS 2021): a Byzantine validator is two shipped replicas under one key that don't know of each
// other, and the network shows each of them to some peers only. Four validators, one of them with a twin, and for each
// of the first four views every way to split the five into two camps: enumerated, not drawn.

namespace datadeed::sim {

inline constexpr std::size_t twins_views = 4;
inline constexpr std::size_t twins_instances = 5;  // four validators and the twin, which is the last
inline constexpr std::uint64_t twins_scenarios = 4 * 16 * 16 * 16 * 16;

struct TwinsScenario {
    std::size_t twin{};  // which validator has one
    // Of each view, the camp of each instance but the first: bit i is instance i + 1, set if it isn't with the first.
    std::array<std::uint8_t, twins_views> camps{};

    [[nodiscard]] bool together(std::uint64_t view, std::size_t a, std::size_t b) const;
    [[nodiscard]] std::string text() const;
};

// `number` < twins_scenarios. Numbers that follow on each other have nothing in common, so that any run of them is a
// sample of all.
[[nodiscard]] TwinsScenario twins_scenario(std::uint64_t number);

struct TwinsOutcome {
    std::optional<std::string> violation{};
    std::uint64_t blocks{};
    std::uint64_t views{};           // the highest that somebody voted in
    std::uint64_t contradictions{};  // shown by honest validators
    bool convicted{};                // the twins are, on the chain
};

// Runs it: messages of a view pass within a camp; VIEW-CHANGEs everywhere 200 ms after the view was first asked for,
// and everything from the fifth view on or after ten seconds. All must be done then, nothing may ever contradict
// itself, and every contradiction that was shown must be on the chain, of the twins alone. The world must be one of
// four validators and five owners. `trace` gets each event, if given.
[[nodiscard]] TwinsOutcome run_twins(const World& world, const TwinsScenario& scenario, const Trace& trace);

}  // namespace datadeed::sim
