#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/load_members.h"
#include "client/profile.h"
#include "http/client.h"

namespace datadeed::bench {

// A closed loop: each client has one transaction under way and sends the next when it is final.
struct LoadPlan {
    std::vector<client::NodeAddress> nodes{};  // clients are spread over them
    ChainId chain{};
    std::uint64_t clients{1};
    std::chrono::seconds duration{10};
    std::chrono::seconds warm_up{1};  // not counted
    // Instead of submitting: each client asks for the genesis document on a new connection, 50 times a second.
    bool reads{false};
};

struct LoadResult {
    std::uint64_t committed{};                  // answered as final within the counted time, whenever sent
    std::uint64_t failed{};                     // answered otherwise, or not at all, at any time
    std::uint64_t elapsed_us{};                 // the counted time
    std::uint64_t longest_gap_us{};             // of it without an answer that something is final
    std::vector<std::uint32_t> latencies_us{};  // of the committed ones, sorted
    std::string first_failure{};                // what the first that failed was told

    // `thousandths` of 1000: 500 is the median, 990 the 99th percentile. 0 when nothing was committed.
    [[nodiscard]] std::uint64_t latency_us(std::uint64_t thousandths) const;
    [[nodiscard]] std::uint64_t committed_per_s() const;
};

// Submissions that each register a data set of its own. Not for several threads.
class LoadTransactions {
public:
    explicit LoadTransactions(const ChainId& chain);
    // Signed by the member; the answer comes when it's final, or when it waits to be ordered.
    [[nodiscard]] http::Call next(const LoadMember& member, bool until_final);

private:
    ChainId chain_;
    std::string run_;  // makes the ids of this run its own
    std::uint64_t last_nonce_{0};
    std::uint64_t serial_{0};
};

[[nodiscard]] std::unique_ptr<http::AsyncConnection> connect(boost::asio::io_context& io,
                                                             const client::NodeAddress& node);

// Registers data sets of one operation a transaction, signed by the members in turn, until the time is up.
[[nodiscard]] LoadResult run_load(const LoadPlan& plan, const std::vector<LoadMember>& members);

}  // namespace datadeed::bench
