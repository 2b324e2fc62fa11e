#include "bench/load.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "base/bytes.h"
#include "crypto/random.h"
#include "http/client.h"
#include "ledger/operation.h"
#include "ledger/transaction.h"

namespace datadeed::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds read_period{20};

std::uint64_t micros(Clock::duration time) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

std::uint64_t wall_us() {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count());
}

// What all clients of a run share; they run on one thread.
struct Run {
    const LoadPlan& plan;
    LoadTransactions transactions{plan.chain};
    Clock::time_point count_from{Clock::now() + plan.warm_up};
    Clock::time_point end{count_from + plan.duration};
    Clock::time_point last_final{count_from};
    std::uint64_t clients_at_work{plan.clients};
    LoadResult result{};
};

void note_gap(Run& run, Clock::time_point until) {
    run.result.longest_gap_us = std::max(run.result.longest_gap_us, micros(until - run.last_final));
    run.last_final = until;
}

class Client {
public:
    Client(boost::asio::io_context& io, Run& run, const LoadMember& member, const client::NodeAddress& node)
        : io_{&io}, run_{&run}, member_{&member}, node_{&node}, connection_{connect(io, node)} {}

    void start() { send(); }

private:
    void send() {
        // Idle connections would keep the loop waiting until they are closed from the other side.
        if (Clock::now() >= run_->end) {
            if (--run_->clients_at_work == 0) io_->stop();
            return;
        }
        sent_ = Clock::now();
        const auto when_answered = [this](const Result<http::Response, http::Failure>& answer) { done(answer); };
        if (!run_->plan.reads) return connection_->call(run_->transactions.next(*member_, true), when_answered);
        connection_ = connect(*io_, *node_);
        connection_->call({.target = "/v1/genesis"}, when_answered);
    }

    void send_next() {
        if (!run_->plan.reads) return send();
        pause_.expires_at(sent_ + read_period);
        pause_.async_wait([this](boost::system::error_code error) {
            if (!error) send();
        });
    }

    void done(const Result<http::Response, http::Failure>& answer) {
        const Clock::time_point now = Clock::now();
        // What is answered within the time counts, whenever it was sent: the load is as steady before as within.
        const bool counted = now >= run_->count_from && now <= run_->end;
        LoadResult& result = run_->result;
        if (answer && answer->status == 200) {
            if (counted) {
                note_gap(*run_, now);
                ++result.committed;
                result.latencies_us.push_back(static_cast<std::uint32_t>(micros(now - sent_)));
            }
        } else {
            ++result.failed;
            if (result.first_failure.empty()) result.first_failure = answer ? answer->body : answer.error().detail;
        }
        send_next();
    }

    boost::asio::io_context* io_;
    Run* run_;
    const LoadMember* member_;
    const client::NodeAddress* node_;
    std::unique_ptr<http::AsyncConnection> connection_;
    boost::asio::steady_timer pause_{*io_};
    Clock::time_point sent_{};
};

}  // namespace

LoadTransactions::LoadTransactions(const ChainId& chain) : chain_{chain}, run_{to_hex(crypto::random_array<6>())} {}

http::Call LoadTransactions::next(const LoadMember& member, bool until_final) {
    last_nonce_ = std::max(last_nonce_ + 1, wall_us());
    const std::string id = "load/" + run_ + "/" + std::to_string(++serial_);
    const ledger::Transaction transaction{
        .nonce = ledger::Nonce{last_nonce_},
        .expires = TimeMs{last_nonce_ / 1000 + 600'000},
        .operations = {ledger::RegisterData{
            .data = ledger::DatasetId{id}, .title = "A data set of the load generator", .type = "table"}}};
    http::Call call{.method = http::Method::post,
                    .target = "/v1/transactions",
                    .content_type = "application/cose",
                    .body = ledger::sign_transaction(chain_, transaction, member.key)};
    if (until_final) call.headers.emplace_back("Prefer", "wait=30");
    return call;
}

std::unique_ptr<http::AsyncConnection> connect(boost::asio::io_context& io, const client::NodeAddress& node) {
    std::string host;
    std::uint16_t port = 0;
    if (const auto endpoint = client::parse_endpoint(node.api)) {
        host = endpoint->host;
        port = endpoint->port;
    }
    return std::make_unique<http::AsyncConnection>(io, host, port);
}

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
    note_gap(run, run.end);
    run.result.failed += run.clients_at_work;
    run.result.elapsed_us = micros(plan.duration);
    std::ranges::sort(run.result.latencies_us);
    return std::move(run.result);
}

}  // namespace datadeed::bench
