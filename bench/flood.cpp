#include "bench/flood.h"

#include <sys/resource.h>

#include <algorithm>
#include <thread>

namespace datadeed::bench {
namespace {

struct Attack {
    std::string_view name{};
    client::Outcome<FloodReport> (*run)(const FloodPlan&){};
};

// Takes as much of the machine as `rate` thousandths of a core: what an attacker's own work costs its victims when they
// share a machine, and wouldn't when they don't.
client::Outcome<FloodReport> only_burn(const FloodPlan& plan) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + plan.duration;
    const auto burn = [&](std::uint64_t thousandths) {
        constexpr std::chrono::microseconds period{10'000};
        while (Clock::now() < end) {
            const auto begin = Clock::now();
            while (Clock::now() - begin < period * thousandths / 1000) {
            }
            std::this_thread::sleep_until(begin + period);
        }
    };
    std::vector<std::jthread> threads;
    for (std::uint64_t left = plan.rate; left > 0; left -= std::min<std::uint64_t>(left, 1000)) {
        threads.emplace_back(burn, std::min<std::uint64_t>(left, 1000));
    }
    return FloodReport{};
}

constexpr Attack attacks[] = {
    {"garbage", flood_as_peer},         {"bad-signatures", flood_as_peer},
    {"oversized", flood_as_peer},       {"useless-votes", flood_as_peer},
    {"contradictions", flood_as_peer},  {"useless-gossip", flood_as_peer},
    {"questions", flood_as_peer},       {"reconnect", flood_as_peer},
    {"connections", flood_as_stranger}, {"slowloris", flood_as_stranger},
    {"handshakes", flood_as_stranger},  {"spam", flood_as_client},
    {"identities", flood_as_client},    {"proposals", flood_as_client},
    {"uses", flood_as_client},          {"burn", only_burn},
};

std::uint64_t cpu_ms() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto ms = [](const timeval& time) {
        return static_cast<std::uint64_t>(time.tv_sec) * 1000 + static_cast<std::uint64_t>(time.tv_usec) / 1000;
    };
    return ms(used.ru_utime) + ms(used.ru_stime);
}

}  // namespace

std::vector<std::string_view> attack_names() {
    std::vector<std::string_view> names;
    for (const Attack& attack : attacks) names.push_back(attack.name);
    return names;
}

client::Outcome<FloodReport> run_flood(const FloodPlan& plan) {
    const auto* const found = std::ranges::find(attacks, plan.attack, &Attack::name);
    if (found == std::end(attacks)) {
        return fail(client::Problem{.code = "usage.attack",
                                    .title = "there is no attack '" + plan.attack + "'",
                                    .detail = {},
                                    .hint = {},
                                    .status = 400});
    }
    client::Outcome<FloodReport> report = found->run(plan);
    // What it cost the attacker: on one machine that is missing to the others.
    if (report) (*report)["own_cpu_ms"] = cpu_ms();
    return report;
}

}  // namespace datadeed::bench
