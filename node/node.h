#pragma once

#include <memory>

#include "base/result.h"
#include "node/config.h"
#include "node/fault.h"
#include "node/log.h"

namespace datadeed::node {

// A whole node: stores, replica thread, verify pool, links to other nodes, HTTP servers. Links to other nodes
// run on the thread that calls run(), HTTP on one of its own; docs/operations.md describes what it does for those who
// operate it.
class Node {
public:
    // Checks and opens everything in the order of docs/operations.md and begins to serve. `log` must outlive it.
    [[nodiscard]] static Result<Node, Fault> start(NodeConfig config, const Log& log);
    Node(Node&&) noexcept;
    Node& operator=(Node&&) = delete;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node();

    // Serves until SIGTERM or SIGINT, then stops everything: within five seconds, after which the process ends with 0.
    // Or until a snapshot has come whole: true, and a node that is started anew, once this one is gone, goes on from
    // it.
    [[nodiscard]] bool run();

private:
    class Impl;
    explicit Node(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace datadeed::node
