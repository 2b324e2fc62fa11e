#pragma once

#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// The owners' majority ends the appointment, or the manager gives it back. Grants that it gave stay.
struct RevokeManager {
    static constexpr OperationKind kind = OperationKind::revoke_manager;
    static constexpr std::string_view name = "revoke_manager";

    DatasetId data{};

    static constexpr void fields(auto& self, auto&& visit) { visit("data", self.data); }
    friend bool operator==(const RevokeManager&, const RevokeManager&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const RevokeManager& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const RevokeManager& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
