#pragma once

#include <string>

#include "base/result.h"
#include "node/config.h"
#include "node/fault.h"

// The word of a node that it is ready to serve (ledger/readiness.h), as its operator gets it: `datadeed-node ready`.

namespace datadeed::node {

// Asks the node that runs by this configuration whether it may say so (POST /ready at its ops port; from then on it has
// a vote file), and signs with the keys of the configuration: the next ones where there are any. An observer isn't
// asked: before the chain names it, nobody lets it follow. The text is that of ledger/ready_file.h. Faults: those of
// the key files; node.not_running; what the node answers: node.not_caught_up, node.key_not_loaded, node.silenced,
// node.other_chain.
[[nodiscard]] Result<std::string, Fault> make_ready_file(const NodeConfig& config, bool observer);

}  // namespace datadeed::node
