#include <map>

#include "client/transport.h"
#include "http/client.h"

namespace datadeed::client {
namespace {

constexpr std::chrono::milliseconds connect_time{2000};

NoReply to_no_reply(const http::Failure& failure) {
    const bool never_sent = failure.error == http::Error::host_must_be_known ||
                            failure.error == http::Error::server_must_accept_connections ||
                            failure.error == http::Error::call_must_be_well_formed;
    return {.reason = failure.detail, .sent = !never_sent};
}

HttpReply to_reply(const http::Response& response) {
    HttpReply reply{.status = response.status, .body = to_bytes(as_bytes(response.body)), .retry_after = std::nullopt};
    const std::optional<std::string_view> after = response.find_header("retry-after");
    const bool digits = after && !after->empty() && after->size() <= 4 &&
                        after->find_first_not_of("0123456789") == std::string_view::npos;
    if (digits) reply.retry_after = std::chrono::seconds{std::stoi(std::string{*after})};
    return reply;
}

class HttpTransport : public Transport {
public:
    explicit HttpTransport(std::vector<NodeAddress> nodes) : nodes_{std::move(nodes)} {}

    Result<HttpReply, NoReply> exchange(std::size_t node, const HttpCall& call,
                                        std::chrono::milliseconds timeout) override {
        const std::optional<http::Method> method = http::method_from(call.method);
        http::Connection* const connection = connection_to(node);
        if (!method || connection == nullptr) return fail(NoReply{.reason = "not an address", .sent = false});
        http::Call http_call{.method = *method,
                             .target = call.target,
                             .headers = {},
                             .content_type = {},
                             .body = call.body,
                             .repeatable = true,
                             .answer_time = std::max(timeout, std::chrono::milliseconds{1})};
        for (const auto& [name, value] : call.headers) {
            if (name == "Content-Type") {
                http_call.content_type = value;
            } else {
                http_call.headers.emplace_back(name, value);
            }
        }
        const Result<http::Response, http::Failure> response = connection->call(http_call);
        if (!response) return fail(to_no_reply(response.error()));
        return to_reply(*response);
    }

private:
    http::Connection* connection_to(std::size_t node) {
        const auto open = connections_.find(node);
        if (open != connections_.end()) return &open->second;
        const Outcome<Endpoint> endpoint = parse_endpoint(nodes_.at(node).api);
        if (!endpoint) return nullptr;
        http::ClientLimits limits{};
        limits.connect_time = connect_time;
        return &connections_.try_emplace(node, endpoint->host, endpoint->port, limits).first->second;
    }

    std::vector<NodeAddress> nodes_;
    std::map<std::size_t, http::Connection> connections_;
};

}  // namespace

TransportFactory http_transport(std::vector<NodeAddress> nodes) {
    return [nodes = std::move(nodes)] { return std::make_unique<HttpTransport>(nodes); };
}

}  // namespace datadeed::client
