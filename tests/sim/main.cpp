// datadeed-sim: whole clusters in one thread each, with everything going wrong that a plan says, or all scenarios of
// Twins. Exit 1 on a violation, 134 on an assertion of the program itself; the last line is then the command that
// replays it.

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "crypto/init.h"
#include "tests/sim/cluster.h"
#include "tests/sim/twins.h"

namespace {

namespace sim = datadeed::sim;

struct Options {
    std::optional<std::uint64_t> first{};
    std::optional<std::uint64_t> count{};
    std::uint64_t jobs{1};
    bool twins{false};
    bool trace{false};
    bool until_violation{false};
};

constexpr const char* usage =
    "usage: datadeed-sim [--schedules N] [--first S] [--jobs N] [--until-violation]   run N seeds from S on\n"
    "       datadeed-sim --seed S [--trace]        run one; with --trace, a line an event\n"
    "       datadeed-sim --twins 4 [--jobs N]      all scenarios of Twins with four validators\n"
    "       datadeed-sim --twins 4 --scenario S [--trace]\n";

// What an assertion has to say of itself: no more than is safe in a signal handler.
thread_local std::uint64_t running = 0;

bool running_twins = false;

extern "C" void tell_running(int) {
    char number[] = "00000000000000000000";
    std::uint64_t rest = running;
    for (std::size_t at = sizeof number - 1; at > 0; rest /= 10) number[--at] = static_cast<char>('0' + rest % 10);
    const auto say = [](std::string_view text) { (void)!write(STDOUT_FILENO, text.data(), text.size()); };
    say(running_twins ? "replay: datadeed-sim --twins 4 --scenario " : "replay: datadeed-sim --seed ");
    say(number);
    say(" --trace (an assertion failed)\n");
}

bool take_flag(Options& options, const std::string& word) {
    if (word == "--trace") options.trace = true;
    if (word == "--until-violation") options.until_violation = true;
    return word == "--trace" || word == "--until-violation";
}

bool take_number(Options& options, const std::string& word, std::uint64_t number) {
    if (word == "--schedules") {
        options.count = number;
    } else if (word == "--first") {
        options.first = number;
    } else if (word == "--jobs" && number > 0) {
        options.jobs = number;
    } else if (word == "--seed" || (word == "--scenario" && number < sim::twins_scenarios)) {
        options.first = number;
        options.count = 1;
    } else if (word == "--twins" && number == 4) {
        options.twins = true;
    } else {
        return false;
    }
    return true;
}

std::optional<Options> parse(int count, char** words) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (take_flag(options, word)) continue;
        if (i + 1 >= count) return std::nullopt;
        const char* text = words[++i];
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text, text + std::strlen(text), number);
        if (error != std::errc{} || *end != 0 || !take_number(options, word, number)) return std::nullopt;
    }
    return options;
}

// Runs `one` for each number from `first` on, in as many threads as there are jobs; it returns a violation or nothing.
// Tells each violation as it comes, with the word that replays it.
template <class One>
int run_all(const Options& options, std::uint64_t first, std::uint64_t count, const char* replay, One&& one) {
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
    std::cout << done << " of " << count << " from " << first << ": " << failures << " violations\n";
    if (first_failing) {
        std::cout << "replay: datadeed-sim " << (options.twins ? "--twins 4 " : "") << replay << " " << *first_failing
                  << " --trace\n";
    }
    return failures == 0 ? 0 : 1;
}

sim::Cluster::Trace tracer(const Options& options) {
    if (!options.trace) return {};
    return [](const std::string& line) { std::cout << line << "\n"; };
}

int run_schedules(const Options& options) {
    sim::Sights sights;
    std::mutex mutex;
    const int code = run_all(options, options.first.value_or(1), options.count.value_or(100), "--seed",
                             [&](std::uint64_t seed) -> std::optional<std::string> {
                                 const sim::Plan plan = sim::make_plan(seed);
                                 if (options.trace) std::cout << "seed " << seed << ": " << plan.text() << "\n";
                                 sim::Cluster cluster{plan, tracer(options)};
                                 const sim::Outcome outcome = cluster.run();
                                 const std::lock_guard lock{mutex};
                                 sights.add(outcome.sights);
                                 if (!outcome.violation) return std::nullopt;
                                 return "after " + std::to_string(outcome.virtual_ms) + " ms: " + *outcome.violation;
                             });
    std::cout << sights.text() << "\n";
    return code;
}

int run_twins(const Options& options) {
    std::atomic<std::uint64_t> blocks{0};
    std::atomic<std::uint64_t> views{0};
    std::atomic<std::uint64_t> contradictions{0};
    const std::uint64_t first = options.first.value_or(0);
    const std::uint64_t count = std::min(options.count.value_or(sim::twins_scenarios), sim::twins_scenarios - first);
    const int code = run_all(options, first, count, "--scenario", [&](std::uint64_t number) {
        thread_local const sim::World world = sim::make_world(4, 0, sim::twins_instances);
        const sim::TwinsScenario scenario = sim::twins_scenario(number);
        if (options.trace) std::cout << "scenario " << number << ": " << scenario.text() << "\n";
        const sim::TwinsOutcome outcome = sim::run_twins(world, scenario, tracer(options));
        blocks += outcome.blocks;
        views += outcome.views;
        contradictions += outcome.contradictions;
        return outcome.violation;
    });
    std::cout << blocks << " blocks, " << views << " view changes, " << contradictions << " contradictions shown\n";
    // All scenarios together without these would mean that nobody was split, or that twins were one.
    const bool empty = count == sim::twins_scenarios && (views == 0 || contradictions == 0);
    if (empty) std::cout << "VIOLATION nothing happened\n";
    return empty ? 1 : code;
}

}  // namespace

int main(int count, char** words) {
    const std::optional<Options> options = parse(count, words);
    if (!options) {
        std::cerr << usage;
        return 2;
    }
    datadeed::crypto::init();
    running_twins = options->twins;
    std::signal(SIGABRT, tell_running);
    if (options->trace) std::cout << std::unitbuf;
    for (std::size_t i = 0; i < 8; ++i) (void)sim::owner_key(i);
    (void)sim::make_world(7, 1, 5);  // all keys exist before there are threads
    return options->twins ? run_twins(*options) : run_schedules(*options);
}
