#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "consensus/pbft.h"
#include "tests/consensus/quick_signatures.h"

// A host for one Pbft with a simulated disk: what a real node does around the core, without anything real.

namespace datadeed::consensus::testing {

// A block of these tests: some text on top of a parent.
struct Block {
    Height height{};
    Digest parent{};
    std::string text;

    static constexpr void fields(auto& self, auto&& visit) {
        visit("height", self.height);
        visit("parent", self.parent);
        visit("text", self.text);
    }
};

[[nodiscard]] Proposal make_proposal(Height height, const Digest& parent, const std::string& text);
// The text of a payload, "?" if it is none.
[[nodiscard]] std::string text_of(const Bytes& payload);
[[nodiscard]] ChainId test_chain();

struct Final {
    Proposal block;
    CommitCertificate certificate;
};

// What travels between nodes.
struct BodyRequest {
    Height height{};
    Digest hash{};
};
struct BodyAnswer {
    Height height{};
    Digest hash{};
    Bytes payload;
};
struct BlocksRequest {
    Height from{};
};
struct BlocksAnswer {
    std::vector<Final> blocks;
};
using Wire = std::variant<Message, BodyRequest, BodyAnswer, BlocksRequest, BlocksAnswer>;
struct Packet {
    ValidatorIndex from{};
    ValidatorIndex to{};
    Wire wire;
};

// What a crash doesn't erase.
struct Disk {
    std::vector<Final> chain;
    std::vector<VoteRecord> journal;
    std::uint64_t last_record{};
};

class Node {
public:
    // Sees every action just before it is done, and every message as it leaves.
    struct Observer {
        std::function<void(const Node&, const Action&)> on_action;
        std::function<void(const Node&, const Packet&)> on_leave;
    };

    Node(ValidatorSet validators, ValidatorIndex self, Timing timing, Observer observer);

    void start(std::uint64_t now_ms);
    // Loses all but the disk. Packets that left stay under way.
    void crash();
    [[nodiscard]] bool up() const { return core_.has_value(); }

    void tick(std::uint64_t now_ms);
    void deliver(const Packet& packet);
    void submit(const std::string& text);
    // Makes everything written so far durable and lets go what waited for it.
    void sync();
    // Refuse what the host's clock refuses.
    void set_clock_wrong(bool wrong) { clock_wrong_ = wrong; }

    // With false, nothing is synced but by sync() and before a decision.
    void set_auto_sync(bool on) { auto_sync_ = on; }
    // The node crashes instead of doing its n-th action from now on (0: the next).
    void crash_at_action(std::size_t n) { actions_left_ = n; }

    [[nodiscard]] const Pbft& core() const { return *core_; }
    [[nodiscard]] const Disk& disk() const { return disk_; }
    [[nodiscard]] Disk& disk() { return disk_; }
    [[nodiscard]] ValidatorIndex self() const { return self_; }
    [[nodiscard]] const ValidatorSet& validators() const { return validators_; }
    [[nodiscard]] const std::vector<std::string>& pool() const { return pool_; }
    [[nodiscard]] std::uint64_t next_deadline() const { return core_->next_deadline(); }
    [[nodiscard]] std::uint64_t now() const { return now_; }

    // Packets that have left since the last call.
    [[nodiscard]] std::vector<Packet> take_packets();

private:
    struct Held {
        std::uint64_t after{};
        Packet packet;
    };

    void give(Event event);
    void perform(Action& action);
    void perform_one(Persist& action);
    void perform_one(Send& action);
    void perform_one(Build& action);
    void perform_one(Validate& action);
    void perform_one(Decide& action);
    void perform_one(FetchBody& action);
    void perform_one(FetchBlocks& action);
    void perform_one(ReportEvidence&) {}
    void perform_one(EnteredView&) {}
    void perform_one(Halt&) {}
    void receive(ValidatorIndex from, const Message& message);
    void receive(ValidatorIndex from, const BodyRequest& request);
    void receive(ValidatorIndex from, const BodyAnswer& answer);
    void receive(ValidatorIndex from, const BlocksRequest& request);
    void receive(ValidatorIndex from, const BlocksAnswer& answer);
    void leave(ValidatorIndex to, Wire wire, std::uint64_t after);
    void release();
    void forget_committed();
    void tell_work();

    ValidatorSet validators_;
    ValidatorIndex self_;
    Timing timing_;
    Observer observer_;
    QuickSigner signer_;
    QuickVerifier quick_;
    Verifier verifier_;
    Disk disk_;
    std::vector<VoteRecord> unsynced_;
    std::optional<Pbft> core_;
    std::uint64_t now_{};
    std::deque<Event> answers_;  // to actions of the running step
    std::deque<Held> held_;
    std::vector<Packet> left_;
    std::vector<std::string> pool_;
    bool auto_sync_{true};
    bool clock_wrong_{false};
    std::optional<std::size_t> actions_left_;
};

}  // namespace datadeed::consensus::testing
