#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/trace.h"
#include "tests/sim/world.h"

// More liars than the protocol bears (B27): of four validators two collude, each with a replica for either of the
// honest ones, which don't hear each other at first. Both halves have a quorum, so the chain forks; nothing can prevent
// that. What must hold is that it comes out: the honest ones stop as soon as they hear of each other's blocks, and
// convict the colluders, and nobody else.

namespace datadeed::sim {

// Two honest validators and two colluders with two replicas each.
inline constexpr std::size_t collusion_instances = 6;

struct CollusionOutcome {
    std::optional<std::string> violation{};
    std::uint64_t blocks{};  // of both forks, above the last that they share
    std::uint64_t accused{};
};

// Who colludes, when clients hand in, how far either half comes and who hears whom afterwards follow from the seed. The
// world must be one of four validators and six owners. `trace` gets each event, if given.
[[nodiscard]] CollusionOutcome run_collusion(const World& world, std::uint64_t seed, const Trace& trace);

}  // namespace datadeed::sim
