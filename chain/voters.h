#pragma once

#include "consensus/validator_set.h"
#include "ledger/epoch.h"

namespace datadeed::chain {

// The set that votes in an epoch, as consensus has it: the validators in the order of the state. Pure; any thread.
[[nodiscard]] consensus::ValidatorSet voters(const ledger::Epoch& epoch);

}  // namespace datadeed::chain
