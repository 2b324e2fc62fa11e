#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/plan.h"

// Makes a run that breaks something as simple as it can be: without the faults, lies and clients that it doesn't need.

namespace datadeed::sim {

// What a plan can do without, by a name that the command line takes: "loss", "crash", "two-stories" and so on.
struct Reduction {
    std::string name{};
    std::function<bool(Plan&)> apply{};  // false when the plan has nothing of it
};
[[nodiscard]] const std::vector<Reduction>& reductions();

// False when no reduction has that name.
[[nodiscard]] bool reduce(Plan& plan, std::string_view name);

struct Shrunk {
    Plan plan{};
    std::vector<std::string> without{};  // the reductions that were made
    std::string violation{};             // what it still breaks

    // The options that make it of its seed: "--seed 7 --without loss,crash --submissions 5 --faulty-ms 700".
    [[nodiscard]] std::string options() const;
};

// Runs a plan: the violation, or nothing.
using RunPlan = std::function<std::optional<std::string>(const Plan&)>;

// The simplest plan found, one reduction after the other, that breaks the same invariant; nothing if the plan breaks
// none.
[[nodiscard]] std::optional<Shrunk> shrink(const Plan& plan, const RunPlan& run);

}  // namespace datadeed::sim
