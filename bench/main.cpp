// datadeed-bench load --dir DIR --clients N --seconds S [--json]: how many transactions a running network commits a
// second, and how long each takes from being sent to being final.
// datadeed-bench flood --dir DIR --attack NAME --seconds S [--rate N] [--as NODE]: what the others of scripts/flood
// suffer.

#include <charconv>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "bench/flood.h"
#include "bench/load.h"
#include "client/session.h"
#include "json/json.h"

namespace {

namespace bench = datadeed::bench;
namespace client = datadeed::client;
namespace json = datadeed::json;

struct Options {
    bool flood{false};
    std::string attack{};
    std::string as{"node-3"};
    std::uint64_t rate{0};
    std::string without{};  // a node that isn't asked
    std::string dir{};
    std::uint64_t clients{16};
    std::uint64_t seconds{10};
    bool json{false};
    bool reads{false};
};

int refuse(const client::Problem& problem) {
    std::cerr << "error: " << problem.title << " [" << problem.code << "] " << problem.detail << "\n";
    return 8;
}

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t max) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > max) return std::nullopt;
    return value;
}

std::optional<Options> parse(int argc, char** argv) {
    Options options;
    const std::string_view what = argc < 2 ? "" : argv[1];
    if (what != "load" && what != "flood") return std::nullopt;
    options.flood = what == "flood";
    for (int i = 2; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--json") {
            options.json = true;
            continue;
        }
        if (name == "--reads") {
            options.reads = true;
            continue;
        }
        if (++i == argc) return std::nullopt;
        if (name == "--dir") {
            options.dir = argv[i];
        } else if (name == "--attack") {
            options.attack = argv[i];
        } else if (name == "--without") {
            options.without = argv[i];
        } else if (name == "--as") {
            options.as = argv[i];
        } else if (const auto rate = number(argv[i], 1'000'000); name == "--rate" && rate) {
            options.rate = *rate;
        } else if (const auto value = number(argv[i], 3600); name == "--seconds" && value) {
            options.seconds = *value;
        } else if (const auto many = number(argv[i], 10'000); name == "--clients" && many) {
            options.clients = *many;
        } else {
            return std::nullopt;
        }
    }
    return options.dir.empty() || options.flood == options.attack.empty() ? std::nullopt : std::optional{options};
}

int flood(const Options& options) {
    const auto report = bench::run_flood({.dir = options.dir,
                                          .attack = options.attack,
                                          .as = options.as,
                                          .rate = options.rate,
                                          .duration = std::chrono::seconds{options.seconds}});
    if (!report) return refuse(report.error());
    json::Value value = json::Value::object();
    for (const auto& [name, count] : *report) value.set(name, count);
    std::cout << json::dump(value) << "\n";
    return 0;
}

client::Outcome<bench::LoadResult> run(const Options& options) {
    auto profile = client::read_profile(options.dir + "/profiles/operator.toml");
    if (!profile) return datadeed::fail(profile.error());
    std::erase_if(profile->nodes, [&](const client::NodeAddress& node) { return node.name == options.without; });
    const auto passphrase = client::read_passphrase_file(profile->passphrase_file);
    if (!passphrase) return datadeed::fail(passphrase.error());
    const bench::LoadPlan plan{.nodes = profile->nodes,
                               .chain = profile->chain,
                               .clients = options.clients,
                               .duration = std::chrono::seconds{options.seconds},
                               .reads = options.reads};
    auto session = client::Session::open(std::move(*profile), *passphrase);
    if (!session) return datadeed::fail(session.error());
    // Who only reads needs no member of its own.
    const auto members = bench::admit_members(**session, options.reads ? 1 : options.clients / 32 + 1);
    if (!members) return datadeed::fail(members.error());
    return bench::run_load(plan, *members);
}

void print(const bench::LoadResult& result, bool as_json) {
    const auto millis = [&result](std::uint64_t thousandths) {
        return json::Value::thousandths(static_cast<std::int64_t>(result.latency_us(thousandths)));
    };
    if (as_json) {
        std::cout << json::dump(json::Value::object(
                         {{"committed_per_s", result.committed_per_s()},
                          {"latency_ms", json::Value::object({{"p50", millis(500)}, {"p99", millis(990)}})},
                          {"longest_gap_ms",
                           json::Value::thousandths(static_cast<std::int64_t>(result.longest_gap_us))},
                          {"committed", result.committed},
                          {"failed", result.failed}}))
                  << "\n";
    } else {
        std::cout << result.committed_per_s() << " transactions/s, latency p50 " << result.latency_us(500)
                  << " us, p99 " << result.latency_us(990) << " us, " << result.failed << " failed\n";
    }
    if (result.failed > 0) std::cerr << "first failure: " << result.first_failure << "\n";
}

}  // namespace

int main(int argc, char** argv) {
    const std::optional<Options> options = parse(argc, argv);
    if (!options) {
        std::cerr << "usage: datadeed-bench load --dir DIR [--clients 1..10000] [--seconds 1..3600] [--reads] "
                     "[--without NODE] [--json]\n"
                     "       datadeed-bench flood --dir DIR --attack NAME [--seconds 1..3600] [--rate N] [--as NODE]\n"
                     "  DIR: of a network that `datadeed dev up` started\n"
                     "  NAME:";
        for (const std::string_view name : bench::attack_names()) std::cerr << ' ' << name;
        std::cerr << "\n";
        return 2;
    }
    if (options->flood) return flood(*options);
    const auto result = run(*options);
    if (!result) return refuse(result.error());
    print(*result, options->json);
    return result->failed == 0 ? 0 : 10;
}
