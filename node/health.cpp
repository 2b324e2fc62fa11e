#include "node/health.h"

#include <algorithm>

namespace datadeed::node {
namespace {

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

HealthCheck check_store(const replica::Status& status, const HealthFacts& facts) {
    if (facts.stopping) return {"store", false, "the node is stopping"};
    if (status.duty == replica::Duty::silenced) return {"store", false, "this validator doesn't vote: " + status.why};
    return {"store", true, status.duty == replica::Duty::voting ? "open, voting" : "open, observing"};
}

}  // namespace

std::vector<HealthCheck> check_health(const replica::Status& status, const HealthFacts& facts) {
    const bool clock_ok = status.block_time.value <= facts.now.value + clock_behind_max_ms;
    const bool disk_ok = facts.disk_free_bytes >= facts.disk_free_min_bytes;
    return {
        {"catching_up", !status.catching_up,
         status.catching_up ? "blocks above height " + number(status.height.value) + " are being fetched"
                            : "at height " + number(status.height.value)},
        {"quorum", status.has_quorum,
         number(status.connected_validators) + " validators are connected, " + number(status.quorum) + " are needed"},
        {"disk", disk_ok,
         number(facts.disk_free_bytes >> 20U) + " MiB are free, " + number(facts.disk_free_min_bytes >> 20U) +
             " MiB are needed"},
        {"clock", clock_ok,
         clock_ok ? "not behind the last block"
                  : "the last block is " + number((status.block_time.value - facts.now.value) / 1000) +
                        " seconds ahead of this clock"},
        check_store(status, facts),
    };
}

bool is_ready(const std::vector<HealthCheck>& checks) {
    return std::ranges::all_of(checks, &HealthCheck::ok);
}

}  // namespace datadeed::node
