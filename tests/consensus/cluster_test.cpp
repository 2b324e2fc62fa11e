#include "tests/consensus/cluster.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "tests/support/catch.h"

namespace datadeed::consensus::testing {

namespace {

// One seed decides the size of the cluster and what goes wrong in it.
Faults faults_of(std::uint64_t seed) {
    sim::Rng rng{seed ^ 0xFA017U};
    Faults faults;
    faults.validators = rng.between(1, 7);
    if (rng.chance(600)) faults.validators = 4;
    faults.byzantine = rng.below(consensus::faults(faults.validators) + 1);
    faults.silent = rng.chance(300);
    faults.loss = rng.below(3) * 60;
    faults.crash = rng.below(3) * 8;
    faults.partition = rng.below(3) * 30;
    faults.lazy_disk = rng.chance(700);
    return faults;
}

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    return text == nullptr ? otherwise : std::stoull(text);
}

}  // namespace

// DATADEED_SEED=N replays one seed (from 1), DATADEED_SEEDS=N tries so many.
TEST_CASE("a cluster keeps agreement through any fault and makes progress when they end") {
    const std::uint64_t only = number_from_environment("DATADEED_SEED", 0);
    const std::uint64_t first = std::max<std::uint64_t>(only, 1);
    const std::uint64_t count = only > 0 ? 1 : number_from_environment("DATADEED_SEEDS", 300);
    Monitor::Seen sum;
    std::size_t crashes = 0;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        Cluster cluster{seed, faults_of(seed)};
        const std::optional<std::string> broken = cluster.run();
        INFO("replay with DATADEED_SEED=" << seed << ": " << broken.value_or("") << " at height "
                                          << cluster.height().value);
        REQUIRE_FALSE(broken.has_value());
        sum.decided += cluster.seen().decided;
        sum.views += cluster.seen().views;
        sum.carried += cluster.seen().carried;
        sum.old_carried += cluster.seen().old_carried;
        sum.evidence += cluster.seen().evidence;
        sum.bodies += cluster.seen().bodies;
        sum.blocks += cluster.seen().blocks;
        crashes += cluster.crashes();
    }
    INFO("decided " << sum.decided << ", views " << sum.views << ", carried " << sum.carried
                    << ", carried over two views " << sum.old_carried << ", evidence " << sum.evidence
                    << ", bodies fetched " << sum.bodies << ", blocks fetched " << sum.blocks << ", crashes "
                    << crashes);
    if (count < 300) return;
    // A run in which nothing went wrong shows nothing.
    CHECK(sum.decided > 10'000);
    CHECK(sum.views > 1'000);
    CHECK(sum.carried > 100);
    CHECK(sum.old_carried > 10);
    CHECK(sum.evidence > 10);
    CHECK(sum.bodies > 10);
    CHECK(sum.blocks > 100);
    CHECK(crashes > 500);
}

TEST_CASE("equal seeds give equal runs") {
    const auto trace = [](std::uint64_t seed) {
        Cluster cluster{seed, faults_of(seed)};
        static_cast<void>(cluster.run());
        return cluster.trace();
    };
    CHECK(trace(7) == trace(7));
    CHECK(trace(7) != trace(8));
}

}  // namespace datadeed::consensus::testing
