#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.h"
#include "node/replica/status.h"

// Whether a node can serve, and if not, why. Pure; any thread.

namespace datadeed::node {

// How far the last block may be ahead of this machine's clock.
inline constexpr std::uint64_t clock_behind_max_ms = 15'000;

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

// catching_up, quorum, disk, clock, store; in this order.
[[nodiscard]] std::vector<HealthCheck> check_health(const replica::Status& status, const HealthFacts& facts);
[[nodiscard]] bool is_ready(const std::vector<HealthCheck>& checks);

}  // namespace datadeed::node
