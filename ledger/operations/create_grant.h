#pragma once

#include <optional>
#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/terms.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// The owners' majority, or the manager within its scope, lets a member use the data set; or a grantee passes on part
// of what it was granted.
struct CreateGrant {
    static constexpr OperationKind kind = OperationKind::create_grant;
    static constexpr std::string_view name = "create_grant";

    DatasetId data{};
    MemberId grantee{};
    std::optional<GrantId> parent{};  // the grant of the signer that this one hangs on
    Terms terms{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("data", self.data);
        visit("grantee", self.grantee);
        visit("parent", self.parent);
        visit("terms", self.terms);
    }
    friend bool operator==(const CreateGrant&, const CreateGrant&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const CreateGrant& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const CreateGrant& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
