#include "audit/index_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/assert.h"

namespace datadeed::audit {
namespace {

std::string tile_name(unsigned level, std::uint64_t index) {
    return "tile " + std::to_string(level) + "/" + std::to_string(index);
}

// Compares one tile with the hashes that it must hold.
std::optional<FirstBad> check_tile(const chain::ChainView& blocks, unsigned level, std::uint64_t index,
                                   std::span<const Digest> hashes) {
    const auto tile = blocks.tile(level, index, hashes.size());
    if (!tile) return unreadable(tile.error());
    const bool equal = *tile && (*tile)->size() == hashes.size() * sizeof(Digest) &&
                       std::ranges::equal(**tile, ByteView{hashes.front().data(), hashes.size() * sizeof(Digest)});
    if (equal) return std::nullopt;
    return FirstBad{.code = "replay.log_hash",
                    .detail = "a stored hash of the log isn't that of the blocks' transactions",
                    .place = tile_name(level, index)};
}

}  // namespace

std::optional<FirstBad> check_index(const chain::ChainView& blocks, const CheckedBlock& block, std::uint64_t first) {
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        const auto bad = [&](FirstBad found) {
            found.height = block.height;
            found.transaction = i;
            return found;
        };
        const auto place = blocks.find(block.transactions[i].id());
        if (!place) return bad(unreadable(place.error()));
        const chain::TxPlace wanted{
            .height = block.height, .index = static_cast<std::uint32_t>(i), .log_index = first + i};
        if (!*place || **place != wanted) {
            return bad({.code = "replay.index",
                        .detail = "the index doesn't lead to the transaction",
                        .place = "index of " + to_hex(block.transactions[i].id().value)});
        }
    }
    return std::nullopt;
}

std::optional<FirstBad> check_log(const chain::ChainView& blocks, const crypto::CompactRange& log,
                                  std::span<const Digest> leaves) {
    DATADEED_ASSERT(log.size() == leaves.size());
    std::vector<Digest> level{leaves.begin(), leaves.end()};
    for (unsigned number = 0; !level.empty(); ++number) {
        std::vector<Digest> above;
        for (std::size_t from = 0; from < level.size(); from += chain::tile_width) {
            const std::size_t width = std::min<std::size_t>(chain::tile_width, level.size() - from);
            const std::span<const Digest> hashes{level.data() + from, width};
            if (auto bad = check_tile(blocks, number, from / chain::tile_width, hashes)) return bad;
            if (width == chain::tile_width) above.push_back(crypto::root_of(hashes));
        }
        level = std::move(above);
    }
    return std::nullopt;
}

}  // namespace datadeed::audit
