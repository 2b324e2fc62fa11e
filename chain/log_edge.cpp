#include "chain/log_edge.h"

#include <algorithm>
#include <string>
#include <utility>

namespace datadeed::chain {
namespace {

std::vector<Digest> hashes_of(ByteView tile) {
    std::vector<Digest> hashes(tile.size() / sizeof(Digest));
    for (Digest& hash : hashes) {
        std::copy_n(tile.begin(), hash.size(), hash.begin());
        tile = tile.subspan(hash.size());
    }
    return hashes;
}

// The subtrees of a compact range that lie in one partial tile, from the largest (left) to the smallest.
std::vector<Digest> subtrees_of(ByteView tile) {
    const std::vector<Digest> hashes = hashes_of(tile);
    std::vector<Digest> subtrees;
    std::span<const Digest> rest{hashes};
    for (std::size_t count = tile_width / 2; count > 0; count /= 2) {
        if ((hashes.size() & count) == 0) continue;
        subtrees.push_back(crypto::root_of(rest.first(count)));
        rest = rest.subspan(count);
    }
    return subtrees;
}

}  // namespace

std::optional<crypto::CompactRange> log_of(std::uint64_t size, std::span<const LogTile> edge) {
    std::vector<Digest> subtrees;
    std::uint64_t count = size;
    for (const LogTile& tile : edge) {
        if (count == 0 || tile.hashes.size() != count % tile_width * sizeof(Digest)) return std::nullopt;
        std::vector<Digest> above = subtrees_of(tile.hashes);
        above.insert(above.end(), subtrees.begin(), subtrees.end());
        subtrees = std::move(above);
        count /= tile_width;
    }
    if (count != 0) return std::nullopt;
    return crypto::CompactRange::of(size, std::move(subtrees));
}

Result<std::vector<LogTile>, Error> log_edge_of(const ChainView& chain, std::uint64_t size) {
    std::vector<LogTile> edge;
    std::uint64_t count = size;
    for (unsigned level = 0; count > 0; ++level, count /= tile_width) {
        edge.emplace_back();
        if (count % tile_width == 0) continue;
        Result<std::optional<Bytes>, Error> tile = chain.tile(level, count / tile_width, count % tile_width);
        if (!tile) return fail(tile.error());
        if (!*tile) {
            return fail(Error{.fault = Fault::chain_damaged,
                              .place = "tile of level " + std::to_string(level),
                              .detail = "hashes of the log are gone"});
        }
        edge.back().hashes = std::move(**tile);
    }
    return edge;
}

}  // namespace datadeed::chain
