#pragma once

#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// The signer takes over the share that it was offered. Grants and the manager stay as they are.
struct TransferAccept {
    static constexpr OperationKind kind = OperationKind::transfer_accept;
    static constexpr std::string_view name = "transfer_accept";

    DatasetId data{};

    static constexpr void fields(auto& self, auto&& visit) { visit("data", self.data); }
    friend bool operator==(const TransferAccept&, const TransferAccept&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const TransferAccept& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const TransferAccept& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
