#include "ledger/operations/transfer_withdraw.h"

#include <optional>

#include "ledger/lookup.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

// Names only what must exist, so no form can be wrong.
Result<void, Refusal> check(const TransferWithdraw&) {
    return {};
}

Result<void, Refusal> apply(const TransferWithdraw& operation, const OperationContext& context, Overlay& state) {
    if (!find_data(state, operation.data)) return fail(Refusal::data_not_found);
    const std::optional<OfferRecord> offer = find_offer(state, operation.data, operation.to);
    if (!offer) return fail(Refusal::transfer_not_offered);
    if (offer->from != context.signer && operation.to != context.signer) return fail(Refusal::transfer_not_a_party);

    state.erase(state_keys::offer(operation.data, operation.to));
    return {};
}

}  // namespace datadeed::ledger
