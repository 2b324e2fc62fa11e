#pragma once

#include <cstddef>

#include "base/result.h"
#include "base/types.h"
#include "ledger/context.h"
#include "ledger/epoch.h"
#include "ledger/error.h"
#include "ledger/node_change.h"
#include "ledger/overlay.h"

// How votes decide over a change of nodes.

namespace datadeed::ledger {

// More than two thirds of so many validators.
[[nodiscard]] constexpr std::size_t approvals_needed(std::size_t validators) {
    return 2 * validators / 3 + 1;
}

// Whether the member's node votes in these.
[[nodiscard]] bool is_validator(const ValidatorSet& nodes, const MemberId& member);

// Whether nobody may propose or vote in the block at this height any more, because who serves changes after it.
[[nodiscard]] bool is_changing(const Epoch& epoch, Height height);

// Success while the change waits for votes, else why it doesn't any more: it's decided; who voted on it voted on other
// nodes than serve now; or its time is over.
[[nodiscard]] Result<void, Refusal> must_be_votable(const ChangeRecord& change, EpochNumber present, TimeMs now);

// Decides if the votes are enough, one way or the other, and writes the record and, when it's adopted, the next epoch.
// For the operations of this room alone. The epoch is the present one and the change votable. Refusals: those of
// nodes_after.
[[nodiscard]] Result<void, Refusal> settle(const ChangeId& id, ChangeRecord change, const Epoch& epoch,
                                           const OperationContext& context, Overlay& state);

}  // namespace datadeed::ledger
