#pragma once

#include <functional>
#include <string>

#include "http/router.h"
#include "node/health.h"
#include "node/metrics.h"
#include "node/replica/actions.h"

namespace datadeed::node {

// What the routes of the ops port ask. Called on the API's thread.
struct OpsSources {
    std::function<std::vector<HealthCheck>()> health{};
    const Metrics* metrics{};
    std::string version_json{};
    // Whether this node may say that it is ready to vote with this key; answers the responder later.
    std::function<void(const crypto::PublicKey& vote, const http::Responder&)> say_ready{};
};

// The answer to POST /ready.
[[nodiscard]] http::Response ready_response(const replica::ReadyAnswer& answer, const std::string& node,
                                            const ChainId& chain);

// /livez, /readyz, /metrics, /version, POST /ready?vote=KEY.
[[nodiscard]] http::Router make_ops_router(OpsSources sources);

// {"ready":true,"checks":{"quorum":{"ok":true,"why":"..."}}}
[[nodiscard]] std::string health_json(const std::vector<HealthCheck>& checks);

}  // namespace datadeed::node
