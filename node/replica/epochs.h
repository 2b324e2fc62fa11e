#pragma once

#include <vector>

#include "base/types.h"
#include "ledger/epoch.h"
#include "ledger/genesis.h"
#include "ledger/state.h"

namespace datadeed::replica {

// The epochs that messages can be of, as a state has them: the present one, whose nodes vote on the next block, last;
// before it the one that came before, if there was one, since what was said in it is on its way still.
using Epochs = std::vector<ledger::Epoch>;

[[nodiscard]] Epochs epochs_of(const ledger::StateView& state);
// Those of a chain without blocks.
[[nodiscard]] Epochs epochs_of(const ledger::Genesis& genesis);

}  // namespace datadeed::replica
