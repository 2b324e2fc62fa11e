#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "base/result.h"
#include "crypto/sign.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/records.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// An operator admits a member, with its organisation, roles and first keys. The keys hold from the next height on.
struct AdmitMember {
    static constexpr OperationKind kind = OperationKind::admit_member;
    static constexpr std::string_view name = "admit_member";

    MemberId member{};
    std::string organisation{};
    std::vector<Role> roles{};  // 1 to roles_max, strictly rising
    std::vector<crypto::PublicKey>
        keys{};  // 1 to keys_max, strictly rising; none is possible for a validator or observer

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member);
        visit("organisation", self.organisation);
        visit("roles", self.roles);
        visit("keys", self.keys);
    }
    friend bool operator==(const AdmitMember&, const AdmitMember&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const AdmitMember& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const AdmitMember& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
