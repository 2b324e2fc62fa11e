#pragma once

#include <functional>
#include <string_view>

#include "http/message.h"
#include "node/api/backend.h"
#include "node/api/token.h"

// The HTTP API of docs/api.md without sockets: a request in, a response out. One thread.

namespace datadeed::api {

inline constexpr std::size_t items_default = 50;
inline constexpr std::size_t items_max = 100;
inline constexpr std::uint64_t wait_max_s = 60;
// Items that are counted of a list whose total stands nowhere: some 10 ms of the API's thread.
inline constexpr std::uint64_t counted_max = 10'000;
// Grants of a data set among which one request may look for those of a member: less than 0.2 s of the API's thread.
inline constexpr std::uint64_t grants_walked_max = 10'000;

using Respond = std::function<void(http::Response)>;

class Api {
public:
    // `backend` must outlive it.
    explicit Api(Backend& backend);

    // Answers by calling `respond` once: before it returns, or later for a submission. Uses the request's method, path,
    // query, headers and body.
    void handle(http::Request request, Respond respond);

    // The route that a request belongs to, such as "/v1/data/{id}", for metrics: one of a small fixed set of names.
    [[nodiscard]] static std::string_view route_of(const http::Request& request);

private:
    void submit(http::Request request, Respond respond);
    [[nodiscard]] Result<void, Problem> authorise(const http::Request& request);

    Backend* backend_;
    TokenChecker tokens_;
};

}  // namespace datadeed::api
