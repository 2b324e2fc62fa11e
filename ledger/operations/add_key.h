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

// The signer registers another key of its own, which holds from the next height on.
struct AddKey {
    static constexpr OperationKind kind = OperationKind::add_key;
    static constexpr std::string_view name = "add_key";

    crypto::PublicKey key{};

    static constexpr void fields(auto& self, auto&& visit) { visit("key", self.key); }
    friend bool operator==(const AddKey&, const AddKey&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const AddKey& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const AddKey& operation, const OperationContext& context, Overlay& state);

}  // namespace datadeed::ledger
