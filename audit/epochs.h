#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/types.h"
#include "consensus/validator_set.h"
#include "crypto/policy.h"
#include "ledger/epoch.h"
#include "ledger/genesis.h"

// Whose signatures count on a chain, and when: validators change by votes, and each block and each checkpoint is worth
// what those say who served at its height.

namespace datadeed::audit {

// The chain's log as origin, its founding validators as cosigners, and their quorum.
[[nodiscard]] crypto::Policy policy_of(const ledger::Genesis& genesis, const ChainId& chain);

// Those who certify the blocks of an epoch. Shared by threads, never changed.
using Voters = std::shared_ptr<const consensus::ValidatorSet>;

// The epochs of a chain from its genesis document up to where it was followed. One thread writes; a value.
class Epochs {
public:
    // The first epoch. The document must have passed ledger::decode_genesis.
    Epochs(const ledger::Genesis& genesis, const ChainId& chain);

    // The next one, when the log has `log_size` leaves.
    void begin(const ledger::Epoch& epoch, std::uint64_t log_size);

    // The latest: its nodes vote on the block after those that were followed.
    [[nodiscard]] const ledger::Epoch& present() const { return spans_.back().epoch; }
    // One of those that were followed, or null.
    [[nodiscard]] const ledger::Epoch* find(ledger::EpochNumber number) const;
    [[nodiscard]] const Voters& voters() const { return voters_; }

    // Who vouches for the log when it ends with a block after which it has `size` leaves, and the log's origin. Where
    // it was not followed so far: the nodes of the present epoch.
    [[nodiscard]] const crypto::Policy& cosigners(std::uint64_t size) const;
    [[nodiscard]] const std::string& origin() const { return spans_.front().cosigners.origin; }
    [[nodiscard]] const ChainId& chain() const { return chain_; }

private:
    struct Span {
        std::uint64_t leaves_before{};  // it adds at least one to them
        crypto::Policy cosigners{};
        ledger::Epoch epoch{};
    };

    ChainId chain_;
    std::string chain_name_;
    Voters voters_;
    std::vector<Span> spans_;  // one an epoch, by number
};

}  // namespace datadeed::audit
