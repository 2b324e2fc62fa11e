#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

namespace datadeed::net {

// How often one peer has come lately: a link costs more to make than to keep. Pure; not for several threads.
class Visits {
public:
    using Clock = std::chrono::steady_clock;

    // Takes note of one more at `now`, which never goes back. Whether there were more than `most` within `time`; then
    // the count begins anew.
    [[nodiscard]] bool is_one_too_many(Clock::time_point now, std::size_t most, std::chrono::milliseconds time) {
        while (!times_.empty() && now - times_.front() >= time) times_.pop_front();
        if (times_.size() < most) {
            times_.push_back(now);
            return false;
        }
        times_.clear();
        return true;
    }

private:
    std::deque<Clock::time_point> times_;  // at most `most`
};

}  // namespace datadeed::net
