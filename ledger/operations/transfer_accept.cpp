#include "ledger/operations/transfer_accept.h"

#include <optional>

#include "ledger/lookup.h"
#include "ledger/rights.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

// Names only what must exist, so no form can be wrong.
Result<void, Refusal> check(const TransferAccept&) {
    return {};
}

Result<void, Refusal> apply(const TransferAccept& operation, const OperationContext& context, Overlay& state) {
    std::optional<DataRecord> data = find_data(state, operation.data);
    if (!data) return fail(Refusal::data_not_found);
    const std::optional<OfferRecord> offer = find_offer(state, operation.data, context.signer);
    if (!offer) return fail(Refusal::transfer_not_offered);
    if (data->share_of(offer->from) < offer->share) return fail(Refusal::transfer_share_not_held);
    take_share(state, operation.data, *data, {.member = offer->from, .share = offer->share});
    add_share(state, operation.data, *data, {.member = context.signer, .share = offer->share});
    if (data->owners.size() > owners_max) return fail(Refusal::transfer_too_many_owners);

    state.put(state_keys::data(operation.data), encode(*data));
    state.erase(state_keys::offer(operation.data, context.signer));
    return {};
}

}  // namespace datadeed::ledger
