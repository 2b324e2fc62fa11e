#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace datadeed::net {

// How long to wait before the next try: doubling from `min` to `max`, of which half is left to chance, so that nodes
// that lost one another together don't come back together. Pure; not for several threads.
class Backoff {
public:
    Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max) : min_{min}, max_{max}, now_{min} {}

    // Between half and the whole of the present delay; `random` is any number.
    [[nodiscard]] std::chrono::milliseconds next(std::uint64_t random) {
        const auto whole = static_cast<std::uint64_t>(now_.count());
        now_ = std::min(max_, now_ * 2);
        const std::uint64_t half = whole / 2;
        return std::chrono::milliseconds{whole - half + random % (half + 1)};
    }

    void reset() { now_ = min_; }

private:
    std::chrono::milliseconds min_;
    std::chrono::milliseconds max_;
    std::chrono::milliseconds now_;
};

}  // namespace datadeed::net
