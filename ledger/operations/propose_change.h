#pragma once

#include <cstdint>
#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/node_change.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// Days that a proposal may wait for votes.
inline constexpr std::uint64_t change_days_max = 30;

// Asks the validators to change who runs nodes. A validator's member, an operator, or whom it is about may; if the
// proposer's node votes, proposing is its approval.
struct ProposeChange {
    static constexpr OperationKind kind = OperationKind::propose_change;
    static constexpr std::string_view name = "propose_change";

    NodeChange change{};
    TimeMs until{};  // the first moment at which nobody votes any more; at most change_days_max ahead

    static constexpr void fields(auto& self, auto&& visit) {
        visit("change", self.change);
        visit("until_ms", self.until);
    }
    friend bool operator==(const ProposeChange&, const ProposeChange&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const ProposeChange& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const ProposeChange& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
