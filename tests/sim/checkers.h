#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "chain/committer.h"
#include "ledger/lookup.h"
#include "ledger/state.h"
#include "node/replica/actions.h"
#include "tests/sim/invariant.h"
#include "tests/sim/node.h"
#include "tests/sim/plan.h"
#include "tests/sim/promises.h"
#include "tests/sim/world.h"

// What must hold, checked outside of the nodes and against records that no crash erases.

namespace datadeed::sim {

// The state tree's nodes, all versions.
class MapTree final : public ledger::TreeStore {
public:
    [[nodiscard]] std::optional<Bytes> node(const ledger::NodeKey& key) const override;
    void apply(const ledger::TreeUpdate& update);

private:
    std::map<ledger::NodeKey, Bytes> nodes_;
};

class Checker {
public:
    // At most `faulty` validators lie or have lost votes; the others are honest. Their clocks may be set back or not.
    Checker(const World& world, std::size_t faulty, bool clocks_go_back = false);

    // A message leaves an honest node.
    void on_send(const Node& node, const replica::SendTo& send);
    // An honest validator takes in a VIEW-CHANGE of another,
    void on_heard(const Node& node, const consensus::Signed<consensus::ViewChange>& said);
    // and has taken in all that came: it asks for a view no lower than f + 1 others do (T5).
    void check_joined(Node& node);
    void on_crash(const Node& node) { heard_.erase(node.name().value); }
    // An honest node says that a block is final and durable.
    void on_committed(const Node& node, const replica::BlockCommitted& block);
    // An honest node tells a client that its transaction is final.
    void on_answer(const Node& node, const replica::Committed& committed);
    void on_status(const Node& node, const replica::Status& status);
    // The node has pruned nothing that its archive doesn't have for good, as the chain has it; what it skipped it never
    // had.
    void check_archive(Node& node, Height first);
    // An honest node has started; `lost` if what it had was taken from it.
    void on_start(Node& node, bool lost);
    // An honest node goes on from a snapshot.
    void on_taken_over(const Node& node, Height height);
    // Takes in what this node has stored, so that it is known when blocks aren't there any more.
    void learn(const Node& node, Height upto);
    // This node's memory was taken from it: its votes may contradict earlier ones from here on.
    void excuse(const Node& node);
    // Whether the excused node has sent a COMMIT at this height since then.
    [[nodiscard]] bool excused_committed(Height height) const { return excused_commits_.contains(height); }
    // Whether it has signed anything that it must remember since then.
    [[nodiscard]] bool excused_voted() const { return excused_voted_; }
    // Everything that an honest node holds, read again from its disk.
    void check_disk(Node& node);

    [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }
    void violate(Invariant invariant, const std::string& what);
    // An honest node shows evidence against this validator.
    void on_evidence(const Node& node, const std::string& accused, bool may_be_guilty);
    // From here on the network is whole and nobody crashes.
    void on_healed() { healed_views_.clear(); }
    // The highest block that any honest node has committed.
    [[nodiscard]] Height height() const { return tip_.height; }
    [[nodiscard]] const Digest& hash() const { return tip_.hash; }
    [[nodiscard]] std::uint64_t transactions() const { return places_.size(); }
    [[nodiscard]] std::uint64_t highest_view() const { return highest_view_; }
    // NEW-VIEWs that carried a block, and of these such as came from before the view that was left.
    [[nodiscard]] std::uint64_t carried() const { return carried_; }
    [[nodiscard]] std::uint64_t carried_far() const { return carried_far_; }
    [[nodiscard]] bool contains(const ledger::TxId& id) const { return places_.contains(id); }
    // Who serves after that block.
    [[nodiscard]] const ledger::Epoch& epoch() const { return epochs_.back(); }
    // After that block, as an executor of its own has it.
    [[nodiscard]] const ledger::MapState& state() const { return state_; }
    // Who the signer of something said in this view is; nothing when there's no such validator.
    [[nodiscard]] std::optional<ledger::MemberId> signer_of(consensus::View view,
                                                            consensus::ValidatorIndex index) const;

private:
    using Slot = std::tuple<std::string, consensus::MessageKind, consensus::View, Height>;

    void note_vote(const Node& node, consensus::MessageKind kind, consensus::View view, Height height,
                   const Digest& hash);
    void note_lock(const Node& node, consensus::MessageKind kind, consensus::View view, Height height,
                   const Digest& hash);
    [[nodiscard]] bool may_be_decided(const std::set<std::string>& committers, consensus::View view) const;
    [[nodiscard]] std::size_t voters_in(consensus::View view) const;
    void note_view_change(const Node& node, const consensus::Signed<consensus::ViewChange>& said);
    void check_durable(const Node& node, consensus::MessageKind kind, const crypto::Signature& signature);
    void check_places(const Node& node, const chain::ChainView& view, const chain::StoredBlock& block);
    void check_first(const Node& node, const chain::StoredBlock& block);
    void check_certificate(const Node& node, const consensus::CommitCertificate& certificate, const Digest& hash,
                           Height height);
    void execute(const ledger::Block& block);

    const World* world_;
    std::optional<std::string> violation_;
    std::map<Slot, Digest> votes_;
    std::map<std::pair<std::string, Height>, std::uint32_t> voted_in_;  // the epoch
    std::map<std::string, Height> told_;                                // the highest block that each said is final
    Promises promises_;
    std::map<std::string, consensus::View> changed_to_;  // the highest VIEW-CHANGE of each node
    // By node and signer: the highest view that it heard to be asked for, since it started.
    std::map<std::string, std::map<consensus::ValidatorIndex, consensus::View>> heard_;
    std::map<std::string, std::uint64_t> healed_views_;  // views that each has asked for since healing, no block since
    // Blocks that may be decided: so many honest COMMITs that those of all faulty ones would complete a quorum.
    struct Lock {
        consensus::View view{};
        Digest hash{};
    };
    std::map<Height, Lock> locks_;
    std::map<std::tuple<Height, consensus::View, Digest>, std::set<std::string>> committers_;
    std::size_t faulty_;
    std::uint64_t clock_back_max_ms_;
    std::uint64_t highest_view_{0};
    std::uint64_t carried_{0};
    std::uint64_t carried_far_{0};
    std::optional<ledger::MemberId> excused_;
    std::set<Height> excused_commits_;
    bool excused_voted_{false};

    // The one chain, as an executor of its own computes it.
    ledger::Tip tip_{};
    std::vector<Digest> hashes_;                                       // by height
    std::map<ledger::TxId, std::pair<Height, std::uint64_t>> places_;  // block and leaf of the log
    std::set<std::pair<crypto::PublicKey, ledger::Nonce>> nonces_;
    ledger::MapState state_;
    std::vector<ledger::Epoch> epochs_;  // by number
    MapTree tree_;
    crypto::CompactRange log_;
};

}  // namespace datadeed::sim
