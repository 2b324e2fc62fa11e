#include "chain/prune.h"

#include "chain/chain_gaps.h"
#include "chain/keys.h"
#include "ledger/transaction.h"
#include "tests/chain/snapshot_world.h"
#include "tests/support/catch.h"

namespace datadeed::chain {
namespace {

struct Pruned {
    test::SnapshotWorld world{8};
    std::unique_ptr<KvStore> chain{world.made().store()};

    [[nodiscard]] ChainView view() const { return ChainView{*chain}; }
    [[nodiscard]] ledger::TxId first_transaction(Height height) {
        const StoredBlock block = view().block(height).value().value();
        return ledger::parse(world.made().id(), block.block.transactions.front().bytes).value().id;
    }
};

}  // namespace

TEST_CASE("pruning takes blocks away and leaves what proves them") {
    Pruned given;
    const std::uint64_t size = given.view().tip().value().log_size;
    const StoredBlock second = given.view().block(Height{2}).value().value();
    const StoredHeader fifth = given.view().header(Height{5}).value().value();
    const ledger::TxId id = given.first_transaction(Height{2});
    const TxPlace place = given.view().find(id).value().value();
    const auto path = given.view().inclusion({.index = 0, .size = size}).value();
    REQUIRE(prune_blocks(*given.chain, Height{5}));

    CHECK(given.view().first_block().value() == Height{6});
    for (Height height{1}; height <= Height{8}; height = height.next()) {
        const auto block = given.view().block(height);
        CHECK(block.has_value() == (height > Height{5}));
        if (!block) CHECK(block.error().fault == Fault::chain_pruned);
        CHECK(given.view().header(height).value().has_value());
    }
    CHECK(given.view().header(Height{5}).value()->certificate == fifth.certificate);
    CHECK(given.view().header(Height{2}).value()->hash == second.hash);
    CHECK(given.view().find(id).value() == place);
    CHECK(given.view().inclusion({.index = 0, .size = size}).value() == path);
    CHECK(given.view().root(size).value() == given.view().header(Height{8}).value()->header.log_root);
    const auto leaf = given.view().leaf(0);
    REQUIRE_FALSE(leaf);
    CHECK(leaf.error().fault == Fault::chain_pruned);
    CHECK(given.view().leaf(size - 1).value().has_value());
}

TEST_CASE("pruning goes on where it ended, and does nothing below") {
    Pruned given;
    REQUIRE(prune_blocks(*given.chain, Height{3}));
    REQUIRE(prune_blocks(*given.chain, Height{2}));
    CHECK(given.view().first_block().value() == Height{4});
    REQUIRE(prune_blocks(*given.chain, Height{6}));
    CHECK(given.view().first_block().value() == Height{7});
    const std::vector<ChainGap> gaps = read_gaps(*given.chain).value();
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].first == Height{1});
    CHECK(gaps[0].log_begin == 0);
    CHECK(gaps[0].log_end == given.view().header(Height{6}).value()->header.log_size);
    CHECK_FALSE(given.view().block(Height{4}));
    CHECK(given.view().block(Height{7}).value().has_value());
}

TEST_CASE("a chain without the header to prune up to is damaged, and stays as it was") {
    Pruned given;
    Batch batch;
    batch.erase(keys::of(keys::header, 5));
    REQUIRE(given.chain->write(batch, Durability::synced));
    const auto pruned = prune_blocks(*given.chain, Height{5});
    REQUIRE_FALSE(pruned);
    CHECK(pruned.error().fault == Fault::chain_damaged);
    CHECK(given.view().first_block().value() == Height{1});
    CHECK(given.view().block(Height{4}).value().has_value());
}

}  // namespace datadeed::chain
