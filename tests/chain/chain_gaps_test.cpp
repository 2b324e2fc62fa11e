#include "chain/chain_gaps.h"

#include "chain/keys.h"
#include "chain/log_edge.h"
#include "chain/records.h"
#include "tests/chain/follower.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::fault_of;
using test::Follower;
using test::Installing;
using test::last_block;
using test::snapshot_height;

namespace {

// Counts who asks for gaps.
class GapCounter final : public KvReader {
public:
    explicit GapCounter(const KvReader& reader) : reader_{&reader} {}

    Result<std::optional<Bytes>, Error> get(ByteView key) const override { return reader_->get(key); }
    Result<void, Error> scan(const Range& range, const Visitor& visit) const override {
        if (!range.prefix.empty() && range.prefix.front() == keys::gap) ++looks;
        return reader_->scan(range, visit);
    }

    mutable int looks{0};

private:
    const KvReader* reader_;
};

}  // namespace

TEST_CASE("what lies in the gap is told to be pruned, what lies above it is there and proved") {
    Installing given;
    Follower node;
    given.set_up(node);
    given.follow_all(node);
    const ChainView whole = given.world.chain();
    const ChainView view = node.committer->chain().view();
    const std::uint64_t edge = given.world.made().log_size(snapshot_height);
    const std::uint64_t size = given.world.made().tip().log_size;
    for (Height height{1}; height <= snapshot_height; height = height.next()) {
        CAPTURE(height.value);
        CHECK(fault_of(view.block(height)) == Fault::chain_pruned);
        const bool is_kept = height == snapshot_height || height == Height{2} || height == Height{5};
        const auto header = view.header(height);
        CHECK(header.has_value() == is_kept);
        if (is_kept) {
            CHECK((*header)->hash == whole.header(height).value()->hash);
        } else {
            CHECK(fault_of(header) == Fault::chain_pruned);
        }
    }
    CHECK(view.block(Height{last_block + 1}).value() == std::nullopt);
    CHECK(view.header(Height{last_block + 1}).value() == std::nullopt);
    for (std::uint64_t index = 0; index < size; ++index) {
        CAPTURE(index);
        const auto leaf = view.leaf(index);
        if (index < edge) {
            CHECK(fault_of(leaf) == Fault::chain_pruned);
            continue;
        }
        REQUIRE(leaf);
        CHECK(*leaf == whole.leaf(index).value());
        const crypto::LeafPlace place{.index = index, .size = size};
        CHECK(view.inclusion(place).value() == whole.inclusion(place).value());
    }
    for (std::uint64_t at = edge; at <= size; ++at) CHECK(view.root(at).value() == whole.root(at).value());
    CHECK(fault_of(view.leaves(edge - 1, 2)) == Fault::chain_pruned);
    CHECK(view.leaf(size).value() == std::nullopt);
}

TEST_CASE("full tiles below a gap are told to be pruned, those that are appended to are whole") {
    // The log alone: more leaves than a tile holds, with a gap up to the middle of the third one.
    MemoryDisk whole_disk;
    const auto whole_kv = open_memory_store(whole_disk);
    const ChainStart sample_start{.chain = test::sample_chain, .time = TimeMs{1}};
    ChainStore whole = ChainStore::open(*whole_kv, sample_start).value();
    test::BlockMaker makes{whole.tip()};
    REQUIRE(makes.append_to(whole, 700));
    MemoryDisk disk = whole_disk;
    Batch batch;
    put_record(batch, keys::of(keys::gap, 1), ChainGap{.first = Height{1}, .last = Height{1}, .log_end = 700});
    for (const std::uint64_t index : {0U, 1U}) batch.erase(keys::tile_of(0, index));
    const auto kv = open_memory_store(disk);
    REQUIRE(kv->write(batch, Durability::synced));
    const ChainView view{*kv};
    CHECK(fault_of(view.tile(0, 0, 256)) == Fault::chain_pruned);
    CHECK(fault_of(view.tile(0, 1, 1)) == Fault::chain_pruned);
    CHECK(view.tile(0, 2, 188).value() == ChainView{*whole_kv}.tile(0, 2, 188).value());
    CHECK(view.tile(0, 3, 1).value() == std::nullopt);
    CHECK(view.tile(1, 0, 2).value() == ChainView{*whole_kv}.tile(1, 0, 2).value());
    CHECK(view.root(700).value() == ChainView{*whole_kv}.root(700).value());
    CHECK(fault_of(view.root(100)) == Fault::chain_pruned);
    CHECK(fault_of(view.inclusion({.index = 3, .size = 700})) == Fault::chain_pruned);
    // Beyond what any log can have: nothing, and no overflow.
    CHECK(view.tile(7, UINT64_MAX, 1).value() == std::nullopt);
    CHECK(view.tile(7, 0, 1).value() == std::nullopt);
    // The edge came with the snapshot: without it the database is damaged.
    for (const auto& [level, index] : {std::pair{0U, 2U}, std::pair{1U, 0U}}) {
        Batch edge;
        edge.erase(keys::tile_of(level, index));
        MemoryDisk damaged_disk = disk;
        const auto damaged = open_memory_store(damaged_disk);
        REQUIRE(damaged->write(edge, Durability::synced));
        CHECK(fault_of(ChainStore::open(*damaged, sample_start)) == Fault::chain_damaged);
        CHECK(fault_of(log_edge_of(ChainView{*damaged}, 700)) == Fault::chain_damaged);
    }
}

TEST_CASE("what is there is read without a look at the gaps") {
    Installing given;
    Follower node;
    given.set_up(node, Height{3});
    given.follow_all(node);
    const GapCounter reader{*node.chain_kv};
    const ChainView view{reader};
    const std::uint64_t own = given.world.made().log_size(Height{3});
    const std::uint64_t edge = given.world.made().log_size(snapshot_height);
    const std::uint64_t size = given.world.made().tip().log_size;
    REQUIRE(own > 0);
    CHECK(view.leaves(0, static_cast<std::size_t>(own)).value().size() == own);
    CHECK(view.leaves(edge, static_cast<std::size_t>(size - edge)).value().size() == size - edge);
    CHECK(reader.looks == 0);
    // The last leaf below the gap is there, the first in it isn't.
    CHECK(view.leaf(own - 1).value());
    CHECK(reader.looks == 0);
    CHECK(fault_of(view.leaf(own)) == Fault::chain_pruned);
    CHECK(reader.looks > 0);
}

TEST_CASE("a node that was away keeps its own blocks below the gap") {
    Installing given;
    Follower node;
    given.set_up(node, Height{3});
    // How many votes were durable is this node's own, and goes on: a vote file that went back still shows.
    CHECK(node.committer->chain().votes_durable() == 9);
    given.follow_all(node);
    const ChainView whole = given.world.chain();
    const ChainView view = node.committer->chain().view();
    CHECK(read_gaps(*node.chain_kv).value() ==
          std::vector{ChainGap{.first = Height{4},
                               .last = snapshot_height,
                               .log_begin = given.world.made().log_size(Height{3}),
                               .log_end = given.world.made().log_size(snapshot_height)}});
    for (Height height{1}; height.value <= last_block; height = height.next()) {
        CAPTURE(height.value);
        const bool is_gone = height > Height{3} && height <= snapshot_height;
        const std::uint64_t first = given.world.made().log_size(Height{height.value - 1});
        CHECK(view.block(height).has_value() == !is_gone);
        CHECK(view.leaf(first).has_value() == !is_gone);
        if (!is_gone) CHECK(view.leaf(first).value() == whole.leaf(first).value());
    }
}

}  // namespace datadeed::chain
