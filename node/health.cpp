#include "node/health.h"

#include <algorithm>

namespace datadeed::node {
namespace {

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

HealthCheck check_store(const replica::Status& status, const HealthFacts& facts) {
    if (status.forked) return {"store", false, "the chain has forked: two blocks are certified at one height"};
    if (facts.stopping) return {"store", false, "the node is stopping"};
    if (status.duty == replica::Duty::silenced) return {"store", false, "this validator doesn't vote: " + status.why};
    return {"store", true, status.duty == replica::Duty::voting ? "open, voting" : "open, observing"};
}

}  // namespace

HealthCheck check_clock(const replica::Status& status, TimeMs wall) {
    const std::uint64_t now = wall.value;
    if (status.block_time.value > now + clock_behind_max_ms) {
        return {"clock", false,
                "the last block is " + number((status.block_time.value - now) / 1000) + " seconds ahead of this clock"};
    }
    if (status.proposers_time && now > status.proposers_time->value + clock_ahead_max_ms) {
        return {"clock", false,
                "this clock is " + number((now - status.proposers_time->value) / 1000) +
                    " seconds ahead of all that other nodes have proposed"};
    }
    return {"clock", true, "not behind the last block, nor ahead of what others propose"};
}

std::vector<HealthCheck> check_health(const replica::Status& status, const HealthFacts& facts) {
    const bool disk_ok = facts.disk_free_bytes >= facts.disk_free_min_bytes;
    return {
        {"catching_up", !status.catching_up,
         status.catching_up ? "blocks above height " + number(status.height.value) + " are being fetched"
                            : "at height " + number(status.height.value)},
        {"quorum", status.has_quorum,
         number(status.connected_validators) + " validators are connected and vote, " + number(status.quorum) +
             " are needed"},
        {"disk", disk_ok,
         number(facts.disk_free_bytes >> 20U) + " MiB are free, " + number(facts.disk_free_min_bytes >> 20U) +
             " MiB are needed"},
        check_clock(status, facts.now),
        check_store(status, facts),
    };
}

bool is_ready(const std::vector<HealthCheck>& checks) {
    return std::ranges::all_of(checks, &HealthCheck::ok);
}

std::vector<HealthCheck> HealthChanges::update(const std::vector<HealthCheck>& checks) {
    std::vector<HealthCheck> changed;
    for (const HealthCheck& check : checks) {
        if (check.name == "catching_up" || check.name == "clock") continue;
        const bool differs = check.ok ? failing_.erase(check.name) == 1 : failing_.insert(check.name).second;
        if (differs) changed.push_back(check);
    }
    return changed;
}

}  // namespace datadeed::node
