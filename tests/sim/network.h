#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "tests/sim/plan.h"
#include "tests/sim/rng.h"

namespace datadeed::sim {

// A message under way. Nodes are numbers here.
struct Parcel {
    std::size_t from{};
    std::size_t to{};
    std::shared_ptr<const Bytes> bytes{};
};

// One that arrives at a time, in the unit of whoever counts it.
struct DueParcel : Parcel {
    std::uint64_t at{};
};

// What happens to messages between nodes: delay, reordering, loss, duplication, partitions of one or both directions.
class Network {
public:
    Network(const Plan& plan, std::size_t nodes, Rng rng);

    // After how many microseconds each copy of the parcel arrives: none, one or two.
    [[nodiscard]] std::vector<std::uint64_t> delays_of(const Parcel& parcel, std::uint64_t now_us);

    // Cuts some links, one way or both, or closes an earlier cut. Says what it did.
    [[nodiscard]] std::string repartition();
    // Some links hold back all that they carry, each until a time of its own; then it comes at once.
    void clog(std::uint64_t now_us);
    // From now on every message arrives once and soon.
    void heal();

private:
    const Plan* plan_;
    std::size_t nodes_;
    Rng rng_;
    std::set<std::pair<std::size_t, std::size_t>> cut_;  // from, to
    std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> clogged_until_;
    bool healed_{false};
};

}  // namespace datadeed::sim
