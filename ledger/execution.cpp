#include "ledger/execution.h"

#include <optional>
#include <utility>

#include "ledger/lookup.h"
#include "ledger/state_keys.h"

namespace datadeed::ledger {

BlockExecution::BlockExecution(const StateView& state, const BlockContext& block, const EvidenceJudge& judge)
    : block_{block}, judge_{&judge}, changes_{Overlay::on(state)}, parameters_{get_parameters(state)} {}

Result<void, Refusal> BlockExecution::apply(const VerifiedTransaction& transaction) {
    const Transaction& content = transaction.content();
    if (content.expires < block_.time) return fail(Refusal::tx_expired);
    const Result<MemberId, Refusal> signer = signer_of(transaction.signer());
    if (!signer) return fail(signer.error());
    NonceWindow& nonces = nonces_of(*signer);
    if (const auto fresh = nonces.check(content.nonce, block_.time, parameters_); !fresh) return fresh;

    Overlay written = Overlay::on(changes_);
    OperationContext context{.signer = *signer,
                             .height = block_.height,
                             .time = block_.time,
                             .tx = transaction.id(),
                             .index = 0,
                             .parameters = parameters_,
                             .judge = judge_};
    for (const Operation& operation : content.operations) {
        if (const auto applied = ledger::apply(operation, context, written); !applied) return applied;
        ++context.index;
    }

    changes_.merge(written);
    nonces.use(content.nonce, parameters_);
    windows_.at(*signer).used = true;
    return {};
}

StateChanges BlockExecution::finish() {
    for (const auto& [member, window] : windows_) {
        if (window.used) changes_.put(state_keys::nonces(member), encode(window.nonces));
    }
    return changes_.take_changes();
}

// A key holds for whole blocks, so what earlier transactions of this block did to keys makes no difference here.
Result<MemberId, Refusal> BlockExecution::signer_of(const crypto::PublicKey& key) const {
    std::optional<KeyRecord> record = find_key(changes_, key);
    if (!record) return fail(Refusal::key_not_found);
    if (block_.height < record->from) return fail(Refusal::key_not_yet_valid);
    if (!record->holds_at(block_.height)) return fail(Refusal::key_retired);
    return std::move(record->member);
}

NonceWindow& BlockExecution::nonces_of(const MemberId& member) {
    const auto known = windows_.find(member);
    if (known != windows_.end()) return known->second.nonces;
    return windows_.emplace(member, Window{.nonces = find_nonces(changes_, member)}).first->second.nonces;
}

}  // namespace datadeed::ledger
