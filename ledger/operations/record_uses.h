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

// A repository, the manager or the owners' majority records that a grant was used. The uses count on it and on all
// grants above it.
struct RecordUses {
    static constexpr OperationKind kind = OperationKind::record_uses;
    static constexpr std::string_view name = "record_uses";

    GrantId grant{};
    std::uint64_t count{};  // 1 to count_max

    static constexpr void fields(auto& self, auto&& visit) {
        visit("grant", self.grant);
        visit("count", self.count);
    }
    friend bool operator==(const RecordUses&, const RecordUses&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const RecordUses& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const RecordUses& operation, const OperationContext& context, Overlay& state);

}  // namespace datadeed::ledger
