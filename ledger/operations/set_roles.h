#pragma once

#include <string_view>
#include <vector>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// An operator sets the roles of a member. It can take its own role operator from itself never, so one always remains.
struct SetRoles {
    static constexpr OperationKind kind = OperationKind::set_roles;
    static constexpr std::string_view name = "set_roles";

    MemberId member{};
    std::vector<Role> roles{};  // 1 to roles_max, strictly rising; replaces those there were

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member);
        visit("roles", self.roles);
    }
    friend bool operator==(const SetRoles&, const SetRoles&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const SetRoles& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const SetRoles& operation, const OperationContext& context, Overlay& state);

}  // namespace datadeed::ledger
