#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

#include "node/limits.h"

namespace datadeed::node {

// How one peer has behaved lately. Any thread.
class Conduct {
public:
    // Takes note of `bad` bad messages at `now_ms`, monotonic. Whether bad_messages_max of them came within
    // bad_messages_ms; then the count begins anew.
    [[nodiscard]] bool is_too_bad(std::size_t bad, std::uint64_t now_ms) {
        const std::lock_guard lock{mutex_};
        // Of two threads the one that looked at its clock first may come second.
        now_ms = std::max(now_ms, times_.empty() ? now_ms : times_.back());
        while (!times_.empty() && now_ms - times_.front() >= bad_messages_ms) times_.pop_front();
        for (; bad > 0 && times_.size() < bad_messages_max; --bad) times_.push_back(now_ms);
        if (times_.size() < bad_messages_max) return false;
        times_.clear();
        return true;
    }

private:
    std::mutex mutex_;
    std::deque<std::uint64_t> times_;  // of the bad ones, at most bad_messages_max
};

}  // namespace datadeed::node
