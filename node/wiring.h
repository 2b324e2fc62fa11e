#pragma once

#include "http/server.h"
#include "ledger/genesis.h"
#include "node/api/backend.h"
#include "node/config.h"
#include "node/fault.h"
#include "node/log.h"
#include "node/net/transport.h"
#include "node/startup.h"

// How configuration and genesis document become the configurations of the parts. Pure but for the log.

namespace datadeed::node {

// Peers with the keys that the genesis document names; who else may connect. The fault is config.unknown_peer.
[[nodiscard]] Result<net::Config, Fault> net_config(const NodeConfig& config, const GenesisDocument& genesis);

[[nodiscard]] http::ServerConfig api_config(const NodeConfig& config);
[[nodiscard]] http::ServerConfig ops_config(const NodeConfig& config);

[[nodiscard]] api::NodeFacts facts_of(const NodeConfig& config, const GenesisDocument& genesis);

// The faults of listening: node.port_in_use and others. `key` is the configuration key of the address.
[[nodiscard]] Fault fault_of(const net::Failure& failure, const char* key);
[[nodiscard]] Fault fault_of(const http::Failure& failure, const char* key);

// A line for what happened to a link.
void log_link(const Log& log, const net::LinkEvent& event);

}  // namespace datadeed::node
