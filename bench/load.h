#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load_members.h"
#include "client/profile.h"

namespace datadeed::bench {

// A closed loop: each client has one transaction under way and sends the next when it is final.
struct LoadPlan {
    std::vector<client::NodeAddress> nodes{};  // clients are spread over them
    ChainId chain{};
    std::uint64_t clients{1};
    std::chrono::seconds duration{10};
    std::chrono::seconds warm_up{1};  // not counted
};

struct LoadResult {
    std::uint64_t committed{};                  // answered as final within the counted time, whenever sent
    std::uint64_t failed{};                     // answered otherwise, or not at all, at any time
    std::uint64_t elapsed_us{};                 // the counted time
    std::vector<std::uint32_t> latencies_us{};  // of the committed ones, sorted
    std::string first_failure{};                // what the first that failed was told

    // `thousandths` of 1000: 500 is the median, 990 the 99th percentile. 0 when nothing was committed.
    [[nodiscard]] std::uint64_t latency_us(std::uint64_t thousandths) const;
    [[nodiscard]] std::uint64_t committed_per_s() const;
};

// Registers data sets of one operation a transaction, signed by the members in turn, until the time is up.
[[nodiscard]] LoadResult run_load(const LoadPlan& plan, const std::vector<LoadMember>& members);

}  // namespace datadeed::bench
