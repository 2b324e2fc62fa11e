#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "ledger/parameters.h"
#include "ledger/types.h"

// The query logs of two members over one epoch: each side anchors the RFC 9162 root and the number of its log lines,
// and the chain says whether they agree. Plain values; any thread.

namespace datadeed::ledger {

struct LogAnchorRecord {
    MemberId member{};
    Digest root{};
    std::uint64_t count{};
    Height height{};
    TimeMs time{};
    TxId tx{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member, Limit{member_id_max});
        visit("root", self.root);
        visit("count", self.count);
        visit("height", self.height);
        visit("time_ms", self.time);
        visit("tx", self.tx);
    }
    friend bool operator==(const LogAnchorRecord&, const LogAnchorRecord&) = default;
};

// One anchor or two, in the order in which they came. A pair that nobody anchored has no record.
struct LogPairRecord {
    std::vector<LogAnchorRecord> anchors{};

    static constexpr void fields(auto& self, auto&& visit) { visit("anchors", self.anchors, Limit{2}); }
    friend bool operator==(const LogPairRecord&, const LogPairRecord&) = default;
};

// The pair is unordered: (a, b) and (b, a) are one. `make_log_pair` puts the smaller id first.
struct LogPairId {
    MemberId low{};
    MemberId high{};
    LogEpoch epoch{};

    friend bool operator==(const LogPairId&, const LogPairId&) = default;
};
[[nodiscard]] LogPairId make_log_pair(const MemberId& one, const MemberId& other, LogEpoch epoch);

// What the anchors of a pair amount to. Derived, never stored.
enum class LogState : std::uint8_t {
    anchored = 1,   // one side; the other still has time
    matched = 2,    // both sides, the same root and count: final
    mismatch = 3,   // both sides, and they differ: final
    unmatched = 4,  // one side; log_match_window_ms have passed since, and the other may still anchor late
    expired = 5,    // one side; log_expiry_window_ms have passed since: final
};

// "ANCHORED", "MATCHED", "MISMATCH", "UNMATCHED", "EXPIRED".
[[nodiscard]] std::string_view name(LogState state);

// The state at block time `now`. The record has one anchor or two (asserted). A window is over when its full length has
// passed since the first anchor's block.
[[nodiscard]] LogState log_state(const LogPairRecord& pair, TimeMs now, const Parameters& parameters);

}  // namespace datadeed::ledger
