#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "http/client.h"
#include "json/json.h"
#include "ledger/genesis.h"
#include "ledger/transaction.h"
#include "node/fault.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"

namespace datadeed::node::test {

// A chain of one validator "n0" in a folder, laid out as docs/operations.md says, with ephemeral ports. Owner "ann".
class Chain {
public:
    explicit Chain(const std::string& salt = "");

    [[nodiscard]] const support::Folder& folder() const { return folder_; }
    [[nodiscard]] std::string config_file() const { return folder_ / "nodes/n0/node.toml"; }
    [[nodiscard]] const Bytes& genesis() const { return genesis_; }
    [[nodiscard]] ChainId id() const { return ledger::chain_id(genesis_); }

    // Writes the configuration; `more` is appended, `peer`, `api` and `ops` are ports.
    void write_config(const std::string& more = "", int peer = 0, int api = 0, int ops = 0) const;

    // A signed registration of a data set, and a token to read with, by a client whose clock is that much ahead.
    [[nodiscard]] Bytes registration(const std::string& id, std::chrono::seconds ahead = {}) const;
    [[nodiscard]] std::string token(std::chrono::seconds ahead = {}) const;

private:
    support::Folder folder_;
    Bytes genesis_{};
};

// datadeed-node as a process of its own; as another user when root names one.
class Process : public support::Child {
public:
    Process(std::vector<std::string> arguments, const std::string& output, std::optional<uid_t> user = std::nullopt);

    // As a child has them, where a test ends if that fails.
    void send(int signal) const;
    [[nodiscard]] std::uint64_t thread_time(const std::string& name) const;
};

// Runs it to its end: exit code and all output.
struct Ended {
    std::optional<int> code{};
    std::string output{};
};
[[nodiscard]] Ended run_node(const std::vector<std::string>& arguments, const support::Folder& folder,
                             std::optional<uid_t> user = std::nullopt);

[[nodiscard]] inline int code_of(Exit exit) {
    return static_cast<int>(exit);
}
// Whether the node ends at once with this exit code, and says this dotted code and something to do.
void refuses(const Chain& chain, Exit exit, const std::string& code, std::optional<uid_t> user = std::nullopt);

// A port of a node that serves: "api", "peer" or "ops".
[[nodiscard]] std::uint16_t port_of(const Process& node, const char* name);
[[nodiscard]] http::Response get(std::uint16_t port, const std::string& target, const std::string& token = "");
// Waits until it's final; nothing when the node goes away meanwhile.
[[nodiscard]] std::optional<http::Response> try_submit(std::uint16_t port, Bytes body);
[[nodiscard]] http::Response submit(std::uint16_t port, Bytes body);

}  // namespace datadeed::node::test
