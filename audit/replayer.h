#pragma once

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "audit/checked_block.h"
#include "audit/epochs.h"
#include "audit/report.h"
#include "base/result.h"
#include "crypto/merkle.h"
#include "ledger/genesis.h"
#include "ledger/state.h"
#include "ledger/state_tree.h"

namespace datadeed::audit {

// Executes a chain again from its genesis document, in memory, and compares every link and root with what the headers
// say, and every certificate with the validators that the state names. It believes nothing that is kept beside the
// blocks. One thread.
class Replayer {
public:
    // The genesis document must have passed ledger::decode_genesis. Fails only if its state can't be made.
    [[nodiscard]] static Result<Replayer, FirstBad> start(const ledger::Genesis& genesis, const ChainId& chain);

    // The next block in order. After the first that is bad nothing more must be given.
    [[nodiscard]] std::optional<FirstBad> apply(const CheckedBlock& checked);

    // As far as all was good, with whom the chain convicts so far.
    [[nodiscard]] ReplayReport report() const;
    [[nodiscard]] const ledger::Tip& tip() const { return tip_; }
    // All up to the one whose nodes vote on the next block.
    [[nodiscard]] const Epochs& epochs() const { return epochs_; }
    // All leaves up to tip().
    [[nodiscard]] const crypto::CompactRange& log() const { return log_; }

private:
    // The newest version of the state tree.
    class Tree final : public ledger::TreeStore {
    public:
        [[nodiscard]] std::optional<Bytes> node(const ledger::NodeKey& key) const override;
        void keep(ledger::TreeUpdate update);

    private:
        struct Hash {
            std::size_t operator()(const ledger::NodeKey& key) const;
        };
        std::unordered_map<ledger::NodeKey, Bytes, Hash> nodes_;
    };

    explicit Replayer(Epochs epochs) : epochs_{std::move(epochs)} {}
    [[nodiscard]] std::optional<FirstBad> check_certified(const CheckedBlock& checked) const;
    [[nodiscard]] Result<ledger::StateChanges, FirstBad> execute(const CheckedBlock& checked) const;
    [[nodiscard]] Result<Digest, ledger::Refusal> update_state(const ledger::StateChanges& changes, Height height);
    // After the last block of an epoch.
    void begin_epoch(const ledger::Epoch& epoch, const CheckedBlock& last);

    ledger::MapState state_;
    Tree tree_;
    crypto::CompactRange log_;
    ledger::Tip tip_;
    ledger::Parameters parameters_;
    Epochs epochs_;
    ReplayReport report_;
};

}  // namespace datadeed::audit
