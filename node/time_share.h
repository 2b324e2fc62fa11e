#pragma once

#include <algorithm>
#include <chrono>

namespace datadeed::node {

// A part of one thread's time, which whoever has it may spend at any rate until what was saved up is gone. It's a part,
// not a number of messages: what a machine can do, and what honest nodes ask of it, grow alike. Pure; not for several
// threads.
class TimeShare {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Span = std::chrono::microseconds;

    // One part of `parts`; what isn't used within `saved_max` is gone.
    TimeShare(unsigned parts, Span saved_max) : parts_{parts}, saved_max_{saved_max} {}

    // From `now` on, which never goes back, so much time was spent.
    void spend(Span spent, Time now) { free_at_ = std::max(free_at_, now - saved_max_) + spent * parts_; }
    // From when on more may be spent.
    [[nodiscard]] Time free_at() const { return free_at_; }

private:
    unsigned parts_;
    Span saved_max_;
    Time free_at_{};
};

}  // namespace datadeed::node
