#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/types.h"
#include "client/problem.h"
#include "client/profile.h"
#include "client/signer.h"
#include "client/transport.h"
#include "json/value.h"

namespace datadeed::client {

using Deadline = std::chrono::steady_clock::time_point;

[[nodiscard]] inline Deadline after(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

// A transaction's place, once it is final.
struct Final {
    ledger::TxId tx{};
    Height height{};
    std::uint64_t index{};
    TimeMs time{};

    friend bool operator==(const Final&, const Final&) = default;
};

// Talks to the profile's nodes in turn: to the one that answered last as long as it answers, to the next when it
// doesn't. Every node is asked once for its genesis document, and not used when that isn't the profile's chain. Tokens
// for reading are made and renewed unasked. For one thread.
class NodeLink {
public:
    // `signer` must outlive it. `first` is the place of the node to begin with.
    NodeLink(const Profile& profile, const Signer& signer, std::unique_ptr<Transport> transport, std::size_t first = 0);

    // Goes on with a node that is at the tip of the chain as far as it and its peers know, the first such one from the
    // current node on; with the one that is farthest when none is. A node that was just started would tell the past.
    void prefer_current(Deadline deadline);

    // Reads as JSON. Codes: net.unreachable with each node's reason, net.wrong_chain, net.bad_answer, or the node's.
    [[nodiscard]] Outcome<json::Value> get(const std::string& target, Deadline deadline);
    [[nodiscard]] Outcome<Bytes> get_bytes(const std::string& target, Deadline deadline);

    // Hands the transaction to a node and returns as soon as one has it. A node that was reached but gave no answer
    // doesn't count: the same bytes go to the next one.
    [[nodiscard]] Outcome<void> submit(const SignedTransaction& tx, Deadline deadline);

    // Submits and waits until it is final, on whatever node. tx.pending when the deadline passes after a node may have
    // taken it, net.unreachable when none did; otherwise the code of the rule that refused it.
    [[nodiscard]] Outcome<Final> submit_and_wait(const SignedTransaction& tx, Deadline deadline);

    // Waits for a transaction that somebody submitted. Codes: tx.pending, tx.not_found, net.unreachable.
    [[nodiscard]] Outcome<Final> wait_for(const ledger::TxId& tx, Deadline deadline);

private:
    struct Token {
        std::string text{};
        TimeMs renew_at{};
    };

    // What one round over all nodes gave: an answer, or why there is none and whether to ask again.
    struct Round {
        std::optional<HttpReply> reply{};
        Problem problem{};
        bool again{false};
        std::chrono::milliseconds pause{100};
    };

    [[nodiscard]] Outcome<HttpReply> exchange(const HttpCall& call, Deadline deadline);
    [[nodiscard]] Round ask_all(const HttpCall& call, Deadline deadline);
    [[nodiscard]] Result<HttpReply, Problem> ask(std::size_t node, const HttpCall& call, Deadline deadline);
    [[nodiscard]] Outcome<void> check_chain(std::size_t node, Deadline deadline);
    [[nodiscard]] const std::string& token_for(std::size_t node);
    // The place of the transaction, or nothing when it is accepted and not final yet.
    [[nodiscard]] Outcome<std::optional<Final>> post(const SignedTransaction& tx, Deadline deadline,
                                                     std::chrono::seconds wait);
    [[nodiscard]] Outcome<std::optional<Final>> look_up(std::size_t node, const ledger::TxId& tx, Deadline deadline);
    // What all nodes know of a transaction: its place once it is final anywhere, or that one has accepted it.
    struct Known {
        std::optional<Final> final{};
        bool accepted{false};
    };
    [[nodiscard]] Known look_everywhere(const ledger::TxId& tx, Deadline deadline);
    // The answer to a refusal by one node: the refusal, unless a node knows the transaction to be final.
    [[nodiscard]] Outcome<Final> after_refusal(const Problem& refusal, const ledger::TxId& tx, Deadline deadline);

    std::vector<NodeAddress> nodes_;
    ChainId chain_;
    const Signer& signer_;
    std::unique_ptr<Transport> transport_;
    std::size_t current_;
    std::vector<Token> tokens_;
    std::set<std::size_t> checked_;
    bool lost_{false};  // whether a node may have acted on the last exchange's request without saying so
};

}  // namespace datadeed::client
