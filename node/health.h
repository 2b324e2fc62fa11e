#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.h"
#include "node/replica/status.h"

// Whether a node can serve, and if not, why. Pure; any thread.

namespace datadeed::node {

// How far the last block may be ahead of this machine's clock.
inline constexpr std::uint64_t clock_behind_max_ms = 15'000;
// How far this machine's clock may be ahead of what others propose. Beyond it they refuse what this node proposes
// (replica::block_ahead_max_ms), and it calls transactions expired that aren't.
inline constexpr std::uint64_t clock_ahead_max_ms = 15'000;

struct HealthFacts {
    TimeMs now{};
    std::uint64_t disk_free_bytes{};
    std::uint64_t disk_free_min_bytes{};
    bool stopping{};
};

struct HealthCheck {
    std::string_view name{};
    bool ok{};
    std::string why{};  // a sentence, also when it's ok

    friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

// Whether this machine's clock agrees with the chain, as far as can be known: behind the last block, or ahead of what
// others propose.
[[nodiscard]] HealthCheck check_clock(const replica::Status& status, TimeMs wall);
// catching_up, quorum, disk, clock, store; in this order.
[[nodiscard]] std::vector<HealthCheck> check_health(const replica::Status& status, const HealthFacts& facts);
[[nodiscard]] bool is_ready(const std::vector<HealthCheck>& checks);

// What is worth a line in the log: checks that began to fail, and those that hold again. Not catching_up, which comes
// and goes, nor clock, which has a line of its own. For one thread.
class HealthChanges {
public:
    // The checks whose verdict isn't that of the time before; of the first time, those that fail.
    [[nodiscard]] std::vector<HealthCheck> update(const std::vector<HealthCheck>& checks);

private:
    std::set<std::string_view> failing_;  // the names of checks are literals
};

}  // namespace datadeed::node
