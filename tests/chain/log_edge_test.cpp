#include "chain/log_edge.h"

#include "chain/chain_store.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

TEST_CASE("the edge of a log of any size is that log, to append to") {
    MemoryDisk disk;
    const auto store = open_memory_store(disk);
    ChainStore chain = ChainStore::open(*store, {.chain = test::sample_chain, .time = TimeMs{1}}).value();
    test::BlockMaker blocks{chain.tip()};
    REQUIRE(blocks.append_to(chain, 66'000));
    crypto::CompactRange log;
    for (const Digest& leaf : blocks.leaves()) {
        log.append(leaf);
        const std::uint64_t size = log.size();
        // Around the ends of tiles, and some in between.
        const bool is_near_end = (size + 1) % tile_width <= 2;
        const bool is_near_large_end = (size + 1) % (tile_width * tile_width) <= 2;
        if (!(is_near_large_end || (is_near_end && size < 3000) || size % 997 == 0 || size < 20)) continue;
        CAPTURE(size);
        const std::vector<LogTile> edge = log_edge_of(chain.view(), size).value();
        REQUIRE(log_of(size, edge) == log);
        REQUIRE(log_of(size + 1, edge) == std::nullopt);
        REQUIRE(log_of(size - 1, edge) == std::nullopt);
        for (const LogTile& tile : edge) REQUIRE(decode<LogTile>(encode(tile)).value() == tile);
    }
    CHECK(log_of(0, {}) == crypto::CompactRange{});
}

TEST_CASE("an edge with another number of hashes on any level is none") {
    MemoryDisk disk;
    const auto store = open_memory_store(disk);
    ChainStore chain = ChainStore::open(*store, {.chain = test::sample_chain, .time = TimeMs{1}}).value();
    test::BlockMaker blocks{chain.tip()};
    REQUIRE(blocks.append_to(chain, 700));
    const std::vector<LogTile> edge = log_edge_of(chain.view(), 700).value();
    REQUIRE(edge.size() == 2);
    for (std::size_t level = 0; level < edge.size(); ++level) {
        std::vector<LogTile> changed = edge;
        changed[level].hashes.push_back(0);
        CHECK(log_of(700, changed) == std::nullopt);
        changed[level].hashes.resize(changed[level].hashes.size() - 33);
        CHECK(log_of(700, changed) == std::nullopt);
    }
    CHECK(log_of(700, std::span{edge}.first(1)) == std::nullopt);
    std::vector<LogTile> longer = edge;
    longer.emplace_back();
    CHECK(log_of(700, longer) == std::nullopt);
}

}  // namespace datadeed::chain
