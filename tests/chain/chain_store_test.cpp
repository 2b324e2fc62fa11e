#include "chain/chain_store.h"

#include <rapidcheck.h>

#include "chain/keys.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::BlockMaker;
using test::bytes_of;
using test::certificate_of;
using test::digest_of;

namespace {

const ChainStart start{.chain = ChainId{crypto::sha256(as_bytes("chain"))}, .time = TimeMs{1000}};

// A chain in memory, with all that was put on it.
struct SampleChain {
    MemoryDisk disk{};
    std::unique_ptr<KvStore> kv{open_memory_store(disk)};
    ChainStore store{ChainStore::open(*kv, start).value()};
    BlockMaker maker{store.tip()};

    void append(std::size_t count) { REQUIRE(maker.append_to(store, count)); }
    [[nodiscard]] ChainView view() const { return ChainView{*kv}; }
};

}  // namespace

TEST_CASE("an empty chain begins with its genesis") {
    SampleChain sample;
    const ledger::Tip tip{
        .height = Height{0}, .hash = start.chain.value, .time = start.time, .log_size = 0, .cert_hash = {}};
    CHECK(sample.view().tip().value() == tip);
    CHECK(sample.view().block(Height{1}).value() == std::nullopt);
    CHECK(sample.view().root(0).value() == crypto::empty_root());
    CHECK(sample.view().leaf(0).value() == std::nullopt);
    CHECK(sample.view().latest_checkpoint().value() == std::nullopt);
    ChainStart other = start;
    other.chain = ChainId{};
    CHECK(ChainStore::open(*sample.kv, other).error().fault == Fault::folder_other_chain);
}

TEST_CASE("what was appended is read back: blocks, certificates, places, leaves") {
    SampleChain sample;
    std::uint64_t log_index = 0;
    for (const std::size_t count : {3U, 0U, 1U, 300U, 5U}) sample.append(count);
    const ChainView view = sample.view();
    for (std::uint64_t height = 1; height <= 5; ++height) {
        const StoredBlock stored = view.block(Height{height}).value().value();
        CHECK(stored.hash == ledger::hash(stored.block.header));
        CHECK(stored.certificate == certificate_of(stored.block.header, 0));
        CHECK(view.header(Height{height}).value()->header == stored.block.header);
        for (std::uint32_t i = 0; i < stored.block.transactions.size(); ++i, ++log_index) {
            const Bytes raw = BlockMaker::transaction(log_index);
            REQUIRE(stored.block.transactions[i].bytes == raw);
            const TxPlace place{.height = Height{height}, .index = i, .log_index = log_index};
            REQUIRE(view.find(ledger::TxId{crypto::sha256(raw)}).value() == place);
            REQUIRE(view.leaf(log_index).value() == raw);
        }
    }
    CHECK(view.find(ledger::TxId{digest_of(1)}).value() == std::nullopt);
    CHECK(view.leaf(log_index).value() == std::nullopt);
    const std::vector<Bytes> bundle = view.leaves(2, 305).value();
    REQUIRE(bundle.size() == 305);
    for (std::uint64_t i = 0; i < bundle.size(); ++i) CHECK(bundle[i] == BlockMaker::transaction(2 + i));
    CHECK(view.leaves(300, 1000).value().size() == 9);
    CHECK(sample.store.votes_durable() == 15);
}

TEST_CASE("proofs from tiles are those of the whole tree, across the edges of tiles") {
    SampleChain sample;
    std::size_t count = 1;
    while (sample.store.tip().log_size < 600) sample.append(count = count * 7 % 13 + 1);
    const std::vector<Digest>& leaves = sample.maker.leaves();
    const ChainView view = sample.view();
    for (std::uint64_t size = 1; size <= 600; ++size) {
        const std::span<const Digest> first{leaves.data(), static_cast<std::size_t>(size)};
        REQUIRE(view.root(size).value() == crypto::root_of(first));
        for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 1, size * 255 / 256}) {
            REQUIRE(view.inclusion({.index = index, .size = size}).value() == crypto::inclusion_path(first, index));
        }
    }
    const std::uint64_t beyond = sample.store.tip().log_size + 1;
    CHECK(view.root(beyond).error().fault == Fault::chain_not_found);
    CHECK(view.inclusion({.index = 0, .size = beyond}).error().fault == Fault::chain_not_found);
    CHECK(view.inclusion({.index = 5, .size = 5}).error().fault == Fault::chain_not_found);
    CHECK(view.node(9, 1).error().fault == Fault::chain_not_found);
}

TEST_CASE("tiles hold the hashes that C2SP tlog-tiles says, full and partial, on every level") {
    SampleChain sample;
    sample.append(700);
    sample.append(70'000 - 700);
    const ChainView view = sample.view();
    CHECK(view.tile(0, 0, 256).value()->size() == 256 * 32);
    CHECK(view.tile(0, 273, 112).value()->size() == 112 * 32);
    CHECK(view.tile(0, 273, 113).value() == std::nullopt);
    CHECK(view.tile(0, 273, 5).value()->size() == 5 * 32);
    CHECK(view.tile(1, 0, 256).value()->size() == 256 * 32);
    CHECK(view.tile(1, 1, 17).value()->size() == 17 * 32);
    CHECK(view.tile(2, 0, 1).value() == to_bytes(view.node(16, 0).value()));
    CHECK(view.tile(3, 0, 1).value() == std::nullopt);
    const std::span<const Digest> all{sample.maker.leaves()};
    CHECK(view.node(16, 0).value() == crypto::root_of(all.first(65'536)));
    CHECK(view.node(8, 272).value() == crypto::root_of(all.subspan(272 * 256, 256)));
    CHECK(view.root(70'000).value() == crypto::root_of(all));
}

TEST_CASE("a chain that is opened again goes on, whatever its size") {
    for (const std::size_t size : {1U, 255U, 256U, 257U, 511U, 512U, 600U}) {
        CAPTURE(size);
        SampleChain sample;
        sample.append(size);
        sample.store = ChainStore::open(*sample.kv, start).value();
        CHECK(sample.store.votes_durable() == 3);
        sample.append(300);
        const std::span<const Digest> all{sample.maker.leaves()};
        CHECK(sample.view().root(all.size()).value() == crypto::root_of(all));
        CHECK(sample.view().root(size).value() == crypto::root_of(all.first(size)));
    }
}

TEST_CASE("a block is stored with the certificate that the next one names") {
    SampleChain sample;
    sample.append(1);
    const ledger::BlockHeader first = sample.view().header(Height{1}).value()->header;
    const consensus::CommitCertificate chosen = certificate_of(first, 9);
    sample.maker.set_last(chosen);
    sample.append(1);
    CHECK(sample.view().block(Height{1}).value()->certificate == chosen);
    CHECK(sample.view().header(Height{2}).value()->header.prev_cert_hash == certificate_hash(chosen));
}

TEST_CASE("a block that doesn't follow on the tip is refused and changes nothing") {
    SampleChain sample;
    sample.append(2);
    const MemoryDisk::Map before = sample.disk.content();
    const Bytes raw = bytes_of("x");
    const std::vector<ByteView> raws{raw};
    const std::vector<ledger::TxId> ids{ledger::TxId{crypto::sha256(raw)}};
    const std::vector<Digest> leaves{crypto::leaf_hash(raw)};
    const StoredHeader tip = sample.view().header(Height{1}).value().value();
    const auto try_with = [&](auto change) {
        ledger::BlockHeader header;
        header.height = Height{2};
        header.prev = tip.hash;
        header.log_size = 3;
        header.prev_cert_hash = certificate_hash(tip.certificate);
        std::vector<ledger::TxId> given_ids = ids;
        consensus::CommitCertificate certificate{.view = {}, .height = Height{2}, .hash = {}, .votes = {}};
        change(header, given_ids, certificate);
        return sample.store.append({.header = header,
                                    .transactions = raws,
                                    .ids = given_ids,
                                    .leaf_hashes = leaves,
                                    .certificate = certificate,
                                    .prev_certificate = &tip.certificate,
                                    .votes_durable = 0});
    };
    const std::vector<Result<void, Error>> refused{
        try_with([](auto& header, auto&, auto&) { header.height = Height{3}; }),
        try_with([](auto& header, auto&, auto&) { header.prev = {}; }),
        try_with([](auto& header, auto&, auto&) { header.log_size = 4; }),
        try_with([](auto& header, auto&, auto&) { header.prev_cert_hash = {}; }),
        try_with([](auto&, auto& given, auto&) { given.clear(); }),
        try_with([](auto&, auto&, auto& certificate) { certificate.height = Height{1}; }),
    };
    for (const Result<void, Error>& result : refused) CHECK(result.error().fault == Fault::chain_block_not_next);
    CHECK(sample.disk.content() == before);
    CHECK(try_with([](auto&, auto&, auto&) {}));
}

TEST_CASE("the latest checkpoints are kept, and the largest is found") {
    SampleChain sample;
    for (std::uint64_t size = 1; size <= 100; ++size) {
        REQUIRE(sample.store.put_checkpoint(size * 10, "note " + std::to_string(size)));
    }
    REQUIRE(sample.store.put_checkpoint(1000, "note again"));
    sample.store = ChainStore::open(*sample.kv, start).value();
    REQUIRE(sample.store.put_checkpoint(1010, "last"));
    CHECK(sample.view().latest_checkpoint().value()->note == "last");
    CHECK(sample.view().latest_checkpoint().value()->size == 1010);
    const auto kept = [&sample](std::uint64_t size) {
        return sample.disk.content().contains(keys::of(keys::checkpoint, size));
    };
    // The first 37 are gone: 101 minus checkpoints_kept.
    CHECK_FALSE(kept(370));
    CHECK(kept(380));
    CHECK(kept(1000));
}

TEST_CASE("a changed bit anywhere in the database is found by whoever reads that entry, with its place") {
    SampleChain sample;
    sample.append(3);
    sample.append(300);
    REQUIRE(sample.store.put_checkpoint(303, "note"));
    const auto read_all = [](const ChainView& view) -> Result<void, Error> {
        for (std::uint64_t height = 1; height <= 2; ++height) {
            if (const auto block = view.block(Height{height}); !block) return fail(block.error());
        }
        for (std::uint64_t i = 0; i < 303; ++i) {
            const auto place = view.find(ledger::TxId{crypto::sha256(BlockMaker::transaction(i))});
            if (!place) return fail(place.error());
        }
        for (const std::uint64_t i : {0U, 3U}) {
            if (const auto leaf = view.leaf(i); !leaf) return fail(leaf.error());
        }
        for (const std::uint64_t i : {0U, 300U}) {
            if (const auto hash = view.node(0, i); !hash) return fail(hash.error());
        }
        if (const auto hash = view.node(8, 0); !hash) return fail(hash.error());
        if (const auto note = view.latest_checkpoint(); !note) return fail(note.error());
        if (const auto tip = view.tip(); !tip) return fail(tip.error());
        return {};
    };
    REQUIRE(read_all(sample.view()));
    std::size_t tried = 0;
    for (auto& [key, value] : sample.disk.content()) {
        // Every byte of short values, some of long ones.
        for (std::size_t at = 0; at < value.size(); at += value.size() < 300 ? 7U : 997U) {
            value[at] ^= 4;
            const Result<void, Error> found = read_all(sample.view());
            value[at] ^= 4;
            CAPTURE(to_hex(key), at);
            REQUIRE_FALSE(found);
            REQUIRE(found.error().fault == Fault::chain_damaged);
            REQUIRE(found.error().place == "key " + to_hex(key));
            ++tried;
        }
        if (tried > 400) break;
    }
    // Two values that changed places.
    MemoryDisk::Map& content = sample.disk.content();
    std::swap(content[keys::of(keys::block, 1)], content[keys::of(keys::block, 2)]);
    CHECK(sample.view().block(Height{1}).error().fault == Fault::chain_damaged);
}

TEST_CASE("a database whose tip is gone isn't taken for an empty one") {
    SampleChain sample;
    sample.append(3);
    sample.disk.content().erase(keys::of(keys::meta));
    CHECK(ChainStore::open(*sample.kv, start).error().fault == Fault::chain_damaged);
}

TEST_CASE("a database that lost its partial tiles is damaged") {
    SampleChain sample;
    sample.append(3);
    sample.disk.content().erase(keys::tile_of(0, 0));
    CHECK(ChainStore::open(*sample.kv, start).error().fault == Fault::chain_damaged);
}

TEST_CASE("a key among the checkpoints that isn't one is damage, at the next start too") {
    SampleChain sample;
    sample.append(3);
    REQUIRE(sample.store.put_checkpoint(3, "note"));
    for (const Bytes& rest : {Bytes{}, Bytes{1, 2}, Bytes(9, 0)}) {
        const Bytes key = keys::of(keys::checkpoint, ByteView{rest});
        sample.disk.content()[key] = Bytes{};
        CHECK(ChainStore::open(*sample.kv, start).error().fault == Fault::chain_damaged);
        sample.disk.content().erase(key);
    }
    CHECK(ChainStore::open(*sample.kv, start));
}

}  // namespace datadeed::chain
