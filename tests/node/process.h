#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "http/client.h"
#include "json/json.h"
#include "ledger/genesis.h"
#include "ledger/transaction.h"
#include "node/fault.h"
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

// datadeed-node as a process of its own. Killed when the object goes.
class Process {
public:
    // With the output of both streams going to one file; as another user when root names one.
    Process(std::vector<std::string> arguments, const std::string& output, std::optional<uid_t> user = std::nullopt);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    // The first log line with this event, waiting for it until the process ends or 60 s have passed.
    [[nodiscard]] std::optional<json::Value> wait_for(const std::string& event) const;
    // The exit code, waiting at most that long; nothing when it still runs or died by a signal.
    [[nodiscard]] std::optional<int> wait_exit(std::chrono::seconds most = std::chrono::seconds{60});
    void send(int signal) const;
    [[nodiscard]] std::string output() const;
    // Nanoseconds that its thread of this name has run; "" is the first thread.
    [[nodiscard]] std::uint64_t thread_time(const std::string& name) const;
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    [[nodiscard]] bool is_running() const;

    std::string output_;
    pid_t pid_{-1};
    mutable std::optional<int> status_{};
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
