#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/consensus/sim_monitor.h"

namespace datadeed::consensus::testing {

// Runs the commands of a scenario file, one at a time, over some validators and a network that stands still until told.
// Commands and their meaning are listed in tests/consensus/scenarios/README.md.
class Scenario {
public:
    Scenario();

    // What happened, a line an event. Throws std::runtime_error for what it doesn't understand.
    [[nodiscard]] std::string command(const std::string& line);

    // The first rule of safety that a correct validator broke, if any.
    [[nodiscard]] std::optional<std::string> violation() const {
        return monitor_ ? monitor_->violation() : std::nullopt;
    }

    // Mends everything, lets time pass, and says what is wrong with the end, if anything: all correct validators must
    // decide one more block and be at one tip.
    [[nodiscard]] std::optional<std::string> finish();

private:
    using Words = std::vector<std::string>;
    // Which packets a command means: all, those of a kind, those of one link.
    struct Filter {
        std::string kind;  // "" any
        std::optional<std::uint32_t> from;
        std::optional<std::uint32_t> to;
    };

    void nodes(const Words& words);
    void submit(const Words& words);
    void deliver(const Filter& filter);
    void drop(const Filter& filter);
    void tick(std::uint64_t ms);
    void run(std::uint64_t ms);
    void partition(const Words& words);
    void rounds(std::size_t count);
    [[nodiscard]] bool all_up_hold(const std::string& text) const;
    void post(Packet packet);
    void release_late();
    void forge(const Words& words);
    void forge_new_view(Node& liar, const Words& words, const std::vector<ValidatorIndex>& to);
    void show();
    bool network_command(const Words& words);
    bool node_command(const Words& words);

    void start(Node& node);
    void deliver_one(std::size_t position);
    void collect(Node& node);
    void note(const Node& node, const Action& action);
    void tell(const std::string& line) { transcript_ += line + "\n"; }
    void learn(const Proposal& block);
    void learn_proposed(const Action& action);
    [[nodiscard]] std::string label(const Digest& hash) const;
    [[nodiscard]] std::string describe(const Message& message) const;
    [[nodiscard]] std::string describe(const Wire& wire) const;
    [[nodiscard]] std::string describe(const VoteRecord& record) const;
    [[nodiscard]] std::string describe(const Carried& carried) const;
    [[nodiscard]] bool matches(const Filter& filter, const Packet& packet) const;
    [[nodiscard]] Filter parse_filter(const Words& words) const;
    [[nodiscard]] std::vector<ValidatorIndex> parse_targets(const Words& words) const;
    [[nodiscard]] Node& node(const std::string& word);
    [[nodiscard]] bool is_cut(const Packet& packet) const;

    std::optional<Monitor> monitor_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::deque<Packet> queue_;
    std::map<Digest, std::string> labels_;
    std::map<std::pair<View, ValidatorIndex>, Signed<ViewChange>> view_changes_;  // all that ever left
    std::map<std::uint32_t, int> sides_;                                          // of a partition
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> slow_ms_;    // proposals of one to another
    std::uint64_t lag_ms_{};                                                      // everything
    std::multimap<std::uint64_t, Packet> late_;                                   // by the time they enter the queue
    std::uint64_t rounds_{};                                                      // transactions that `rounds` made
    std::set<std::string> hidden_;                                                // kinds not told
    std::string transcript_;
    std::uint64_t now_{0};
};

}  // namespace datadeed::consensus::testing
