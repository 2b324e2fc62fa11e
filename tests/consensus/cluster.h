#pragma once

#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "tests/consensus/sim_monitor.h"
#include "tests/sim/rng.h"

namespace datadeed::consensus::testing {

// What one simulated run is like. All chances are in thousandths.
struct Faults {
    std::size_t validators{4};
    std::size_t byzantine{0};  // at most f
    bool silent{false};        // the Byzantine ones say nothing, else they tell two stories
    std::uint64_t loss{50};
    std::uint64_t twice{50};
    std::uint64_t slow{50};
    std::uint64_t crash{15};      // each time something happens at a node
    std::uint64_t partition{30};  // each 100 ms
    bool lazy_disk{true};
    std::uint64_t milliseconds{12'000};  // with faults
};

// Validators over a network of virtual time, driven by one seed: equal seeds, equal runs. First everything goes wrong,
// then nothing does.
class Cluster {
public:
    Cluster(std::uint64_t seed, Faults faults);

    // The first rule broken, if any: of safety at any time, of progress after the faults ended.
    [[nodiscard]] std::optional<std::string> run();

    [[nodiscard]] const Monitor::Seen& seen() const { return monitor_.seen(); }
    // A digest of all that happened, to compare runs.
    [[nodiscard]] std::uint64_t trace() const { return trace_; }
    [[nodiscard]] std::size_t crashes() const { return crashes_; }
    [[nodiscard]] Height height() const;

private:
    struct Arrival {
        std::uint64_t at{};
        std::uint64_t order{};
        Packet packet;
        friend bool operator>(const Arrival& a, const Arrival& b) {
            return std::pair{a.at, a.order} > std::pair{b.at, b.order};
        }
    };
    using Slot = std::pair<View, Height>;

    void run_until(std::uint64_t end);
    void move_time(std::uint64_t to);
    void misfortune();
    void maybe_crash(Node& node);
    void heal();
    void after_event(Node& node);
    void post(Packet packet);
    void enqueue(Packet packet);
    [[nodiscard]] std::optional<Packet> twist(Packet packet);
    void remember_second_story(const Signed<PrePrepare>& message);
    void vote_for_both(const Slot& slot);
    [[nodiscard]] bool in_second_camp(ValidatorIndex who) const { return (camps_ >> who.value & 1U) != 0; }
    template <class M>
    [[nodiscard]] Signed<M> resign(M message, ValidatorIndex signer) const;
    [[nodiscard]] bool all_hold(const std::string& text) const;
    [[nodiscard]] bool one_tip() const;
    [[nodiscard]] std::optional<std::string> check_progress();

    Faults faults_;
    sim::Rng rng_;
    Monitor monitor_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> under_way_;
    std::map<ValidatorIndex, std::uint64_t> restarts_;  // when
    std::uint64_t now_{1'000};
    std::uint64_t order_{};
    std::uint64_t submitted_{};
    std::uint64_t next_misfortune_{};
    std::uint64_t cut_{};                                  // bit set of one side of the partition, 0 none
    std::uint64_t camps_{};                                // who is told the second story
    std::map<Slot, std::pair<Digest, Proposal>> stories_;  // first story's hash, second story
    std::set<Slot> voted_for_both_;
    bool healed_{false};
    std::uint64_t trace_{0xCBF29CE484222325U};
    std::size_t crashes_{};
};

}  // namespace datadeed::consensus::testing
