#include "bench/load.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <memory>

#include "base/bytes.h"
#include "crypto/random.h"
#include "http/client.h"
#include "ledger/operation.h"
#include "ledger/transaction.h"

namespace datadeed::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t micros(Clock::duration time) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

std::uint64_t wall_us() {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count());
}

struct Address {
    std::string host{};
    std::uint16_t port{};
};

Address address_of(const client::NodeAddress& node) {
    Address address;
    if (const auto endpoint = client::parse_endpoint(node.api)) {
        address.host = endpoint->host;
        const char* begin = endpoint->port.data();
        std::from_chars(begin, begin + endpoint->port.size(), address.port);
    }
    return address;
}

// What all clients of a run share; they run on one thread.
struct Run {
    const LoadPlan& plan;
    std::string name{to_hex(crypto::random_array<6>())};
    Clock::time_point count_from{Clock::now() + plan.warm_up};
    Clock::time_point end{count_from + plan.duration};
    std::uint64_t last_nonce{0};
    std::uint64_t serial{0};
    std::uint64_t clients_at_work{plan.clients};
    LoadResult result{};
};

class Client {
public:
    Client(boost::asio::io_context& io, Run& run, const LoadMember& member, const client::NodeAddress& node)
        : io_{&io}, run_{&run}, member_{&member}, connection_{io, address_of(node).host, address_of(node).port} {}

    void start() { send(); }

private:
    void send() {
        // Idle connections would keep the loop waiting until they are closed from the other side.
        if (Clock::now() >= run_->end) {
            if (--run_->clients_at_work == 0) io_->stop();
            return;
        }
        sent_ = Clock::now();
        http::Call call{.method = http::Method::post,
                        .target = "/v1/transactions",
                        .headers = {{"Prefer", "wait=30"}},
                        .content_type = "application/cose",
                        .body = next_transaction()};
        connection_.call(std::move(call), [this](Result<http::Response, http::Failure> answer) { done(answer); });
    }

    Bytes next_transaction() {
        run_->last_nonce = std::max(run_->last_nonce + 1, wall_us());
        const std::string id = "load/" + run_->name + "/" + std::to_string(++run_->serial);
        const ledger::Transaction transaction{
            .nonce = ledger::Nonce{run_->last_nonce},
            .expires = TimeMs{run_->last_nonce / 1000 + 600'000},
            .operations = {ledger::RegisterData{
                .data = ledger::DatasetId{id}, .title = "A data set of the load generator", .type = "table"}}};
        return ledger::sign_transaction(run_->plan.chain, transaction, member_->key);
    }

    void done(const Result<http::Response, http::Failure>& answer) {
        const Clock::time_point now = Clock::now();
        // What is answered within the time counts, whenever it was sent: the load is as steady before as within.
        const bool counted = now >= run_->count_from && now <= run_->end;
        LoadResult& result = run_->result;
        if (answer && answer->status == 200) {
            if (counted) {
                ++result.committed;
                result.latencies_us.push_back(static_cast<std::uint32_t>(micros(now - sent_)));
            }
        } else {
            ++result.failed;
            if (result.first_failure.empty()) result.first_failure = answer ? answer->body : answer.error().detail;
        }
        send();
    }

    boost::asio::io_context* io_;
    Run* run_;
    const LoadMember* member_;
    http::AsyncConnection connection_;
    Clock::time_point sent_{};
};

}  // namespace

std::uint64_t LoadResult::latency_us(std::uint64_t thousandths) const {
    if (latencies_us.empty()) return 0;
    return latencies_us[std::min(latencies_us.size() - 1, latencies_us.size() * thousandths / 1000)];
}

std::uint64_t LoadResult::committed_per_s() const {
    return elapsed_us == 0 ? 0 : committed * 1'000'000 / elapsed_us;
}

LoadResult run_load(const LoadPlan& plan, const std::vector<LoadMember>& members) {
    boost::asio::io_context io;
    Run run{.plan = plan};
    std::vector<std::unique_ptr<Client>> clients;
    for (std::uint64_t i = 0; i < plan.clients; ++i) {
        const LoadMember& member = members[i % members.size()];
        clients.push_back(std::make_unique<Client>(io, run, member, plan.nodes[i % plan.nodes.size()]));
    }
    for (const auto& client : clients) client->start();
    // A node that never answers must not hold the run for ever.
    io.run_until(run.end + std::chrono::seconds{35});
    run.result.failed += run.clients_at_work;
    run.result.elapsed_us = micros(plan.duration);
    std::ranges::sort(run.result.latencies_us);
    return std::move(run.result);
}

}  // namespace datadeed::bench
