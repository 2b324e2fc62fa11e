#pragma once

#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// The member of a validator approves or refuses a change; once, and for good. The vote that makes it more than two
// thirds of the validators carries the change out: who serves is another from the next height on.
struct VoteChange {
    static constexpr OperationKind kind = OperationKind::vote_change;
    static constexpr std::string_view name = "vote_change";

    ChangeId change{};
    bool approve{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("change", self.change);
        visit("approve", self.approve);
    }
    friend bool operator==(const VoteChange&, const VoteChange&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const VoteChange& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const VoteChange& operation, const OperationContext& context, Overlay& state);

}  // namespace datadeed::ledger
