#include "chain/committer.h"

#include "chain/keys.h"
#include "chain/leveldb_store.h"
#include "ledger/state_keys.h"
#include "ledger/views.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::RealBlocks;
using test::TemporaryFolder;

namespace {

// The two disks of a node, and its committer, opened as often as wanted.
struct Node {
    MemoryDisk chain_disk{};
    MemoryDisk state_disk{};
    std::unique_ptr<KvStore> chain_kv{};
    std::unique_ptr<KvStore> state_kv{};
    std::unique_ptr<Committer> committer{};

    Result<void, Error> open(const ledger::Genesis& genesis) {
        committer.reset();
        chain_kv = open_memory_store(chain_disk);
        state_kv = open_memory_store(state_disk);
        Result<std::unique_ptr<Committer>, Error> opened =
            Committer::open({.chain = *chain_kv, .state = *state_kv}, genesis, {});
        if (!opened) return fail(opened.error());
        committer = std::move(*opened);
        return {};
    }
};

// Of an undisturbed node after so many blocks.
struct Truth {
    std::vector<ledger::Tip> tips{};
    std::vector<Digest> state_roots{};
};

Truth truth_of(RealBlocks& blocks, std::size_t count) {
    Node node;
    REQUIRE(node.open(blocks.genesis()));
    Truth truth{.tips = {node.committer->tip()}, .state_roots = {{}}};
    for (std::size_t i = 0; i < count; ++i) {
        REQUIRE(blocks.commit_to(*node.committer, 3));
        truth.tips.push_back(node.committer->tip());
        truth.state_roots.push_back(
            node.committer->chain().view().header(node.committer->tip().height).value()->header.state_root);
    }
    return truth;
}

void check_is(Node& node, const Truth& truth) {
    const std::uint64_t height = node.committer->tip().height.value;
    REQUIRE(node.committer->tip() == truth.tips[height]);
    REQUIRE(node.committer->state().applied() == Height{height});
    REQUIRE(node.committer->state().block_hash() == truth.tips[height].hash);
    if (height > 0) REQUIRE(ledger::root_of(node.committer->state(), height).value() == truth.state_roots[height]);
    REQUIRE(ledger::get_totals(node.committer->state()).data == 3 * height);
}

}  // namespace

TEST_CASE("a chain begins with the state of its genesis and grows block by block") {
    RealBlocks blocks;
    Node node;
    REQUIRE(node.open(blocks.genesis()));
    CHECK(node.committer->state().applied() == Height{0});
    CHECK(ledger::find_member(node.committer->state(), ledger::MemberId{"alice"}).has_value());
    for (int i = 0; i < 5; ++i) REQUIRE(blocks.commit_to(*node.committer, 4));
    CHECK(node.committer->tip().height == Height{5});
    CHECK(node.committer->tip().log_size == 20);
    const ledger::DatasetId id{RealBlocks::data_name(Height{3}, 2)};
    CHECK(ledger::find_data(node.committer->state(), id).has_value());
    CHECK(ledger::find_data(*StateSnapshot::open(*node.state_kv, Height{3}).value(), id).has_value());
    CHECK_FALSE(ledger::find_data(*StateSnapshot::open(*node.state_kv, Height{2}).value(), id).has_value());
}

TEST_CASE("a crash at any write leaves a node that comes back to the same chain and state") {
    RealBlocks blocks;
    const Truth truth = truth_of(blocks, 4);
    // 0: nothing breaks. Else: the write of that number fails, on one disk or the other.
    for (const bool on_chain : {true, false}) {
        for (std::uint64_t step = 0; step < 6; ++step) {
            CAPTURE(on_chain, step);
            Node node;
            MemoryDisk& disk = on_chain ? node.chain_disk : node.state_disk;
            disk.fail_after(step, Fault::store_disk_full);
            Result<void, Error> alive = node.open(blocks.genesis());
            while (alive && node.committer->tip().height < Height{4}) alive = blocks.commit_to(*node.committer, 3);
            if (!alive) {
                CHECK(alive.error().fault == Fault::store_disk_full);
                // Nothing more is taken by the dead stores.
                if (node.committer) CHECK_FALSE(blocks.commit_to(*node.committer, 3));
            }
            node.chain_disk.crash();
            node.state_disk.crash();
            disk.heal();
            REQUIRE(node.open(blocks.genesis()));
            CHECK(node.committer->replayed() == (!on_chain && step >= 1 && step < 5 ? 1U : 0U));
            check_is(node, truth);
            while (node.committer->tip().height < Height{4}) REQUIRE(blocks.commit_to(*node.committer, 3));
            check_is(node, truth);
        }
    }
}

TEST_CASE("a state that was thrown away is made again from the chain") {
    RealBlocks blocks;
    const Truth truth = truth_of(blocks, 6);
    Node node;
    REQUIRE(node.open(blocks.genesis()));
    for (int i = 0; i < 6; ++i) REQUIRE(blocks.commit_to(*node.committer, 3));
    const MemoryDisk::Map before = node.state_disk.content();
    node.state_disk = {};
    REQUIRE(node.open(blocks.genesis()));
    CHECK(node.committer->replayed() == 6);
    check_is(node, truth);
    CHECK(node.state_disk.content() == before);
}

TEST_CASE("a state from further on, or from another history, is refused") {
    RealBlocks blocks;
    Node node;
    REQUIRE(node.open(blocks.genesis()));
    REQUIRE(blocks.commit_to(*node.committer, 1));
    const MemoryDisk::Map chain_at_1 = node.chain_disk.content();
    REQUIRE(blocks.commit_to(*node.committer, 1));
    SECTION("the chain went back") {
        node.chain_disk.content() = chain_at_1;
        CHECK(node.open(blocks.genesis()).error().fault == Fault::state_ahead_of_chain);
    }
    SECTION("another state of the same height") {
        Node other;
        REQUIRE(other.open(blocks.genesis()));
        REQUIRE(blocks.commit_to(*other.committer, 2));
        REQUIRE(blocks.commit_to(*other.committer, 2));
        node.state_disk.content() = other.state_disk.content();
        CHECK(node.open(blocks.genesis()).error().fault == Fault::state_damaged);
    }
    SECTION("another chain") {
        ledger::Genesis genesis = blocks.genesis();
        genesis.chain_name = "other";
        CHECK(node.open(genesis).error().fault == Fault::folder_other_chain);
    }
    SECTION("a block is gone") {
        node.state_disk = {};
        node.chain_disk.content().erase(keys::of(keys::block, 1));
        CHECK(node.open(blocks.genesis()).error().fault == Fault::chain_damaged);
    }
}

TEST_CASE("a stored block that doesn't give the roots of its header stops the node") {
    RealBlocks blocks;
    Node node;
    REQUIRE(node.open(blocks.genesis()));
    REQUIRE(blocks.commit_to(*node.committer, 1));
    // The same transaction, and a header that claims another state: hashes and seals are right.
    const StoredBlock stored = node.committer->chain().view().block(Height{1}).value().value();
    ledger::BlockHeader header = stored.block.header;
    header.state_root = {};
    Node lying;
    lying.chain_kv = open_memory_store(lying.chain_disk);
    const ChainId chain = ledger::chain_id(encode(blocks.genesis()));
    ChainStore store = ChainStore::open(*lying.chain_kv, {.chain = chain, .time = blocks.genesis().time}).value();
    const Bytes& raw = stored.block.transactions[0].bytes;
    const std::vector<ByteView> raws{raw};
    const std::vector<ledger::TxId> ids{ledger::parse(chain, raw).value().id};
    const std::vector<Digest> leaves{crypto::leaf_hash(raw)};
    REQUIRE(store.append({.header = header,
                          .transactions = raws,
                          .ids = ids,
                          .leaf_hashes = leaves,
                          .certificate = test::certificate_of(header, 0),
                          .prev_certificate = nullptr,
                          .votes_durable = 0}));
    const Result<void, Error> opened = lying.open(blocks.genesis());
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == Error{.fault = Fault::state_differs_from_block,
                                  .place = "height 1",
                                  .detail = std::string{ledger::code(ledger::Refusal::block_state_root_wrong)}});
}

TEST_CASE("nothing is committed that was executed after a read failed") {
    RealBlocks blocks;
    Node node;
    REQUIRE(node.open(blocks.genesis()));
    REQUIRE(blocks.commit_to(*node.committer, 1));
    node.state_disk.content().at(keys::of(
        keys::value, ledger::state_keys::data(ledger::DatasetId{RealBlocks::data_name(Height{1}, 0)})))[0] ^= 1;
    REQUIRE(node.open(blocks.genesis()));
    CHECK(node.committer->state().get(
              ledger::state_keys::data(ledger::DatasetId{RealBlocks::data_name(Height{1}, 0)})) == std::nullopt);
    CHECK(blocks.commit_to(*node.committer, 1).error().fault == Fault::state_damaged);
    CHECK(node.committer->tip().height == Height{1});
}

TEST_CASE("a chain on LevelDB is there again after the process ends") {
    RealBlocks blocks;
    const Truth truth = truth_of(blocks, 3);
    const TemporaryFolder folder;
    const auto open = [&] {
        struct Open {
            std::unique_ptr<KvStore> chain;
            std::unique_ptr<KvStore> state;
            std::unique_ptr<Committer> committer;
        };
        Open made{.chain = open_leveldb({.folder = folder.path() + "/chain"}).value(),
                  .state = open_leveldb({.folder = folder.path() + "/state"}).value(),
                  .committer = nullptr};
        made.committer = Committer::open({.chain = *made.chain, .state = *made.state}, blocks.genesis(), {}).value();
        return made;
    };
    {
        const auto node = open();
        for (int i = 0; i < 3; ++i) REQUIRE(blocks.commit_to(*node.committer, 3));
    }
    const auto node = open();
    CHECK(node.committer->tip() == truth.tips[3]);
    CHECK(node.committer->replayed() == 0);
    std::filesystem::remove_all(folder.path() + "/none");
}

}  // namespace datadeed::chain
