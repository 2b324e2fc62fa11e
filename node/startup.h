#pragma once

#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/types.h"
#include "chain/data_folder.h"
#include "chain/kv_store.h"
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

struct NodeKeys {
    crypto::SecretKey link;
    std::optional<crypto::SecretKey> vote{};
    std::optional<crypto::SecretKey> cosign{};
};

// Opens the key files and compares each with what the genesis document says of the node. Takes as long as the cost in
// the key files demands. Faults: keys.* and file.*.
[[nodiscard]] Result<NodeKeys, Fault> open_keys(const NodeConfig& config, const ledger::Genesis& genesis);

// The data folder, locked, with both stores open.
struct OpenStores {
    chain::DataFolder folder;
    std::unique_ptr<chain::KvStore> chain{};
    std::unique_ptr<chain::KvStore> state{};
};

// Makes the folder when it's missing. Faults: the codes of the room chain.
[[nodiscard]] Result<OpenStores, Fault> open_stores(const NodeConfig& config, const GenesisDocument& genesis);

// Takes the vote and cosign keys. `on_error` is called when the state can't be read while the replica runs: it must end
// the process. Faults: the code that the replica gives.
[[nodiscard]] Result<std::unique_ptr<replica::Replica>, Fault> start_replica(const GenesisDocument& genesis,
                                                                             const NodeConfig& config, NodeKeys& keys,
                                                                             const OpenStores& stores,
                                                                             chain::OnStateError on_error);

// The fault for what a store or file says.
[[nodiscard]] Fault fault_of(const chain::Error& error);

}  // namespace datadeed::node
