#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "consensus/config.h"

// How quick the validators are, by measurement: what the first timeout of a view (T2) and the complaint about a slow
// primary (T7) rest on. Pure, of bounded memory, integers only; times are differences of the host's clock, in ms.
// Nothing of safety looks here, and a wrong measurement moves a timeout within its clamp only.

namespace datadeed::consensus {

// How long the last rounds took, from when the progress timer began to run until the block was decided.
class RoundTimes {
public:
    void add(std::uint64_t took_ms);

    // So many ms or fewer were enough for 99 in 100 of the last rounds_measured_max; 0 before the first.
    [[nodiscard]] std::uint64_t p99_ms() const { return p99_ms_; }

private:
    std::vector<std::uint64_t> took_ms_;  // a ring once it is full
    std::size_t next_{};
    std::uint64_t p99_ms_{};
};

// T0: pace_factor times the 99th percentile, but not below timeout_min_ms nor above timeout_first_max_ms.
[[nodiscard]] std::uint64_t first_timeout_ms(const Timing& timing, const RoundTimes& rounds);

// How long one primary let this backup wait for proposals, beside how long the validators then took to agree on them.
// Both are measured over the same rounds, so that what slows everybody down isn't held against the primary. Medians:
// neither a few bad rounds nor a few good ones decide.
class Turnarounds {
public:
    // `turnaround_ms`: from when work waited and the primary was free to propose, until its proposal came.
    // `agreement_ms`: from there until the block was decided.
    void add(std::uint64_t turnaround_ms, std::uint64_t agreement_ms, const Timing& timing);

    // Whether the last turnaround_windows windows, of turnaround_rounds each, were all too slow.
    [[nodiscard]] bool too_slow() const;

private:
    std::vector<std::uint64_t> turnarounds_ms_;  // of the window that is filling
    std::vector<std::uint64_t> agreements_ms_;
    std::size_t slow_windows_{};  // in a row
};

}  // namespace datadeed::consensus
