#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "chain/chain_view.h"
#include "crypto/merkle.h"

// What appending to the log needs, and no more: the partial tile of each level, from level 0 up, for as many levels as
// the log has (as ChainStore keeps them). Every hash that the log of this size or a later one is made of, but for those
// below the edge, is in it or follows from it.

namespace datadeed::chain {

// More than any log of fewer than 2^63 leaves has.
inline constexpr std::size_t log_levels_max = 8;

// The partial tile of one level: fewer than tile_width hashes, none where the level ends with a full tile.
struct LogTile {
    Bytes hashes{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("hashes", self.hashes, Limit{(tile_width - 1) * sizeof(Digest)});
    }
    friend bool operator==(const LogTile&, const LogTile&) = default;
};

// Of the log of `size` leaves, of a chain that has as many. Errors: chain_damaged, store_*.
[[nodiscard]] Result<std::vector<LogTile>, Error> log_edge_of(const ChainView& chain, std::uint64_t size);

// The log with this edge; nothing unless each level has as many hashes as the size says. Pure.
[[nodiscard]] std::optional<crypto::CompactRange> log_of(std::uint64_t size, std::span<const LogTile> edge);

}  // namespace datadeed::chain
