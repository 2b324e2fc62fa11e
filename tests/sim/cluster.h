#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/byzantine.h"
#include "tests/sim/checkers.h"
#include "tests/sim/network.h"
#include "tests/sim/node.h"
#include "tests/sim/plan.h"
#include "tests/sim/prosecutor.h"
#include "tests/sim/sights.h"
#include "tests/sim/trace.h"
#include "tests/sim/workload.h"
#include "tests/sim/world.h"

namespace datadeed::sim {

// How often the dice are rolled for what befalls nodes and links.
inline constexpr std::uint64_t misfortune_us = 100'000;

struct Outcome {
    std::optional<std::string> violation{};
    std::uint64_t trace_hash{};  // of all that happened: equal for equal seeds
    std::uint64_t virtual_ms{};
    Sights sights{};
};

// A whole cluster in one thread, from one seed: first everything goes wrong and nothing may break, then all is well and
// everything must get done. `trace` gets each event, if given, and each message that decides something as it arrives.
class Cluster {
public:
    Cluster(const Plan& plan, Trace trace);

    [[nodiscard]] Outcome run();

private:
    enum class What : std::uint8_t { deliver, tick, wake, restart, misfortune, submit, govern, report };
    struct Happening {
        What what{};
        std::size_t node{};  // of tick, wake and restart
        Parcel parcel{};     // of deliver
    };
    struct Entry {
        std::uint64_t at{};
        std::uint64_t order{};
        Happening happening{};
        friend bool operator>(const Entry& a, const Entry& b) {
            return std::pair{a.at, a.order} > std::pair{b.at, b.order};
        }
    };

    [[nodiscard]] std::unique_ptr<Liar> make_liar(std::size_t node, const std::vector<Lie>& lies);
    void schedule(std::uint64_t after_us, What what, std::size_t node = 0);
    void schedule(std::uint64_t after_us, Parcel parcel);
    void run_until(std::uint64_t end_us, const std::function<bool()>& done);
    void happen(const Happening& happening);
    void deliver(const Parcel& parcel);
    void tick(std::size_t node);
    void wake(std::size_t node);
    [[nodiscard]] bool note_view_changes(const Node& node, const std::vector<replica::Event>& events);
    void take_in(std::size_t node, std::vector<replica::Event> events);
    void misfortune();
    void submit_next();
    void give(std::size_t node, replica::Event event);
    void step(std::size_t node, std::vector<replica::Event> events);
    void perform(std::size_t node, std::vector<replica::Action> actions);
    void perform_one(std::size_t node, replica::Action& action);
    void on(std::size_t node, const replica::BlockCommitted& block);
    void on(std::size_t node, const replica::LogEvent& event);
    void on(std::size_t node, const replica::WriteSnapshot& what);
    void on(std::size_t node, const replica::ArchiveBlocks& what);
    void on(std::size_t node, const replica::Halt& halt);
    void send(std::size_t node, const replica::SendTo& send);
    void post(std::size_t node, const Said& said);
    [[nodiscard]] bool views_change() const;
    void start(std::size_t node);
    void crash(std::size_t node, const char* how);
    void damage(std::size_t index);
    // A machine that computes otherwise than a quorum of the others stops.
    [[nodiscard]] bool may_differ(std::size_t index) const { return plan_.diverges && hurt_ == index; }
    void recover_from_difference(std::size_t index, const std::string& why, void (Node::*do_what_the_hint_says)());
    void maybe_roll_back();
    void set_clock(std::size_t index);
    void note_fetched(std::size_t node, Height height);
    void check_voices();
    void check_given_up(std::size_t node);
    void report();
    void check_convictions();
    void tell_liar(std::size_t index, const ledger::Epoch& began);
    void check_blame(const replica::LogEvent& event);
    void check_evidence(std::size_t node, const replica::LogEvent& event);
    void submit(std::size_t node, const Workload::Submission& submission);
    void heal();

    // cluster_council.cpp
    void govern();
    void propose(std::size_t node, const replica::ReadyAnswer& answer);
    void hand_in(std::size_t member, ledger::Operation operation);
    [[nodiscard]] std::optional<ledger::NodeChange> draw_change();
    [[nodiscard]] std::size_t removals_under_way() const;
    [[nodiscard]] bool is_safe(std::size_t validators) const;
    [[nodiscard]] bool validates(std::size_t node) const;

    void demand_progress();
    void wait_until_settled(std::uint64_t within_us, const char* what);
    void demand_checkpoint();
    void demand_new_primary();
    void check_disks();
    [[nodiscard]] bool is_settled();
    [[nodiscard]] bool is_honest(std::size_t node) const { return !liars_[node]; }
    [[nodiscard]] std::size_t index_of(const ledger::MemberId& name) const;
    [[nodiscard]] std::uint64_t true_ms() const { return epoch_ms + now_us_ / 1000; }
    void note(std::size_t node, const std::string& text);
    void note_message(const Parcel& parcel);
    void fold(std::uint64_t value);

    Plan plan_;
    Trace trace_;
    World world_;
    Rng rng_;
    Network network_;
    Workload workload_;
    Checker checker_;
    Prosecutor prosecutor_;
    bool reporting_{false};
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<std::unique_ptr<Liar>> liars_;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
    std::uint64_t now_us_{0};
    std::uint64_t order_{0};
    std::uint64_t happened_{0};
    std::uint64_t submissions_left_{0};
    bool healed_{false};
    struct Council {
        std::optional<ledger::NodeChange> change{};  // that a node is asked to be ready for
        std::optional<ledger::ChangeId> proposed{};
        std::optional<std::size_t> joiner{};  // who is to vote under new keys by that
        ledger::EpochNumber epoch{};          // in which it was proposed
        std::vector<std::size_t> voters{};    // who hasn't voted yet
        std::set<std::size_t> to_remove{};    // nodes whose removal was ever proposed
        std::uint64_t patience{};             // turns left for this change
        std::map<std::size_t, std::size_t> generations{};
        std::uint64_t nonces{};
        std::uint64_t left{};
    } council_;
    std::optional<std::size_t> hurt_{};     // the node that lost votes
    std::optional<std::size_t> retired_{};  // the primary that was stopped for good, at the end
    bool rolled_back_{false};
    bool chain_lost_{false};            // by the node that lost something, and it hasn't started since
    std::set<std::size_t> given_up_{};  // their voices, rightly
    bool must_be_silent_{false};        // it has fetched a certificate with a vote that it doesn't know
    Outcome outcome_{};
};

}  // namespace datadeed::sim
