#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/fields.h"
#include "base/types.h"
#include "chain/error.h"
#include "chain/kv_store.h"

namespace datadeed::chain {

// Blocks and leaves that this chain has and this database doesn't: skipped by a snapshot (with their headers, but for
// those at which epochs end), or pruned (headers, certificates, the index and the log stay).
struct ChainGap {
    Height first{};
    Height last{};
    // The leaves of those blocks.
    std::uint64_t log_begin{};
    std::uint64_t log_end{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("first", self.first);
        visit("last", self.last);
        visit("log_begin", self.log_begin);
        visit("log_end", self.log_end);
    }
    friend bool operator==(const ChainGap&, const ChainGap&) = default;
};

// Leaves [begin, end).
struct LeafSpan {
    std::uint64_t begin{};
    std::uint64_t end{};
};

// All gaps, rising; mostly none, or one.
[[nodiscard]] Result<std::vector<ChainGap>, Error> read_gaps(const KvReader& reader);

// The error for what isn't there because it lies in a gap; nothing where it doesn't.
[[nodiscard]] Result<std::optional<Error>, Error> gap_at(const KvReader& reader, Height height);
// Leaves, one or those below a tile, that end in a gap. What reaches beyond one stands in the edge that came with the
// snapshot: where that is missing, it's damage.
[[nodiscard]] Result<std::optional<Error>, Error> gap_in(const KvReader& reader, const LeafSpan& leaves);

}  // namespace datadeed::chain
