#include "ledger/operations/transfer_offer.h"

#include <optional>

#include "ledger/lookup.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

Result<void, Refusal> check(const TransferOffer& operation) {
    if (operation.share == ShareBp{} || operation.share > whole) return fail(Refusal::transfer_share_out_of_range);
    return {};
}

Result<void, Refusal> apply(const TransferOffer& operation, const OperationContext& context, Overlay& state) {
    const std::optional<DataRecord> data = find_data(state, operation.data);
    if (!data) return fail(Refusal::data_not_found);
    if (operation.to == context.signer) return fail(Refusal::transfer_to_self);
    if (!has_member(state, operation.to)) return fail(Refusal::transfer_recipient_not_found);
    if (data->share_of(context.signer) < operation.share) return fail(Refusal::transfer_share_not_held);
    if (find_offer(state, operation.data, operation.to)) return fail(Refusal::transfer_already_offered);

    // The share stays with its owner, who may offer it to others too: whether it's still held is asked on acceptance.
    state.put(state_keys::offer(operation.data, operation.to),
              encode(OfferRecord{.from = context.signer, .share = operation.share, .offered = context.height}));
    return {};
}

}  // namespace datadeed::ledger
