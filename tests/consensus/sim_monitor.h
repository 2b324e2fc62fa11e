#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/consensus/sim_node.h"

namespace datadeed::consensus::testing {

// Stands outside all nodes, remembers through all their restarts, and names the first rule that a correct one breaks.
class Monitor {
public:
    explicit Monitor(ValidatorSet validators) : validators_{std::move(validators)} {}

    // Whose misdeeds are expected.
    void trust_not(ValidatorIndex who) { byzantine_.insert(who); }
    [[nodiscard]] bool is_byzantine(ValidatorIndex who) const { return byzantine_.contains(who); }

    void on_action(const Node& node, const Action& action);
    void on_leave(const Node& node, const Packet& packet);

    [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }

    // How often things happened that a good run must have seen.
    struct Seen {
        std::size_t decided{};
        std::size_t views{};
        std::size_t carried{};
        std::size_t old_carried{};  // from two or more views before
        std::size_t evidence{};
        std::size_t bodies{};
        std::size_t blocks{};
        std::size_t view_changes{};
    };
    [[nodiscard]] const Seen& seen() const { return seen_; }

private:
    template <class M>
    void check_vote(const Node& node, const Signed<M>& message);
    void check_sent(const Node& node, const Signed<PrePrepare>& message);
    void check_sent(const Node& node, const Signed<Prepare>& message);
    void check_sent(const Node& node, const Signed<Commit>& message);
    void check_sent(const Node& node, const Signed<ViewChange>& message);
    void check_sent(const Node& node, const Signed<NewView>& message);
    void check_sent(const Node&, const Signed<Status>&) {}
    void check_memory(const Node& node, const Signed<Commit>& commit, const Signed<ViewChange>& change);
    void check_decided(const Decide& action);
    void fail(const Node& node, const std::string& what);

    ValidatorSet validators_;
    std::set<ValidatorIndex> byzantine_;
    std::optional<std::string> violation_;
    std::map<Height, Digest> final_;
    std::map<std::tuple<ValidatorIndex, MessageKind, View, Height>, Bytes> said_;
    std::map<std::tuple<ValidatorIndex, View, Height>, Digest> voted_for_;  // in whatever kind of vote
    std::map<ValidatorIndex, View> left_below_;                             // the highest view asked for by VIEW-CHANGE
    std::map<ValidatorIndex, std::map<std::pair<View, Height>, Signed<Commit>>> commits_;
    std::map<ValidatorIndex, std::vector<Signed<ViewChange>>> view_changes_;
    Seen seen_;
};

}  // namespace datadeed::consensus::testing
