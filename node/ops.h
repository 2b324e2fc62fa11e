#pragma once

#include <functional>
#include <string>

#include "http/router.h"
#include "node/health.h"
#include "node/metrics.h"

namespace datadeed::node {

// What the routes of the ops port ask. Called on the API's thread.
struct OpsSources {
    std::function<std::vector<HealthCheck>()> health{};
    const Metrics* metrics{};
    std::string version_json{};
};

// /livez, /readyz, /metrics, /version.
[[nodiscard]] http::Router make_ops_router(OpsSources sources);

// {"ready":true,"checks":{"quorum":{"ok":true,"why":"..."}}}
[[nodiscard]] std::string health_json(const std::vector<HealthCheck>& checks);

}  // namespace datadeed::node
