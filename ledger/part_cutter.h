#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/state_parts.h"

namespace datadeed::ledger {

// Cuts a state into parts while it's read in the order of key hashes. A place of the tree becomes one part if
// is_one_part holds of its records; else its halves are looked at in the same way. So the parts follow
// from the state alone, and hardly more than one of them is in memory. One thread.
class PartCutter {
public:
    struct Part {
        StatePart part{};
        PartContent content{};
    };

    explicit PartCutter(std::size_t bytes_max = part_bytes) : bytes_max_{bytes_max} {}

    // Its key hash must be above the one before (asserted).
    void add(StateRecord record);
    // No more records follow.
    void end() { has_ended_ = true; }

    // The next part that is known by now; memory stays small for who asks until there's none after each add() and
    // end().
    [[nodiscard]] std::optional<Part> next();

private:
    struct Waiting {
        StateProofLeaf leaf{};
        StateRecord record{};
    };

    // Records that wait and lie within the place: the first so many.
    [[nodiscard]] std::size_t count_within(const TreePlace& place) const;
    [[nodiscard]] std::size_t size_of_first(std::size_t count) const;
    Part take(const TreePlace& place, std::size_t count);

    std::size_t bytes_max_;
    // Places that aren't decided yet, the leftmost last.
    std::vector<TreePlace> open_{TreePlace{}};
    std::vector<Waiting> waiting_{};
    std::size_t waiting_size_{0};
    bool has_ended_{false};
};

}  // namespace datadeed::ledger
