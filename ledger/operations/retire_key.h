#pragma once

#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "crypto/sign.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// The signer ends one of its keys: it no longer holds from the next height on, and never again.
struct RetireKey {
    static constexpr OperationKind kind = OperationKind::retire_key;
    static constexpr std::string_view name = "retire_key";

    crypto::PublicKey key{};

    static constexpr void fields(auto& self, auto&& visit) { visit("key", self.key); }
    friend bool operator==(const RetireKey&, const RetireKey&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const RetireKey& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const RetireKey& operation, const OperationContext& context, Overlay& state);

}  // namespace datadeed::ledger
