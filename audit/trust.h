#pragma once

#include "base/types.h"
#include "consensus/validator_set.h"
#include "crypto/policy.h"
#include "ledger/genesis.h"

namespace datadeed::audit {

// Whose signatures count, on which chain. Shared by threads, never changed.
struct Trust {
    ChainId chain{};
    consensus::ValidatorSet validators;  // certify blocks
    crypto::Policy cosigners{};          // vouch for the log's checkpoints
};

// What the genesis document says. It must have passed ledger::decode_genesis.
[[nodiscard]] Trust trust_of(const ledger::Genesis& genesis, const ChainId& chain);

// The chain's log as origin, its validators as cosigners, and their quorum.
[[nodiscard]] crypto::Policy policy_of(const ledger::Genesis& genesis, const ChainId& chain);

}  // namespace datadeed::audit
