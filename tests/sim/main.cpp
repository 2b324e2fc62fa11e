// datadeed-sim: whole clusters, each from one seed, with everything going wrong that a plan says. Exit 1 on a
// violation, 134 on an assertion of the program itself; the last line is then the command that replays the seed.

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
#include <thread>
#include <vector>

#include "crypto/init.h"
#include "tests/sim/cluster.h"

namespace {

namespace sim = datadeed::sim;

struct Options {
    std::uint64_t first{1};
    std::uint64_t schedules{100};
    std::uint64_t jobs{1};
    bool trace{false};
    bool until_violation{false};
};

constexpr const char* usage =
    "usage: datadeed-sim [--schedules N] [--first S] [--jobs N] [--until-violation]   run N seeds from S on\n"
    "       datadeed-sim --seed S [--trace]             run one; with --trace, a line an event\n";

// What an assertion has to say of itself: no more than is safe in a signal handler.
thread_local std::uint64_t running_seed = 0;

extern "C" void tell_seed(int) {
    char text[] = "replay: datadeed-sim --seed 00000000000000000000 --trace (an assertion failed)\n";
    std::uint64_t rest = running_seed;
    for (std::size_t at = 47; at > 27; rest /= 10) text[at--] = static_cast<char>('0' + rest % 10);
    (void)!write(STDOUT_FILENO, text, sizeof text - 1);
}

std::optional<Options> parse(int count, char** words) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--trace" || word == "--until-violation") {
            (word == "--trace" ? options.trace : options.until_violation) = true;
            continue;
        }
        if (i + 1 >= count) return std::nullopt;
        const char* text = words[++i];
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text, text + std::strlen(text), number);
        if (error != std::errc{} || *end != 0) return std::nullopt;
        if (word == "--schedules") {
            options.schedules = number;
        } else if (word == "--first") {
            options.first = number;
        } else if (word == "--jobs") {
            options.jobs = number;
        } else if (word == "--seed") {
            options.first = number;
            options.schedules = 1;
        } else {
            return std::nullopt;
        }
    }
    return options;
}

sim::Outcome run_one(const Options& options, std::uint64_t seed) {
    running_seed = seed;
    const sim::Plan plan = sim::make_plan(seed);
    sim::Cluster::Trace trace;
    if (options.trace) {
        std::cout << "seed " << seed << ": " << plan.text() << "\n";
        trace = [](const std::string& line) { std::cout << line << "\n"; };
    }
    sim::Cluster cluster{plan, std::move(trace)};
    return cluster.run();
}

}  // namespace

int main(int count, char** words) {
    const std::optional<Options> options = parse(count, words);
    if (!options) {
        std::cerr << usage;
        return 2;
    }
    datadeed::crypto::init();
    std::signal(SIGABRT, tell_seed);
    for (std::size_t i = 0; i < 8; ++i) (void)sim::owner_key(i);
    (void)sim::make_world(7, 1, 4);  // all keys exist before there are threads

    std::atomic<std::uint64_t> next{0};
    std::uint64_t failures = 0;
    std::optional<std::uint64_t> first_failing;
    std::mutex mutex;
    std::atomic<bool> enough{false};
    std::atomic<std::uint64_t> run{0};
    sim::Sights sights;
    const auto work = [&] {
        for (std::uint64_t i = next++; i < options->schedules && !enough; i = next++) {
            const std::uint64_t seed = options->first + i;
            const sim::Outcome outcome = run_one(*options, seed);
            const std::lock_guard lock{mutex};
            if (++run % 100'000 == 0) std::cerr << run << " schedules\n";
            sights.add(outcome.sights);
            if (!outcome.violation) continue;
            ++failures;
            enough = options->until_violation;
            first_failing = std::min(first_failing.value_or(seed), seed);
            std::cout << "seed " << seed << " VIOLATION after " << outcome.virtual_ms << " ms: " << *outcome.violation
                      << std::endl;
        }
    };
    std::vector<std::thread> threads;
    for (std::uint64_t i = 1; i < options->jobs; ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();

    std::cout << run << " schedules from seed " << options->first << ": " << failures << " violations\n"
              << sights.text() << "\n";
    if (first_failing) std::cout << "replay: datadeed-sim --seed " << *first_failing << " --trace\n";
    return failures == 0 ? 0 : 1;
}
