// datadeed-sim: whole clusters in one thread each, with everything going wrong that a plan says, or all scenarios of
// Twins. Exit 1 on a violation, 134 on an assertion of the program itself; the last line is then the command that
// replays the first one, if one run alone shows it.

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "crypto/init.h"
#include "tests/sim/cluster.h"
#include "tests/sim/collusion.h"
#include "tests/sim/invariant.h"
#include "tests/sim/options.h"
#include "tests/sim/shrink.h"
#include "tests/sim/trace.h"
#include "tests/sim/twins.h"

namespace {

namespace sim = datadeed::sim;

// What comes before the number of a run.
const char* mode_of(const sim::Options& options) {
    if (options.collusion) return "--collusion ";
    return options.twins ? "--twins 4 " : "";
}

// What an assertion has to say of itself: no more than is safe in a signal handler.
thread_local std::uint64_t running = 0;

const char* running_mode = "";

extern "C" void tell_running(int) {
    char number[] = "00000000000000000000";
    std::uint64_t rest = running;
    for (std::size_t at = sizeof number - 1; at > 0; rest /= 10) number[--at] = static_cast<char>('0' + rest % 10);
    const auto say = [](std::string_view text) { (void)!write(STDOUT_FILENO, text.data(), text.size()); };
    say("replay: datadeed-sim ");
    say(running_mode);
    say(running_mode == std::string_view{"--twins 4 "} ? "--scenario " : "--seed ");
    say(number);
    say(" --trace (an assertion failed)\n");
}

struct Ran {
    std::optional<std::uint64_t> first_failing{};
    const char* replay{};  // the word before its number
};

// The last line of a run, behind its sums; its exit code.
int end(const sim::Options& options, const Ran& ran) {
    if (!ran.first_failing) return 0;
    std::cout << "replay: datadeed-sim " << mode_of(options) << ran.replay << " " << *ran.first_failing << " --trace\n";
    return 1;
}

// Runs `one` for each number from `first` on, in as many threads as there are jobs; it returns a violation or nothing.
// Tells each violation as it comes, with the word that replays it.
template <class One>
Ran run_all(const sim::Options& options, std::uint64_t first, std::uint64_t count, const char* replay, One&& one) {
    std::atomic<std::uint64_t> next{0};
    std::atomic<std::uint64_t> done{0};
    std::atomic<bool> enough{false};
    std::uint64_t failures = 0;
    std::optional<std::uint64_t> first_failing;
    std::mutex mutex;
    const auto work = [&] {
        for (std::uint64_t i = next++; i < count && !enough; i = next++) {
            running = first + i;
            const std::optional<std::string> violation = one(first + i);
            const std::lock_guard lock{mutex};
            if (++done % 50'000 == 0) std::cerr << done << " of " << count << "\n";
            if (!violation) continue;
            ++failures;
            enough = options.until_violation;
            first_failing = std::min(first_failing.value_or(first + i), first + i);
            std::cout << replay + 2 << " " << first + i << " VIOLATION " << *violation << std::endl;
        }
    };
    std::vector<std::thread> threads;
    for (std::uint64_t i = 1; i < options.jobs; ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    // A comment of the diagram, else.
    if (options.show == sim::Show::diagram) std::cout << "%% ";
    std::cout << done << " of " << count << " from " << first << ": " << failures << " violations\n";
    return {.first_failing = first_failing, .replay = replay};
}

// Prints what is wanted of it.
sim::Trace tracer(const sim::Options& options) {
    switch (options.show) {
        case sim::Show::nothing:
            return {};
        case sim::Show::events:
            return [](const sim::TraceEvent& event) {
                if (event.from.empty()) std::cout << sim::text_of(event) << "\n";
            };
        case sim::Show::messages:
            return [](const sim::TraceEvent& event) { std::cout << sim::text_of(event) << "\n"; };
        case sim::Show::diagram:
            return [](const sim::TraceEvent& event) { std::cout << sim::mermaid_of(event) << "\n"; };
    }
    return {};
}

// One seed of so many is run twice, and must come to the same trace.
constexpr std::uint64_t twice_one_of = 100;
// Of so many schedules one must show each of the sights.
constexpr std::uint64_t sight_one_of = 10'000;

// What comes before the events: a comment of the diagram, or a line.
void show_title(const sim::Options& options, const std::string& title) {
    if (options.show == sim::Show::nothing) return;
    const bool is_diagram = options.show == sim::Show::diagram;
    std::cout << (is_diagram ? "sequenceDiagram\n    %% " : "") << title << "\n";
}

int run_schedules(const sim::Options& options) {
    sim::Sights sights;
    std::mutex mutex;
    const Ran ran = run_all(options, options.first.value_or(1), options.count.value_or(100), "--seed",
                            [&](std::uint64_t seed) -> std::optional<std::string> {
                                const sim::Plan plan = options.plan_of(seed);
                                show_title(options, "seed " + std::to_string(seed) + ": " + plan.text());
                                const sim::Outcome outcome = sim::Cluster{plan, tracer(options)}.run();
                                if (seed % twice_one_of == 0 && options.show == sim::Show::nothing &&
                                    sim::Cluster{plan, {}}.run().trace_hash != outcome.trace_hash) {
                                    return std::string{name(sim::Invariant::determinism)} + ": two runs differ";
                                }
                                const std::lock_guard lock{mutex};
                                sights.add(outcome.sights);
                                if (!outcome.violation) return std::nullopt;
                                return "after " + std::to_string(outcome.virtual_ms) + " ms: " + *outcome.violation;
                            });
    if (options.show != sim::Show::diagram) std::cout << sights.text() << "\n";
    // A run in which nothing happens proves nothing.
    const std::uint64_t least = options.without.empty() ? options.count.value_or(100) / sight_one_of : 0;
    const std::string unseen = sights.below(least);
    if (ran.first_failing || unseen.empty()) return end(options, ran);
    std::cout << "VIOLATION seen less than " << least << " times: " << unseen << "\n";
    return 1;
}

int run_shrink(const sim::Options& options) {
    std::uint64_t runs = 0;
    const auto found = sim::shrink(options.plan_of(*options.first), [&runs](const sim::Plan& plan) {
        ++runs;
        return sim::Cluster{plan, {}}.run().violation;
    });
    if (!found) {
        std::cout << "it breaks nothing\n";
        return 0;
    }
    std::cout << "VIOLATION " << found->violation << "\nafter " << runs << " runs: " << found->plan.text()
              << "\nreplay: datadeed-sim " << found->options() << " --trace\n";
    return 1;
}

int run_twins(const sim::Options& options) {
    std::atomic<std::uint64_t> blocks{0};
    std::atomic<std::uint64_t> views{0};
    std::atomic<std::uint64_t> contradictions{0};
    std::atomic<std::uint64_t> convicted{0};
    const std::uint64_t first = options.first.value_or(0);
    const std::uint64_t count = std::min(options.count.value_or(sim::twins_scenarios), sim::twins_scenarios - first);
    const Ran ran = run_all(options, first, count, "--scenario", [&](std::uint64_t number) {
        thread_local const sim::World world = sim::make_world(4, 0, sim::twins_instances);
        const sim::TwinsScenario scenario = sim::twins_scenario(number);
        show_title(options, "scenario " + std::to_string(number) + ": " + scenario.text());
        const sim::TwinsOutcome outcome = sim::run_twins(world, scenario, tracer(options));
        blocks += outcome.blocks;
        views += outcome.views;
        contradictions += outcome.contradictions;
        convicted += outcome.convicted ? 1U : 0U;
        return outcome.violation;
    });
    std::cout << blocks << " blocks, " << views << " views reached, " << contradictions
              << " contradictions shown, twins convicted in " << convicted << " scenarios\n";
    // Many scenarios without these would mean that nobody was split, or that twins were one.
    const bool empty = count >= 200 && (views == 0 || contradictions == 0 || convicted == 0);
    if (empty) std::cout << "VIOLATION nothing happened\n";
    return end(options, ran) == 0 && !empty ? 0 : 1;
}

int run_collusions(const sim::Options& options) {
    std::atomic<std::uint64_t> blocks{0};
    std::atomic<std::uint64_t> accused{0};
    const Ran ran =
        run_all(options, options.first.value_or(1), options.count.value_or(100), "--seed", [&](std::uint64_t seed) {
            thread_local const sim::World world = sim::make_world(4, 0, sim::collusion_instances);
            show_title(options, "seed " + std::to_string(seed));
            const sim::CollusionOutcome outcome = sim::run_collusion(world, seed, tracer(options));
            blocks += outcome.blocks;
            accused += outcome.accused;
            return outcome.violation;
        });
    std::cout << blocks << " blocks of forks, " << accused << " colluders convicted\n";
    return end(options, ran);
}

}  // namespace

int main(int count, char** words) {
    const std::optional<sim::Options> options = sim::parse_options(count, words);
    if (!options) {
        std::cerr << sim::usage();
        return 2;
    }
    datadeed::crypto::init();
    running_mode = mode_of(*options);
    std::signal(SIGABRT, tell_running);
    if (options->show != sim::Show::nothing) std::cout << std::unitbuf;
    if (options->shrink) return run_shrink(*options);
    if (options->collusion) return run_collusions(*options);
    return options->twins ? run_twins(*options) : run_schedules(*options);
}
