#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/types.h"
#include "chain/chain_view.h"
#include "chain/memory_store.h"
#include "consensus/certificate.h"
#include "crypto/checkpoint.h"
#include "crypto/sign.h"
#include "ledger/block.h"
#include "ledger/epoch.h"
#include "ledger/genesis.h"
#include "tests/audit/made_nodes.h"

namespace datadeed::audit {

// What a test may spoil in one block before it is certified and kept.
struct Spoil {
    Height at{};
    std::function<void(ledger::BlockHeader&)> header{};                        // after execution, before the hash
    std::function<void(consensus::CommitCertificate&)> certificate{};          // after signing
    std::function<void(std::vector<ledger::RawTransaction>&)> transactions{};  // before anything
    std::function<void(ledger::Epoch&)> epoch{};                               // whose validators certify, and say so
};

// What a checkpoint of a made chain says, and who of these validators cosigns it; node-4 may where it's a stranger.
struct MadeCheckpoint {
    crypto::Checkpoint content{};
    ledger::ValidatorSet nodes{};
    std::vector<std::uint8_t> cosigners{0, 1, 2};  // by their places in `nodes`
};

// A chain of four validators, made by the ledger's own functions and kept as a node keeps it: each block registers two
// data sets, and changes the nodes where it is told to. What a spoiled block says is kept with the right seals, as a
// node that lies would.
class MadeChain {
public:
    explicit MadeChain(std::uint64_t blocks, const Spoil& spoil = {}, std::vector<MadeChange> changes = {});

    [[nodiscard]] const ledger::Genesis& genesis() const { return genesis_; }
    [[nodiscard]] const ChainId& id() const { return id_; }
    [[nodiscard]] Bytes document() const;
    // Of the database in memory; each call opens it anew.
    [[nodiscard]] std::unique_ptr<chain::KvStore> store() { return chain::open_memory_store(disk_); }
    [[nodiscard]] chain::MemoryDisk& disk() { return disk_; }
    [[nodiscard]] const ledger::Tip& tip() const { return tip_; }
    // All, from the first on.
    [[nodiscard]] const std::vector<ledger::Epoch>& epochs() const { return epochs_; }
    // Of the log after this block.
    [[nodiscard]] std::uint64_t log_size(Height height) const { return log_sizes_.at(height.value); }

    // What an honest node would have cosigned when the chain was this long.
    [[nodiscard]] MadeCheckpoint checkpoint(std::uint64_t size);
    [[nodiscard]] static std::string note_of(const MadeCheckpoint& checkpoint);
    void keep_checkpoint(std::uint64_t size, const std::string& note);

    // Changes a value of the database and seals it again, so that nothing but its content can tell.
    void reseal(const Bytes& key, const std::function<void(Bytes&)>& change);

    // Keeps the same chain in a LevelDB below `folder`, with the layout of a node's data folder.
    void write_folder(const std::string& folder) const;

private:
    class Tree;
    struct Growing;  // what the next block stands on
    void add_block(Growing& growing, Height height, const Spoil& spoil);
    [[nodiscard]] std::vector<ledger::RawTransaction> transactions_of(Height height) const;
    [[nodiscard]] consensus::CommitCertificate certify(const ledger::Epoch& epoch, Height height,
                                                       const Digest& hash) const;

    crypto::SecretKey owner_key_;
    ledger::Genesis genesis_{};
    ChainId id_{};
    chain::MemoryDisk disk_;
    ledger::Tip tip_{};
    std::vector<MadeChange> changes_;
    std::vector<ledger::Epoch> epochs_;
    std::vector<std::uint64_t> log_sizes_;  // after block 0 and each of the others
};

}  // namespace datadeed::audit
