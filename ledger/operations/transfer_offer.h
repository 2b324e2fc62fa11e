#pragma once

#include <string_view>

#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// The signer offers a share that it owns to another member. Nothing moves until that one accepts; one offer a
// recipient and data set.
struct TransferOffer {
    static constexpr OperationKind kind = OperationKind::transfer_offer;
    static constexpr std::string_view name = "transfer_offer";

    DatasetId data{};
    MemberId to{};
    ShareBp share{};  // 1 to 10,000

    static constexpr void fields(auto& self, auto&& visit) {
        visit("data", self.data);
        visit("to", self.to);
        visit("share_bp", self.share);
    }
    friend bool operator==(const TransferOffer&, const TransferOffer&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const TransferOffer& operation);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const TransferOffer& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
