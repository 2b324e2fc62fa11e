#include "consensus/pace.h"

#include <algorithm>

#include "consensus/limits.h"

namespace datadeed::consensus {

namespace {

// The value that `rank` of the values don't exceed, counted from 1. `values` must hold so many.
std::uint64_t at_rank(std::vector<std::uint64_t> values, std::size_t rank) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

std::uint64_t median_of(const std::vector<std::uint64_t>& values) {
    return at_rank(values, (values.size() + 1) / 2);
}

std::uint64_t percentile_99_of(const std::vector<std::uint64_t>& values) {
    return at_rank(values, (values.size() * 99 + 99) / 100);
}

// pace_factor times `measured_ms`, within [`min_ms`, `max_ms`]. Can't overflow.
std::uint64_t scaled_within(std::uint64_t measured_ms, std::uint64_t min_ms, std::uint64_t max_ms) {
    if (measured_ms >= max_ms / pace_factor) return max_ms;
    return std::max(min_ms, pace_factor * measured_ms);
}

}  // namespace

void RoundTimes::add(std::uint64_t took_ms) {
    if (took_ms_.size() < rounds_measured_max) {
        took_ms_.push_back(took_ms);
    } else {
        took_ms_[next_] = took_ms;
        next_ = (next_ + 1) % rounds_measured_max;
    }
    p99_ms_ = percentile_99_of(took_ms_);
}

std::uint64_t first_timeout_ms(const Timing& timing, const RoundTimes& rounds) {
    const std::uint64_t max_ms = std::clamp(timing.timeout_first_max_ms, timing.timeout_min_ms, timing.timeout_max_ms);
    return scaled_within(rounds.p99_ms(), timing.timeout_min_ms, max_ms);
}

void Turnarounds::add(std::uint64_t turnaround_ms, std::uint64_t agreement_ms, const Timing& timing) {
    turnarounds_ms_.push_back(turnaround_ms);
    agreements_ms_.push_back(agreement_ms);
    if (turnarounds_ms_.size() < turnaround_rounds) return;
    const std::uint64_t allowed_ms =
        scaled_within(median_of(agreements_ms_), timing.turnaround_min_ms, timing.timeout_max_ms);
    slow_windows_ = median_of(turnarounds_ms_) > allowed_ms ? slow_windows_ + 1 : 0;
    turnarounds_ms_.clear();
    agreements_ms_.clear();
}

bool Turnarounds::too_slow() const {
    return slow_windows_ >= turnaround_windows;
}

}  // namespace datadeed::consensus
