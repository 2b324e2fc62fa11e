#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "client/session.h"
#include "client/transport.h"
#include "ledger/genesis.h"

namespace datadeed::client {

// Nodes that share one chain, in memory: what is submitted to any of them becomes final at once. How each of them
// misbehaves can be told. Threads may share it.
class FakeNodes {
public:
    enum class Mood {
        well,
        refuses_connections,
        hangs_up_after_acting,   // takes the transaction, gives no answer
        hangs_up_before_acting,  // gives no answer, takes nothing
        busy,                    // 429
        no_quorum,               // 503
        accepts_only,            // 202, and never final
        forgets_ids,             // refuses what is final already as if it were new
        other_chain,
        silent,  // never answers: takes all the time it is given
    };

    explicit FakeNodes(std::size_t count);

    void set(std::size_t node, Mood mood);
    // The moods of the next calls to submit at this node, before the lasting one holds again.
    void set_next(std::size_t node, std::vector<Mood> moods);

    [[nodiscard]] Profile profile() const;
    [[nodiscard]] TransportFactory factory();

    // What a node says of itself at /v1/node.
    void set_status(std::size_t node, const std::string& json);

    // What is on the chain: id to title.
    [[nodiscard]] std::map<std::string, std::string> titles() const;
    // How often each data set was registered: never more than once, if all is right.
    [[nodiscard]] std::size_t registrations() const;
    [[nodiscard]] std::size_t calls(std::size_t node) const;
    [[nodiscard]] std::string last_authorization() const;

    // Puts a data set there as if another member had registered it.
    void add(const std::string& id, const std::string& title, const std::string& registrant);
    // The next submissions are refused by this code.
    void refuse_next(const std::string& code, std::size_t times);

private:
    friend class FakeTransport;
    struct Data {
        std::string title{};
        std::string registrant{};
    };

    [[nodiscard]] Result<HttpReply, NoReply> answer(std::size_t node, const HttpCall& call);
    [[nodiscard]] bool is_silent(std::size_t node) const;
    [[nodiscard]] Result<HttpReply, NoReply> submit(std::size_t node, const HttpCall& call);
    [[nodiscard]] HttpReply apply(const Bytes& bytes, bool knows_ids = true);
    [[nodiscard]] HttpReply get_data(const std::string& target) const;

    mutable std::mutex mutex_;
    Bytes genesis_;
    std::vector<Mood> moods_;
    std::vector<std::vector<Mood>> next_;
    std::vector<std::size_t> calls_;
    std::map<std::string, Data> data_;
    std::map<std::string, std::uint64_t> final_;  // transaction to height
    std::size_t registrations_{0};
    std::map<std::size_t, std::string> statuses_;
    std::string authorization_;
    std::string refusal_;
    std::size_t refusals_left_{0};
};

[[nodiscard]] std::unique_ptr<Session> make_session(FakeNodes& nodes);

}  // namespace datadeed::client
