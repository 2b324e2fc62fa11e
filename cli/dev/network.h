#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/dev/process.h"
#include "client/problem.h"

// The development network in a folder:
//
//     dev.json                       what this header describes
//     genesis.cbor  passphrase       the passphrase of every key file here, for its owner alone
//     policy.txt                     what to trust, for `audit receipt`
//     profiles/<who>.toml  keys/<who>.key      for each role, and for each validator's member
//     nodes/<name>/                  node.toml, node.log, keys/, data/

namespace datadeed::cli {

struct DevNode {
    std::string name{};
    std::string role{};  // "validator" or "observer"
    std::string api{};   // http://127.0.0.1:PORT
    std::string ops{};   // the same for health and metrics
    std::string data_dir{};
    std::string config{};
    std::string log{};
    ProcessId process{};  // pid 0: not started

    friend bool operator==(const DevNode&, const DevNode&) = default;
};

struct DevNetwork {
    std::string dir{};    // absolute
    std::string chain{};  // hexadecimal
    std::vector<DevNode> nodes{};
    std::map<std::string, std::string> profiles{};  // role or validator to file

    // The node of that name. Code: dev.no_such_node, with what it may have meant.
    [[nodiscard]] Outcome<DevNode*> find(const std::string& name);
};

// Codes: dev.no_network when there is none in the folder, dev.state_broken.
[[nodiscard]] Outcome<DevNetwork> load_network(const std::string& dir);

// Replaces dev.json in one step.
[[nodiscard]] Outcome<void> save_network(const DevNetwork& network);

}  // namespace datadeed::cli
