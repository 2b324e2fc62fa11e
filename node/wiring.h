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

// Those of the configuration's peers that the chain names, with their keys; who else may connect. A peer whose key the
// configuration pins is known by that one too, whatever the chain has come to here: it may be of later.
[[nodiscard]] net::Welcome welcome_of(const NodeConfig& config, const ledger::ValidatorSet& nodes);
// Peers whose key the configuration pins.
[[nodiscard]] std::vector<std::string> pinned_peers(const NodeConfig& config);
// Peers of the configuration that neither names a key for.
[[nodiscard]] std::vector<std::string> unknown_peers(const NodeConfig& config, const ledger::ValidatorSet& nodes);
[[nodiscard]] Fault unknown_peer(const std::string& name);  // config.unknown_peer
[[nodiscard]] net::Config net_config(const NodeConfig& config, const ChainId& chain, const ledger::ValidatorSet& nodes);

[[nodiscard]] http::ServerConfig api_config(const NodeConfig& config);
[[nodiscard]] http::ServerConfig ops_config(const NodeConfig& config);

[[nodiscard]] api::NodeFacts facts_of(const NodeConfig& config, const GenesisDocument& genesis);

// The faults of listening: node.port_in_use and others. `key` is the configuration key of the address.
[[nodiscard]] Fault fault_of(const net::Failure& failure, const char* key);
[[nodiscard]] Fault fault_of(const http::Failure& failure, const char* key);

// Whether it asks for what may be large.
[[nodiscard]] bool is_question(ByteView message);

// A line for what came of a snapshot that was there at the start, if one was.
void log_takeover(const Log& log, const chain::TakenOver& outcome);
// A line for what happened to a link.
void log_link(const Log& log, const net::LinkEvent& event);

}  // namespace datadeed::node
