#pragma once

#include <chrono>
#include <string>

#include "cli/dev/network.h"

// The nodes of a development network as processes.

namespace datadeed::cli {

// Starts `datadeed-node` from beside this program and notes the process in `node`. Codes: dev.program_missing,
// dev.spawn_failed, dev.already_running.
[[nodiscard]] Outcome<void> start_node(DevNode& node);

// Waits until every node of the network that runs answers that it is ready. Codes: dev.node_failed (with the last line
// of its log) when one ends meanwhile, dev.not_ready, process.interrupted after SIGINT or SIGTERM.
[[nodiscard]] Outcome<void> wait_until_ready(const DevNetwork& network, std::chrono::milliseconds at_most);

// Waits until a node answers at all; it may still be catching up. Codes as wait_until_ready.
[[nodiscard]] Outcome<void> wait_until_alive(const DevNode& node, std::chrono::milliseconds at_most);

// Ends all nodes that run: asks them (SIGTERM), and kills those that don't end in time. Paused ones are woken first.
// Returns the names of those that ran.
std::vector<std::string> stop_all(const DevNetwork& network, std::chrono::milliseconds at_most);

// Kills all nodes at once and waits for their end.
void kill_all(const DevNetwork& network);

// From construction to destruction, SIGINT and SIGTERM don't end the program but are noted.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    [[nodiscard]] static bool interrupted();
};

}  // namespace datadeed::cli
