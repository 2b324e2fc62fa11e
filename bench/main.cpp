// datadeed-bench load --dir DIR --clients N --seconds S [--json]: how many transactions a running network commits a
// second, and how long each takes from being sent to being final.

#include <charconv>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "bench/load.h"
#include "client/session.h"
#include "json/json.h"

namespace {

namespace bench = datadeed::bench;
namespace client = datadeed::client;
namespace json = datadeed::json;

struct Options {
    std::string dir{};
    std::uint64_t clients{16};
    std::uint64_t seconds{10};
    bool json{false};
};

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t max) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > max) return std::nullopt;
    return value;
}

std::optional<Options> parse(int argc, char** argv) {
    Options options;
    if (argc < 2 || std::string_view{argv[1]} != "load") return std::nullopt;
    for (int i = 2; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--json") {
            options.json = true;
            continue;
        }
        if (++i == argc) return std::nullopt;
        if (name == "--dir") {
            options.dir = argv[i];
        } else if (const auto value = number(argv[i], 3600); name == "--seconds" && value) {
            options.seconds = *value;
        } else if (const auto many = number(argv[i], 10'000); name == "--clients" && many) {
            options.clients = *many;
        } else {
            return std::nullopt;
        }
    }
    return options.dir.empty() ? std::nullopt : std::optional{options};
}

client::Outcome<bench::LoadResult> run(const Options& options) {
    auto profile = client::read_profile(options.dir + "/profiles/operator.toml");
    if (!profile) return datadeed::fail(profile.error());
    const auto passphrase = client::read_passphrase_file(profile->passphrase_file);
    if (!passphrase) return datadeed::fail(passphrase.error());
    const bench::LoadPlan plan{.nodes = profile->nodes,
                               .chain = profile->chain,
                               .clients = options.clients,
                               .duration = std::chrono::seconds{options.seconds}};
    auto session = client::Session::open(std::move(*profile), *passphrase);
    if (!session) return datadeed::fail(session.error());
    const auto members = bench::admit_members(**session, options.clients / 32 + 1);
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
        std::cerr << "usage: datadeed-bench load --dir DIR [--clients 1..10000] [--seconds 1..3600] [--json]\n"
                     "  DIR: of a network that `datadeed dev up` started\n";
        return 2;
    }
    const auto result = run(*options);
    if (!result) {
        std::cerr << "error: " << result.error().title << " [" << result.error().code << "] " << result.error().detail
                  << "\n";
        return 8;
    }
    print(*result, options->json);
    return result->failed == 0 ? 0 : 10;
}
