#include "node/replica/epochs.h"

#include <utility>

#include "base/assert.h"
#include "ledger/lookup.h"

namespace datadeed::replica {

Epochs epochs_of(const ledger::StateView& state) {
    ledger::Epoch present = ledger::get_epoch(state);
    Epochs epochs;
    if (present.number.value > 0) {
        std::optional<ledger::Epoch> before = ledger::find_epoch(state, ledger::EpochNumber{present.number.value - 1});
        DATADEED_ASSERT(before.has_value());
        epochs.push_back(std::move(*before));
    }
    epochs.push_back(std::move(present));
    return epochs;
}

Epochs epochs_of(const ledger::Genesis& genesis) {
    return {{.number = {}, .from = Height{1}, .nodes = genesis.nodes}};
}

}  // namespace datadeed::replica
