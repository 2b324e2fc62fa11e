#pragma once

#include <string>
#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// The grantor, the grantee, the owners' majority or a regulator ends a grant, and so all that hang on it.
struct RevokeGrant {
    static constexpr OperationKind kind = OperationKind::revoke_grant;
    static constexpr std::string_view name = "revoke_grant";

    GrantId grant{};
    std::string reason{};  // a line of 1 to reason_max bytes

    static constexpr void fields(auto& self, auto&& visit) {
        visit("grant", self.grant);
        visit("reason", self.reason);
    }
    friend bool operator==(const RevokeGrant&, const RevokeGrant&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const RevokeGrant& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const RevokeGrant& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
