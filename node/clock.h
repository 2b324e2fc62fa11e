#pragma once

#include <chrono>

#include "base/types.h"
#include "node/replica/events.h"

// The two clocks of the machine. Any thread.

namespace datadeed::node {

// The wall clock; it may jump.
[[nodiscard]] TimeMs wall_now();
// Never goes back; means nothing to another process.
[[nodiscard]] replica::MonotonicMs monotonic_now();

// How long this thread has run, not counting when it waited for a processor.
[[nodiscard]] std::chrono::microseconds thread_time();

}  // namespace datadeed::node
