#include <algorithm>
#include <iterator>
#include <sstream>
#include <thread>

#include "tests/sim/cluster.h"
#include "tests/sim/collusion.h"
#include "tests/sim/options.h"
#include "tests/sim/shrink.h"
#include "tests/sim/trace.h"
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
    CHECK(sights.wiped > 0);
    CHECK(sights.votes_lost > 0);
    CHECK(sights.votes_rotten > 0);
    CHECK(sights.recognised > 0);
    CHECK(sights.chains_lost > 0);
    CHECK(sights.epochs > 10);
    CHECK(sights.refused_proposals > 0);
    CHECK(sights.backdated > 0);
    CHECK(sights.evidence > 0);
    CHECK(sights.convicted > 0);
    CHECK(sights.refused_answers > 100);
    CHECK(sights.checkpoints > 100);
    CHECK(sights.archived > 10);
    CHECK(sights.disks_full > 10);
    CHECK(sights.nonces_reused > 50);
    CHECK(sights.carried > 100);
    CHECK(sights.epochs_amid > 5);
    CHECK(sights.below(0).empty());
    CHECK(sights.below(UINT64_MAX).find("blocks carried into a view") != std::string::npos);
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

TEST_CASE("a plan is shrunk to what its violation needs, and the options make it again") {
    sim::Plan plan = sim::make_plan(5);
    plan.crash = 7;
    plan.loss = 3;
    plan.byzantine = 1;
    plan.lies = {sim::Lie::mutates, sim::Lie::two_stories};
    plan.submissions = 50;
    // Lies are needed, crashes are, and some submissions; without loss it breaks something else.
    const auto breaks = [](const sim::Plan& tried) -> std::optional<std::string> {
        if (tried.crash == 0 || !tried.has(sim::Lie::two_stories) || tried.submissions < 10) return std::nullopt;
        return tried.loss == 0 ? "I2 (another): x" : "I6 (votes): y";
    };
    const auto found = sim::shrink(plan, breaks);
    REQUIRE(found);
    CHECK(found->violation == "I6 (votes): y");
    CHECK(found->plan.lies == std::vector{sim::Lie::two_stories});
    CHECK(found->plan.loss == 3);
    CHECK(found->plan.crash == 7);
    CHECK(found->plan.submissions == 12);
    CHECK(found->plan.observers == 0);
    CHECK_FALSE(found->plan.hurts());
    CHECK_FALSE(sim::shrink(plan, [](const sim::Plan&) { return std::nullopt; }));

    std::vector<const char*> words{"datadeed-sim"};
    std::istringstream in{found->options()};
    std::vector<std::string> parts{std::istream_iterator<std::string>{in}, {}};
    for (const std::string& part : parts) words.push_back(part.c_str());
    const auto options = sim::parse_options(static_cast<int>(words.size()), words.data());
    REQUIRE(options);
    sim::Plan again = options->plan_of(5);
    again.crash = 7;
    again.loss = 3;
    again.byzantine = 1;
    again.lies = {sim::Lie::two_stories};
    CHECK(again.text() == found->plan.text());
}

TEST_CASE("whatever a liar may be drawn with, a plan is shrunk without it where it isn't needed") {
    for (auto lie = static_cast<std::uint64_t>(sim::Lie::stalls); lie <= sim::last_drawn_lie + 1; ++lie) {
        sim::Plan plan{.seed = 5, .byzantine = 1, .lies = {sim::Lie::silent, static_cast<sim::Lie>(lie)}};
        CAPTURE(sim::name(plan.lies[1]));
        const auto found = sim::shrink(plan, [](const sim::Plan& tried) {
            return tried.has(sim::Lie::silent) ? std::optional<std::string>{"I6: y"} : std::nullopt;
        });
        REQUIRE(found);
        CHECK(found->plan.lies == std::vector{sim::Lie::silent});
    }
    CHECK(sim::name(static_cast<sim::Lie>(sim::last_drawn_lie + 1)) == "old keys");
}

TEST_CASE("what would run nothing, or other scenarios than are asked for, is refused") {
    const auto takes = [](std::initializer_list<const char*> words) {
        std::vector<const char*> all{"datadeed-sim"};
        all.insert(all.end(), words);
        return sim::parse_options(static_cast<int>(all.size()), all.data()).has_value();
    };
    CHECK(takes({"--schedules", "1"}));
    CHECK_FALSE(takes({"--schedules", "0"}));
    CHECK_FALSE(takes({"--without", "gravity"}));
    const std::string end = std::to_string(sim::twins_scenarios);
    const std::string last = std::to_string(sim::twins_scenarios - 1);
    CHECK(takes({"--twins", "4"}));
    CHECK(takes({"--twins", "4", "--first", last.c_str()}));
    CHECK_FALSE(takes({"--twins", "4", "--first", end.c_str()}));
    CHECK_FALSE(takes({"--first", end.c_str(), "--twins", "4"}));
    CHECK_FALSE(takes({"--twins", "4", "--seed", end.c_str()}));
    CHECK(takes({"--first", end.c_str()}));  // of seeds there is no end
}

TEST_CASE("as many runs at once as there are processors, and one where each shows what happens") {
    const char* const plain[] = {"datadeed-sim", "--schedules", "3"};
    const char* const shown[] = {"datadeed-sim", "--schedules", "3", "--trace"};
    CHECK(sim::parse_options(3, plain)->jobs == std::max(1U, std::thread::hardware_concurrency()));
    CHECK(sim::parse_options(4, shown)->jobs == 1);
}

TEST_CASE("a trace shows messages as arrows, and what happens as notes") {
    const sim::Plan plan{.seed = 5, .clocks = {0, 0, 0, 0}};
    std::string diagram;
    std::string lines;
    const sim::Trace trace = [&](const sim::TraceEvent& event) {
        diagram += sim::mermaid_of(event) + "\n";
        lines += sim::text_of(event) + "\n";
    };
    (void)sim::Cluster{plan, trace}.run();
    CHECK(diagram.find("    node-0->>node-1: ") != std::string::npos);
    CHECK(diagram.find(" ms: COMMIT view 0 height 1 ") != std::string::npos);
    CHECK(diagram.find("    Note over node-1: ") != std::string::npos);
    CHECK(diagram.find(" ms: VIEW-CHANGE view 1 committed ") != std::string::npos);
    CHECK(lines.find("  node-1  hears from node-0: PRE-PREPARE view 0 height 1 ") != std::string::npos);
    CHECK(lines.find("  node-1  commits block 1 ") != std::string::npos);
    CHECK(sim::describe_message(Bytes{1, 2, 3}) == "bytes that are no message");
}

TEST_CASE("a fork by more liars than are borne comes out, and convicts nobody honest") {
    const sim::World world = sim::make_world(4, 0, sim::collusion_instances);
    std::uint64_t blocks = 0;
    std::uint64_t accused = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        INFO("replay: datadeed-sim --collusion --seed " << seed << " --trace");
        const sim::CollusionOutcome outcome = sim::run_collusion(world, seed, {});
        CHECK(outcome.violation.value_or("") == "");
        blocks += outcome.blocks;
        accused += outcome.accused;
    }
    CHECK(blocks > 100);
    CHECK(accused >= 4);
}

TEST_CASE("two hundred scenarios of Twins keep every promise, and twins are found out") {
    const sim::World world = sim::make_world(4, 0, sim::twins_instances);
    std::uint64_t contradictions = 0;
    std::uint64_t views = 0;
    std::uint64_t shown = 0;
    std::uint64_t convicted = 0;
    for (std::uint64_t number = 0; number < 200; ++number) {
        INFO("replay: datadeed-sim --twins 4 --scenario " << number << " --trace");
        const sim::TwinsOutcome outcome = sim::run_twins(world, sim::twins_scenario(number), {});
        CHECK(outcome.violation.value_or("") == "");
        contradictions += outcome.contradictions;
        convicted += outcome.convicted ? 1U : 0U;
        shown += outcome.contradictions > 0 ? 1U : 0U;
        views += outcome.views;
    }
    CHECK(contradictions > 100);
    CHECK(convicted == shown);
    CHECK(views > 100);
}

}  // namespace datadeed
