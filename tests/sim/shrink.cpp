#include "tests/sim/shrink.h"

#include <algorithm>
#include <utility>

namespace datadeed::sim {
namespace {

constexpr std::uint64_t submissions_min = 1;
constexpr std::uint64_t faulty_ms_min = 200;

template <class T>
Reduction zero(const char* name, T Plan::* member) {
    return {.name = name, .apply = [member](Plan& plan) { return std::exchange(plan.*member, T{}) != T{}; }};
}

Reduction without(Lie lie) {
    std::string dashed{name(lie)};
    std::ranges::replace(dashed, ' ', '-');
    return {.name = std::move(dashed), .apply = [lie](Plan& plan) { return std::erase(plan.lies, lie) > 0; }};
}

bool be_honest(Plan& plan) {
    plan.lies.clear();
    return std::exchange(plan.byzantine, 0) > 0;
}

bool set_clocks_right(Plan& plan) {
    plan.wrong_clock = false;
    plan.drifts.clear();
    const bool differ = std::ranges::any_of(plan.clocks, [](std::int64_t off) { return off != 0; });
    std::ranges::fill(plan.clocks, 0);
    return differ;
}

bool leave_out_observers(Plan& plan) {
    const std::size_t observers = std::exchange(plan.observers, 0);
    plan.observer_lies.clear();
    plan.clocks.resize(plan.validators);
    return observers > 0;
}

std::vector<Reduction> make_reductions() {
    std::vector<Reduction> all = {
        {.name = "byzantine", .apply = be_honest},
        zero("changes", &Plan::changes),
        zero("snapshots", &Plan::snapshots),
        zero("pruning", &Plan::keep_blocks),
        {.name = "observers", .apply = leave_out_observers},
        zero("partition", &Plan::partition),
        zero("loss", &Plan::loss),
        zero("rare-kind", &Plan::rare_kind),
        zero("twice", &Plan::twice),
        zero("slow", &Plan::slow),
        zero("clog", &Plan::clog),
        zero("crash", &Plan::crash),
        zero("crash-in-write", &Plan::crash_in_write),
        zero("disk-full", &Plan::fills_disks),
        zero("crash-all", &Plan::crash_all),
        zero("pause", &Plan::pause),
        zero("lost-votes", &Plan::loses_votes),
        zero("rotten-votes", &Plan::rots_votes),
        zero("lost-writes", &Plan::loses_writes),
        zero("misdirected", &Plan::misdirects),
        zero("difference", &Plan::diverges),
        zero("lost-chain", &Plan::loses_chain),
        zero("wipe", &Plan::wipes),
        zero("rollback", &Plan::rolls_back),
        {.name = "clocks", .apply = set_clocks_right},
        zero("clock-steps", &Plan::clock_steps),
        zero("nonces", &Plan::reused_nonces),
        {.name = "observers-lies", .apply = [](Plan& plan) { return !std::exchange(plan.observer_lies, {}).empty(); }},
    };
    for (std::uint8_t lie = 1; lie <= static_cast<std::uint8_t>(Lie::old_keys); ++lie) {
        all.push_back(without(static_cast<Lie>(lie)));
    }
    return all;
}

// "I6 (double vote): node-1 ..." breaks I6.
std::string_view invariant_of(std::string_view violation) {
    return violation.substr(0, violation.find(' '));
}

class Shrinking {
public:
    Shrinking(Shrunk found, const RunPlan& run) : found_{std::move(found)}, run_{&run} {}

    // Whether the simpler plan still breaks it, and is the one to go on from.
    bool accept(Plan simpler) {
        std::optional<std::string> violation = (*run_)(simpler);
        if (!violation || invariant_of(*violation) != invariant_of(found_.violation)) return false;
        found_.plan = std::move(simpler);
        found_.violation = std::move(*violation);
        return true;
    }
    bool leave_out() {
        bool simpler = false;
        for (const Reduction& reduction : reductions()) {
            Plan plan = found_.plan;
            if (!reduction.apply(plan) || !accept(std::move(plan))) continue;
            found_.without.push_back(reduction.name);
            simpler = true;
        }
        return simpler;
    }
    bool halve(std::uint64_t Plan::* member, std::uint64_t least) {
        Plan plan = found_.plan;
        plan.*member = std::max(plan.*member / 2, least);
        return plan.*member < found_.plan.*member && accept(std::move(plan));
    }
    [[nodiscard]] Shrunk&& found() && { return std::move(found_); }

private:
    Shrunk found_;
    const RunPlan* run_;
};

}  // namespace

const std::vector<Reduction>& reductions() {
    static const std::vector<Reduction> all = make_reductions();
    return all;
}

bool reduce(Plan& plan, std::string_view name) {
    const auto found = std::ranges::find(reductions(), name, &Reduction::name);
    if (found == reductions().end()) return false;
    (void)found->apply(plan);
    return true;
}

std::string Shrunk::options() const {
    std::string names;
    for (const std::string& name : without) names += (names.empty() ? "" : ",") + name;
    return "--seed " + std::to_string(plan.seed) + (names.empty() ? "" : " --without " + names) + " --submissions " +
           std::to_string(plan.submissions) + " --faulty-ms " + std::to_string(plan.faulty_ms);
}

std::optional<Shrunk> shrink(const Plan& plan, const RunPlan& run) {
    std::optional<std::string> violation = run(plan);
    if (!violation) return std::nullopt;
    Shrinking shrinking{Shrunk{.plan = plan, .without = {}, .violation = std::move(*violation)}, run};
    bool simpler = true;
    while (simpler) {
        simpler = shrinking.leave_out();
        simpler |= shrinking.halve(&Plan::faulty_ms, faulty_ms_min);
        simpler |= shrinking.halve(&Plan::submissions, submissions_min);
    }
    return std::move(shrinking).found();
}

}  // namespace datadeed::sim
