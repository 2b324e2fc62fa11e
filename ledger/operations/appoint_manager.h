#pragma once

#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/terms.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// The owners' majority lets a member manage the data set: give grants within a scope, and record uses.
struct AppointManager {
    static constexpr OperationKind kind = OperationKind::appoint_manager;
    static constexpr std::string_view name = "appoint_manager";

    DatasetId data{};
    MemberId manager{};
    ManagerScope scope{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("data", self.data);
        visit("manager", self.manager);
        visit("scope", self.scope);
    }
    friend bool operator==(const AppointManager&, const AppointManager&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const AppointManager& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const AppointManager& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
