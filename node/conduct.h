#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "node/limits.h"

namespace datadeed::node {

// How one peer has behaved lately. Pure; not for several threads.
class Conduct {
public:
    // Takes note of `bad` bad messages at `now_ms`, which never goes back. Whether bad_messages_max of them came within
    // bad_messages_ms; then the count begins anew.
    [[nodiscard]] bool is_too_bad(std::size_t bad, std::uint64_t now_ms) {
        while (!times_.empty() && now_ms - times_.front() >= bad_messages_ms) times_.pop_front();
        for (; bad > 0 && times_.size() < bad_messages_max; --bad) times_.push_back(now_ms);
        if (times_.size() < bad_messages_max) return false;
        times_.clear();
        return true;
    }

private:
    std::deque<std::uint64_t> times_;  // of the bad ones, at most bad_messages_max
};

}  // namespace datadeed::node
