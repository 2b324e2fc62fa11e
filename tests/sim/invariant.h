#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>

namespace datadeed::sim {

// What a run must never break. The first word of each name is what a violation is known by, here, in scripts/mutants
// and in docs/testing.md.
enum class Invariant : std::uint8_t {
    agreement,         // I1  one block a height
    certificate,       // I2  a quorum of COMMITs of one view, of distinct validators, over exactly that header
    validity,          // I3  signed transactions that apply, linked headers, rising time, roots as computed elsewhere
    exactly_once,      // I4  no transaction twice
    state,             // I5  equal state at equal heights; indexes are what the blocks give
    vote_uniqueness,   // I6  one vote a slot, across restarts
    left_view,         // I7  no vote in a view that was left
    prepared_carried,  // I8  what may be decided is voted for in every later view
    durable_votes,     // I9  a message that promises something is on the sender's disk when it leaves
    durable_answers,   // I10 so is a block when a client hears of it
    pruned,            // I11 what is pruned is archived, or was skipped by a certified snapshot
    recovered,         // I12 after a restart no view below the one that was promised
    bounds,            // I13 what others send fills no more than its limits
    reads,             // I14 what a node has told it has, it still has after it starts again
    evidence,          // I15 nobody honest is accused
    epoch,             // I16 a node votes on a height in one epoch only
    determinism,       // I18 a seed gives the same run each time
    memory,            // W3  who lost votes and was shown it is silent, nobody else is
    running,           // no honest node stops, fails to start or sends nonsense
    joining,           // T5  nobody stays in a view that f + 1 others have left
    progress,          // L1  healed, all that waits is decided in time
    livelock,          // L3  healed, views don't change without end
    checkpoint,        // L4  healed and at rest, the log of the last block is cosigned
};

// As in "I1 (agreement)".
[[nodiscard]] constexpr std::string_view name(Invariant invariant) {
    constexpr std::string_view names[] = {
        "I1 (agreement)",     "I2 (certificate)",      "I3 (validity)",  "I4 (exactly once)",
        "I5 (state)",         "I6 (one vote)",         "I7 (left view)", "I8 (prepared is carried)",
        "I9 (durable votes)", "I10 (durable answers)", "I11 (pruned)",   "I12 (recovered)",
        "I13 (bounds)",       "I14 (reads)",           "I15 (evidence)", "I16 (epoch)",
        "I18 (determinism)",  "W3 (lost votes)",       "W9 (running)",   "T5 (joining)",
        "L1 (progress)",      "L3 (livelock)",         "L4 (checkpoint)"};
    static_assert(std::size(names) == static_cast<std::size_t>(Invariant::checkpoint) + 1);
    return names[static_cast<std::size_t>(invariant)];
}

}  // namespace datadeed::sim
