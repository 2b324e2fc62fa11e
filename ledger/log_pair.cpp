#include "ledger/log_pair.h"

#include "base/assert.h"

namespace datadeed::ledger {

LogPairId make_log_pair(const MemberId& one, const MemberId& other, LogEpoch epoch) {
    return one < other ? LogPairId{.low = one, .high = other, .epoch = epoch}
                       : LogPairId{.low = other, .high = one, .epoch = epoch};
}

std::string_view name(LogState state) {
    switch (state) {
        case LogState::anchored:
            return "ANCHORED";
        case LogState::matched:
            return "MATCHED";
        case LogState::mismatch:
            return "MISMATCH";
        case LogState::unmatched:
            return "UNMATCHED";
        case LogState::expired:
            return "EXPIRED";
    }
    return "";
}

LogState log_state(const LogPairRecord& pair, TimeMs now, const Parameters& parameters) {
    DATADEED_ASSERT(pair.anchors.size() == 1 || pair.anchors.size() == 2);
    const LogAnchorRecord& first = pair.anchors.front();
    if (pair.anchors.size() == 2) {
        const LogAnchorRecord& second = pair.anchors.back();
        return first.root == second.root && first.count == second.count ? LogState::matched : LogState::mismatch;
    }
    const std::uint64_t waited_ms = now > first.time ? now.value - first.time.value : 0;
    if (waited_ms >= parameters.log_expiry_window_ms) return LogState::expired;
    if (waited_ms >= parameters.log_match_window_ms) return LogState::unmatched;
    return LogState::anchored;
}

}  // namespace datadeed::ledger
