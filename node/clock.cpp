#include "node/clock.h"

#include <chrono>
#include <ctime>

namespace datadeed::node {
namespace {

template <class Clock>
std::uint64_t milliseconds_of() {
    const auto since = Clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

}  // namespace

TimeMs wall_now() {
    return TimeMs{milliseconds_of<std::chrono::system_clock>()};
}

replica::MonotonicMs monotonic_now() {
    return replica::MonotonicMs{milliseconds_of<std::chrono::steady_clock>()};
}

std::chrono::microseconds thread_time() {
    timespec time{};
    static_cast<void>(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time));
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::seconds{time.tv_sec} +
                                                                 std::chrono::nanoseconds{time.tv_nsec});
}

}  // namespace datadeed::node
