#pragma once

#include <cstdint>
#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// One side of a pair anchors its log of an epoch: the RFC 9162 root over the raw lines without line endings, and their
// number.
struct LogAnchor {
    static constexpr OperationKind kind = OperationKind::log_anchor;
    static constexpr std::string_view name = "log_anchor";

    MemberId with{};   // the other side
    LogEpoch epoch{};  // at most count_max
    Digest root{};
    std::uint64_t count{};  // at most count_max

    static constexpr void fields(auto& self, auto&& visit) {
        visit("with", self.with);
        visit("epoch", self.epoch);
        visit("root", self.root);
        visit("count", self.count);
    }
    friend bool operator==(const LogAnchor&, const LogAnchor&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const LogAnchor& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const LogAnchor& operation, const OperationContext& context, Overlay& state);

}  // namespace datadeed::ledger
