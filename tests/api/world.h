#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "chain/memory_file.h"
#include "chain/memory_store.h"
#include "json/json.h"
#include "ledger/genesis.h"
#include "ledger/transaction.h"
#include "node/api/api.h"
#include "node/replica/replica.h"
#include "node/replica/verify.h"
#include "tests/api/counted_store.h"

namespace datadeed::api::test {

inline constexpr std::uint64_t start_ms = 1'700'000'000'000;

[[nodiscard]] crypto::SecretKey key_of(std::uint8_t number);

// A chain of one validator in memory, run by the real replica, with the API before it. Members: boss (operator), ann
// (owner), bob (user), cat (user), rex (regulator), lab and ward (repositories). Time stands still unless advanced.
class World final : public Backend {
public:
    World();

    [[nodiscard]] const NodeFacts& facts() const override { return facts_; }
    [[nodiscard]] std::shared_ptr<const replica::Status> status() const override;
    [[nodiscard]] TimeMs now() const override { return now_; }
    [[nodiscard]] chain::ChainView chain() const override { return chain::ChainView{*chain_}; }
    [[nodiscard]] Result<std::unique_ptr<chain::StateSnapshot>, chain::Error> state(
        std::optional<Height> at) const override;
    [[nodiscard]] bool is_pending(const ledger::TxId& id) const override { return pending_ == id; }
    [[nodiscard]] const HeldEvidences& held_evidence() const override { return held_; }
    void submit(Bytes transaction, std::chrono::milliseconds wait, WhenSubmitted done) override;

    // A signed transaction of a member, not sent.
    [[nodiscard]] Bytes sign(const std::string& member, std::vector<ledger::Operation> operations);
    // Sends one and expects it to become final; its id.
    ledger::TxId commit(const std::string& member, std::vector<ledger::Operation> operations);
    void advance(std::uint64_t milliseconds);
    // As a node that has archived the blocks up to this one.
    void prune(Height last);

    // The value of an Authorization header for a member at this node.
    [[nodiscard]] std::string token(const std::string& member) const;

    [[nodiscard]] http::Response get(const std::string& target);  // as bob
    [[nodiscard]] http::Response get_open(const std::string& target);
    [[nodiscard]] http::Response call(http::Request request);
    [[nodiscard]] static http::Request request(http::Method method, const std::string& target);

    [[nodiscard]] const crypto::SecretKey& key(const std::string& member) const { return keys_.at(member); }
    [[nodiscard]] Height height() const { return status()->height; }
    // How much answers have read of the state since this was last asked.
    [[nodiscard]] std::uint64_t take_read() { return state_->take_read(); }

    // What tests may set.
    std::optional<ledger::TxId> pending_{};
    bool has_quorum_{true};
    HeldEvidences held_{};
    std::optional<Submitted> instead_{};  // what submissions are answered with, when they aren't carried out
    std::chrono::milliseconds asked_wait_{};

private:
    std::vector<replica::Outcome> step(replica::Event event);

    std::map<std::string, crypto::SecretKey> keys_;
    ledger::Genesis genesis_{};
    chain::MemoryDisk chain_disk_;
    chain::MemoryDisk state_disk_;
    chain::MemoryFileSystem files_;
    std::unique_ptr<chain::KvStore> chain_;
    std::unique_ptr<CountedStore> state_;
    replica::TransactionCache cache_;
    std::optional<replica::VerifyContext> context_;
    std::unique_ptr<replica::Replica> replica_;
    NodeFacts facts_;
    TimeMs now_{start_ms};
    std::uint64_t nonce_{0};
    std::uint64_t last_token_{0};
    std::unique_ptr<Api> api_;
};

[[nodiscard]] json::Value json_of(const http::Response& response);
// The code of a problem; also checks that it is one in every respect.
[[nodiscard]] std::string problem_code(const http::Response& response, unsigned status);

[[nodiscard]] ledger::Operation register_data(const std::string& id);
[[nodiscard]] ledger::Terms some_terms();
[[nodiscard]] ledger::Operation grant(const std::string& data, const std::string& to);

}  // namespace datadeed::api::test
