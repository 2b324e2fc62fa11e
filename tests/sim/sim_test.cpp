#include "tests/sim/cluster.h"
#include "tests/sim/twins.h"
#include "tests/support/catch.h"

namespace datadeed {

namespace {

sim::Outcome run(const sim::Plan& plan) {
    sim::Cluster cluster{plan, {}};
    return cluster.run();
}

}  // namespace

TEST_CASE("two hundred clusters keep every promise with everything going wrong, and get all done after it") {
    sim::Sights sights;
    for (std::uint64_t seed = 1'000'001; seed <= 1'000'200; ++seed) {
        const sim::Outcome outcome = run(sim::make_plan(seed));
        INFO("replay: datadeed-sim --seed " << seed << " --trace");
        CHECK(outcome.violation.value_or("") == "");
        sights.add(outcome.sights);
    }
    // A run in which nothing happens proves nothing.
    CHECK(sights.blocks > 1'000);
    CHECK(sights.crashes > 100);
    CHECK(sights.crashes_in_write > 20);
    CHECK(sights.views > 200);
    CHECK(sights.caught_up > 100);
    CHECK(sights.silenced > 0);
    CHECK(sights.rolled_back > 0);
    CHECK(sights.recognised > 0);
    CHECK(sights.refused_proposals > 0);
    CHECK(sights.backdated > 0);
    CHECK(sights.evidence > 0);
    CHECK(sights.refused_answers > 100);
    CHECK(sights.checkpoints > 100);
}

TEST_CASE("a seed gives the same run each time") {
    const sim::Plan plan = sim::make_plan(77);
    CHECK(run(plan).trace_hash == run(plan).trace_hash);
}

TEST_CASE(
    "a cluster without faults commits all that is handed in, and changes its view once: its primary stops at the end") {
    sim::Plan plan{.seed = 5, .observers = 1, .clocks = {0, 0, 0, 0, 0}};
    const sim::Outcome outcome = run(plan);
    CHECK(outcome.violation.value_or("") == "");
    CHECK(outcome.sights.views == 4 + 3);  // all enter the first, the three that are left the second
    CHECK(outcome.sights.transactions > 10);
}

TEST_CASE("two hundred scenarios of Twins keep every promise, and twins are found out") {
    const sim::World world = sim::make_world(4, 0, sim::twins_instances);
    std::uint64_t contradictions = 0;
    std::uint64_t views = 0;
    for (std::uint64_t number = 1; number < sim::twins_scenarios; number += 1'311) {
        INFO("replay: datadeed-sim --twins 4 --scenario " << number << " --trace");
        const sim::TwinsOutcome outcome = sim::run_twins(world, sim::twins_scenario(number), {});
        CHECK(outcome.violation.value_or("") == "");
        contradictions += outcome.contradictions;
        views += outcome.views;
    }
    CHECK(contradictions > 100);
    CHECK(views > 100);
}

}  // namespace datadeed
