#pragma once

#include <optional>
#include <vector>

#include "chain/chain_view.h"
#include "chain/snapshot_manifest.h"
#include "ledger/epoch.h"
#include "ledger/genesis.h"
#include "node/replica/wire.h"
#include "tests/sim/rng.h"

namespace datadeed::sim {

// What can be made up with the keys of nodes that don't vote by them any more, once a quorum of some past epoch is
// among them: blocks of that epoch that never were, and a history that goes on from it to validators of one's own
// invention. Nodes of the present epoch must believe none of it, and blame nobody else for it. Whoever lags behind it
// may be led astray (docs/decisions/0032), so nothing is made up for those.
class OldKeys {
public:
    // `self` has its own keys in use, too.
    OldKeys(const ledger::Genesis& genesis, const ChainId& chain, ledger::MemberId self);

    // An epoch began after this block. From an epoch on whose beginning it missed it knows no more.
    void learn(const ledger::Epoch& began, const chain::StoredHeader& last);

    // For a node whose last block is `theirs`. Nothing while there's no such quorum, or while that is below the epoch.
    [[nodiscard]] std::optional<Bytes> block_for(const replica::Tip& theirs, Rng& rng) const;
    [[nodiscard]] std::optional<Bytes> manifest_for(const replica::Tip& theirs, Rng& rng) const;

private:
    [[nodiscard]] const ledger::Epoch& present() const { return epochs_.back(); }
    [[nodiscard]] std::optional<ledger::Epoch> forgeable(const replica::Tip& theirs, Rng& rng) const;
    [[nodiscard]] std::vector<consensus::ValidatorIndex> keys_of(const ledger::Epoch& epoch) const;
    [[nodiscard]] consensus::CommitCertificate certify(const ledger::BlockHeader& header, const ledger::Epoch& epoch,
                                                       std::uint64_t place) const;
    [[nodiscard]] ledger::ValidatorSet invented(const ledger::Epoch& epoch) const;

    ChainId chain_;
    ledger::MemberId self_;
    std::vector<ledger::Epoch> epochs_;
    std::vector<chain::EpochEnd> ends_{};
};

}  // namespace datadeed::sim
