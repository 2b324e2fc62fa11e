#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/types.h"
#include "crypto/sign.h"
#include "ledger/block.h"
#include "ledger/epoch.h"
#include "ledger/genesis.h"
#include "ledger/node_change.h"

// The nodes of a made chain, with their keys, and the votes of their members on who runs them.

namespace datadeed::audit {

inline constexpr std::uint64_t made_start_ms = 1'700'000'000'000;

// Members node-0 to node-4, of which the first four are validators, and the owner.
[[nodiscard]] ledger::Genesis made_genesis(const crypto::SecretKey& owner);

[[nodiscard]] std::string made_node(std::uint8_t node);
[[nodiscard]] crypto::SecretKey made_key(std::uint8_t number);
// The secret to any key of a node; every one is made by made_key.
[[nodiscard]] crypto::SecretKey made_secret(const crypto::PublicKey& key);
// That a node that serves from genesis on cosigns with; also of one that doesn't serve.
[[nodiscard]] crypto::SecretKey made_cosign_key(std::uint8_t node);

// What the validators' members decide in one block.
struct MadeChange {
    Height at{};
    ledger::NodeChangeKind kind{};
    std::uint8_t node{};
    std::uint8_t keys{1};  // which set of the node's keys it brings, if it does; it has number 0 at genesis
};

// The proposal and as many votes as carry it out, in the block at `change.at`.
[[nodiscard]] std::vector<ledger::RawTransaction> made_votes(const MadeChange& change, const ChainId& chain,
                                                             const ledger::ValidatorSet& present);

}  // namespace datadeed::audit
