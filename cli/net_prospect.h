#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/problem.h"
#include "json/value.h"
#include "ledger/node_change.h"

// What a change of nodes would do to the chain's ability to go on, as one node sees the others. The ledger can't know
// who is reachable; whoever proposes or approves a change asks here first. Pure; any thread.

namespace datadeed::cli {

struct NodeSeen {
    std::string member{};
    bool validator{};
    bool reachable{};
    bool votes{};                           // as it says itself
    std::optional<std::uint64_t> height{};  // as it says itself
};

// Who serves, as `by` sees them.
struct NodesSeen {
    std::string by{};
    std::uint64_t height{};
    std::vector<NodeSeen> nodes{};
};

// From the answer of GET /v1/epochs/current. Code: net.bad_answer.
[[nodiscard]] client::Outcome<NodesSeen> read_nodes_seen(const json::Value& body);

// More blocks than these behind, and a node isn't taken to be ready to vote: it says how far it is every half second,
// in which a busy chain makes some fifty.
inline constexpr std::uint64_t blocks_behind_max = 200;

// How it would be after the change.
struct Prospect {
    std::uint64_t validators{};
    std::uint64_t reachable{};  // of them, and able to vote
    std::uint64_t quorum{};     // without so many there are no more blocks
    // Why the change looks unsafe, a sentence without a full stop each; empty: it doesn't.
    std::vector<std::string> reasons{};

    [[nodiscard]] bool is_safe() const { return reasons.empty(); }
    // {"validators","reachable","quorum","safe","reasons":[..]}
    [[nodiscard]] json::Value to_json() const;
};

// `member` is whom the change is about. Whether the ledger's rules allow it isn't asked.
[[nodiscard]] Prospect prospect_of(const NodesSeen& seen, ledger::NodeChangeKind kind, const std::string& member);

}  // namespace datadeed::cli
