#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/types.h"
#include "node/replica/limits.h"

// What the others' clocks say, as far as this node can know it: a block that is proposed for the first time bears its
// proposer's time. Kept as a difference to the monotonic clock, so that it stays comparable while the chain is idle and
// when this machine's clock is set right. A proposal that comes late, or of a clock that is behind, tells too early a
// time: the latest counts. One thread.

namespace datadeed::replica {

class ProposerClock {
public:
    // A fresh proposal of another node, with its block's time, at `wall` and `now_ms` of this node's clocks. A time
    // that no voter would accept is no evidence.
    void heard(TimeMs block, TimeMs wall, std::uint64_t now_ms) {
        if (block.value > wall.value + block_ahead_max_ms || block.value < now_ms) return;
        ahead_of_monotonic_ = std::max(ahead_of_monotonic_.value_or(0), block.value - now_ms);
    }

    [[nodiscard]] std::optional<TimeMs> now(std::uint64_t now_ms) const {
        if (!ahead_of_monotonic_) return std::nullopt;
        return TimeMs{*ahead_of_monotonic_ + now_ms};
    }

private:
    std::optional<std::uint64_t> ahead_of_monotonic_;
};

}  // namespace datadeed::replica
