#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace datadeed::node {

// So many bad messages or transactions from one peer within so long: its link is closed. A correct node sends none.
inline constexpr std::size_t bad_messages_max = 16;
inline constexpr std::uint64_t bad_messages_ms = 10'000;

// How one peer has behaved lately. Pure; not for several threads.
class Conduct {
public:
    // Takes note of `bad` bad messages at `now_ms`, which never goes back. Whether that is the limit; then the count
    // begins anew.
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
