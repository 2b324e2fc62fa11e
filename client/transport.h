#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "client/profile.h"

// One request and its answer, to one of the profile's nodes. An interface, so that failing over can be tested without
// sockets.

namespace datadeed::client {

struct HttpCall {
    std::string method{"GET"};
    std::string target{};  // path and query, percent-encoded
    std::vector<std::pair<std::string, std::string>> headers{};
    Bytes body{};
    std::chrono::milliseconds patience{5000};  // how long one node may take
};

struct HttpReply {
    unsigned status{};
    Bytes body{};
    std::optional<std::chrono::seconds> retry_after{};
};

// Why there is no answer.
struct NoReply {
    std::string reason{};  // for people: "connection refused"
    bool sent{true};       // whether the node may have received the request
};

// For one thread; connections stay open between calls.
class Transport {
public:
    virtual ~Transport() = default;

    // `node` is a place in the profile's list. Returns within the timeout.
    [[nodiscard]] virtual Result<HttpReply, NoReply> exchange(std::size_t node, const HttpCall& call,
                                                              std::chrono::milliseconds timeout) = 0;
};

// Makes a transport for one more thread. May be called by any thread.
using TransportFactory = std::function<std::unique_ptr<Transport>()>;

// HTTP/1.1 over TCP to these nodes.
[[nodiscard]] TransportFactory http_transport(std::vector<NodeAddress> nodes);

}  // namespace datadeed::client
