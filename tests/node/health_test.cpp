#include "node/health.h"

#include <functional>

#include "node/ops.h"
#include "tests/support/catch.h"

namespace datadeed::node {
namespace {

struct Facts {
    replica::Status status{};
    HealthFacts machine{};
};

Facts healthy() {
    Facts facts;
    facts.status.duty = replica::Duty::voting;
    facts.status.height = Height{9};
    facts.status.block_time = TimeMs{1'000'000};
    facts.status.has_quorum = true;
    facts.status.connected_validators = 3;
    facts.status.quorum = 3;
    facts.machine = {.now = TimeMs{1'000'500}, .disk_free_bytes = 1U << 30U, .disk_free_min_bytes = 1U << 28U};
    return facts;
}

std::vector<std::string> failing(const std::function<void(Facts&)>& spoil) {
    Facts facts = healthy();
    spoil(facts);
    std::vector<std::string> names;
    for (const HealthCheck& check : check_health(facts.status, facts.machine)) {
        if (!check.ok) names.push_back(std::string{check.name} + ": " + check.why);
    }
    return names;
}

TEST_CASE("the log is told of a check once when it fails and once when it holds again") {
    HealthChanges changes;
    const auto told = [&changes](const std::function<void(Facts&)>& spoil) {
        Facts facts = healthy();
        spoil(facts);
        std::vector<std::string> lines;
        for (const HealthCheck& check : changes.update(check_health(facts.status, facts.machine))) {
            lines.push_back(std::string{check.name} + (check.ok ? " holds" : " fails"));
        }
        return lines;
    };
    const auto nothing = [](Facts&) {};
    const auto full = [](Facts& facts) { facts.machine.disk_free_bytes = 5; };
    const auto alone = [](Facts& facts) { facts.status.has_quorum = false; };
    using Lines = std::vector<std::string>;
    CHECK(told(nothing) == Lines{});
    CHECK(told(full) == Lines{"disk fails"});
    CHECK(told(full) == Lines{});
    CHECK(told(alone) == Lines{"quorum fails", "disk holds"});
    CHECK(told([](Facts& facts) { facts.status.catching_up = true; }) == Lines{"quorum holds"});
    CHECK(told([](Facts& facts) { facts.status.block_time = TimeMs{9'000'000}; }) == Lines{});
    CHECK(told(nothing) == Lines{});
}

TEST_CASE("a healthy node is ready") {
    const Facts facts = healthy();
    CHECK(is_ready(check_health(facts.status, facts.machine)));
}

TEST_CASE("each check fails for its own reason and says it") {
    using Names = std::vector<std::string>;
    CHECK(failing([](Facts& f) { f.status.catching_up = true; }) ==
          Names{"catching_up: blocks above height 9 are being fetched"});
    CHECK(failing([](Facts& f) {
              f.status.has_quorum = false;
              f.status.connected_validators = 2;
          }) == Names{"quorum: 2 validators are connected and vote, 3 are needed"});
    CHECK(failing([](Facts& f) { f.machine.disk_free_bytes = 1; }) ==
          Names{"disk: 0 MiB are free, 256 MiB are needed"});
    CHECK(failing([](Facts& f) { f.status.block_time = TimeMs{f.machine.now.value + 3'600'000}; }) ==
          Names{"clock: the last block is 3600 seconds ahead of this clock"});
    CHECK(failing([](Facts& f) {
              f.status.proposers_time = TimeMs{1'000'000};
              f.machine.now = TimeMs{1'000'000 + 3'600'000};
          }) == Names{"clock: this clock is 3600 seconds ahead of all that other nodes have proposed"});
    CHECK(failing([](Facts& f) { f.machine.stopping = true; }) == Names{"store: the node is stopping"});
    CHECK(failing([](Facts& f) {
              f.status.duty = replica::Duty::silenced;
              f.status.why = "votes.missing";
          }) == Names{"store: this validator doesn't vote: votes.missing"});
    CHECK(failing([](Facts& f) { f.status.forked = true; }) ==
          Names{"store: the chain has forked: two blocks are certified at one height"});
}

TEST_CASE("a clock may be ahead of the others' by as much as they accept, and an idle chain says nothing of it") {
    Facts facts = healthy();
    facts.machine.now = TimeMs{facts.status.block_time.value + 3'600'000};  // no block for an hour
    CHECK(is_ready(check_health(facts.status, facts.machine)));
    facts.status.proposers_time = TimeMs{facts.machine.now.value - clock_ahead_max_ms};
    CHECK(is_ready(check_health(facts.status, facts.machine)));
    facts.machine.now = TimeMs{facts.machine.now.value + 1};
    CHECK_FALSE(is_ready(check_health(facts.status, facts.machine)));
}

TEST_CASE("the verbose answer names every check") {
    const Facts facts = healthy();
    const std::string text = health_json(check_health(facts.status, facts.machine));
    CHECK(text.starts_with("{\"ready\":true,\"checks\":{\"catching_up\":{\"ok\":true,\"why\":"));
    for (const char* name : {"quorum", "disk", "clock", "store"}) CHECK(text.find(name) != std::string::npos);
}

}  // namespace
}  // namespace datadeed::node
