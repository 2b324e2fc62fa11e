#pragma once

#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// Whoever made an open offer takes it back, or its recipient declines it.
struct TransferWithdraw {
    static constexpr OperationKind kind = OperationKind::transfer_withdraw;
    static constexpr std::string_view name = "transfer_withdraw";

    DatasetId data{};
    MemberId to{};  // the recipient of the offer

    static constexpr void fields(auto& self, auto&& visit) {
        visit("data", self.data);
        visit("to", self.to);
    }
    friend bool operator==(const TransferWithdraw&, const TransferWithdraw&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const TransferWithdraw& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const TransferWithdraw& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
