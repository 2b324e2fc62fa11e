#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/types.h"
#include "chain/data_folder.h"
#include "chain/kv_store.h"
#include "chain/snapshot_takeover.h"
#include "chain/state_store.h"
#include "crypto/sign.h"
#include "ledger/genesis.h"
#include "node/config.h"
#include "node/fault.h"
#include "node/replica/replica.h"

// What must be right before a node runs: each step either succeeds or says what is wrong and what to do.

namespace datadeed::node {

struct GenesisDocument {
    Bytes bytes{};
    ChainId chain{};
    ledger::Genesis content{};
};

// Faults: file.not_found, file.*, and the code of the genesis rule that is broken.
[[nodiscard]] Result<GenesisDocument, Fault> read_genesis(const std::filesystem::path& file);

// The data folder, locked, with both stores open.
struct OpenStores {
    chain::DataFolder folder;
    std::unique_ptr<chain::KvStore> chain{};
    std::unique_ptr<chain::KvStore> state{};
    chain::TakenOver taken_over{};  // what came of a snapshot that was there
};

// Makes the folder when it's missing; takes a snapshot over that came whole. Faults: the codes of the room chain.
[[nodiscard]] Result<OpenStores, Fault> open_stores(const NodeConfig& config, const GenesisDocument& genesis);

// Who serves as far as the state on disk has come: the nodes of the genesis document if there's none yet.
[[nodiscard]] Result<ledger::ValidatorSet, Fault> read_nodes(const OpenStores& stores, const GenesisDocument& genesis);

struct NodeKeys {
    crypto::SecretKey link;
    std::vector<crypto::SecretKey> votes{};    // the one that the chain names, and the next one
    std::vector<crypto::SecretKey> cosigns{};  // the same
};

// Opens the key files and compares each with what the chain says of the node; those that it is to name later aren't
// compared. Takes as long as the cost in the key files demands. Faults: keys.* and file.*.
[[nodiscard]] Result<NodeKeys, Fault> open_keys(const NodeConfig& config, const ledger::ValidatorSet& nodes);

// The keys under which the node is to serve from some day on: the next ones where the configuration has any.
struct ReadyKeys {
    crypto::SecretKey link;
    std::optional<crypto::SecretKey> vote{};
    std::optional<crypto::SecretKey> cosign{};
};
[[nodiscard]] Result<ReadyKeys, Fault> open_ready_keys(const NodeConfig& config);

// Takes the vote and cosign keys. `on_error` is called when the state can't be read while the replica runs: it must end
// the process. Faults: the code that the replica gives.
[[nodiscard]] Result<std::unique_ptr<replica::Replica>, Fault> start_replica(const GenesisDocument& genesis,
                                                                             const NodeConfig& config, NodeKeys& keys,
                                                                             const OpenStores& stores,
                                                                             chain::OnStateError on_error);

// The fault for what a store or file says.
[[nodiscard]] Fault fault_of(const chain::Error& error);
[[nodiscard]] Fault fault_of(const replica::Halt& halt);

}  // namespace datadeed::node
