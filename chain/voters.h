#pragma once

#include "consensus/validator_set.h"
#include "ledger/validators.h"

namespace datadeed::chain {

// The set that votes, as consensus has it: the validators in the order of the state. Pure; any thread.
[[nodiscard]] consensus::ValidatorSet voters(const ledger::ValidatorSet& nodes);

}  // namespace datadeed::chain
