#include <algorithm>
#include <fstream>
#include <sstream>

#include "chain/chain_gaps.h"
#include "chain/keys.h"
#include "chain/memory_file.h"
#include "chain/records.h"
#include "chain/snapshot_manifest.h"
#include "chain/state_store.h"
#include "chain/vote_file.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"
#include "tests/support/paths.h"

// The examples of docs/storage.md are what the code writes: a format that changes turns this red.

namespace datadeed::chain {

using test::BlockMaker;
using test::bytes_of;

namespace {

std::string page() {
    std::ifstream file{datadeed::test::source_dir() + "/docs/storage.md"};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The hex without the page's line breaks and indentation.
std::string without_space(const std::string& text) {
    std::string all;
    for (const char c : text) {
        if (c != ' ' && c != '\n') all += c;
    }
    return all;
}

void check_page_has(const std::string& what, ByteView bytes) {
    static const std::string text = without_space(page());
    INFO(what << ": " << to_hex(bytes));
    CHECK(text.find(to_hex(bytes)) != std::string::npos);
}

}  // namespace

TEST_CASE("the page on storage shows the entries of a chain with one block as they are") {
    MemoryDisk disk;
    const std::unique_ptr<KvStore> kv = open_memory_store(disk);
    ChainStore store = ChainStore::open(*kv, {.chain = test::sample_chain, .time = TimeMs{1000}}).value();
    BlockMaker maker{store.tip()};
    REQUIRE(maker.append_to(store, 1));
    REQUIRE(store.put_checkpoint(1, "note\n"));
    CHECK(disk.content().size() == 7);
    for (const auto& [key, value] : disk.content()) {
        check_page_has("chain key", key);
        check_page_has("chain value", value);
    }
}

TEST_CASE("the page on storage shows the entries of a state after two changes as they are") {
    MemoryDisk disk;
    const std::unique_ptr<KvStore> kv = open_memory_store(disk);
    StateOptions options;
    options.history = 10;
    const std::unique_ptr<StateStore> store = StateStore::open(*kv, test::sample_chain, options).value();
    for (std::uint64_t height = 0; height < 2; ++height) {
        const ledger::StateChanges changes{{bytes_of("ab"), height == 0 ? bytes_of("old") : bytes_of("new")}};
        const std::optional<std::uint64_t> from = height == 0 ? std::nullopt : std::optional{height - 1};
        const ledger::TreeUpdate tree = ledger::update(*store, from, changes, height).value();
        REQUIRE(store->apply({.height = Height{height},
                              .block_hash = test::sample_chain.value,
                              .changes = changes,
                              .tree = tree,
                              .log = {}}));
    }
    CHECK(disk.content().size() == 6);
    for (const auto& [key, value] : disk.content()) {
        check_page_has("state key", key);
        check_page_has("state value", value);
    }
}

TEST_CASE("the page on storage shows a vote file as it is") {
    MemoryFileSystem files;
    VoteFile file =
        VoteFile::open(files,
                       {.path = "votes", .chain = test::sample_chain, .node = "n1", .create = true, .count_min = 0})
            .value()
            .file;
    file.append(bytes_of("A"));
    file.append(bytes_of("BC"));
    REQUIRE(file.sync());
    check_page_has("votes", *files.content("votes"));
}

namespace {

// A state of two records in one part, the epoch of one validator that certified it, and one that ended before it.
// Hashes and signatures that nothing here computes are one byte 32 or 64 times.
struct SampleSnapshot {
    ledger::PartContent content{};
    SnapshotManifest manifest{};

    SampleSnapshot() {
        content.records = {{.key = bytes_of("ab"), .value = bytes_of("new")}, {.key = bytes_of("cd"), .value = {}}};
        std::ranges::sort(content.records, {}, [](const auto& record) { return ledger::leaf_of(record).key_hash; });
        std::vector<ledger::StateProofLeaf> leaves;
        for (const ledger::StateRecord& record : content.records) leaves.push_back(ledger::leaf_of(record));
        const Digest root = ledger::root_of(ledger::TreePlace{}, leaves).value();
        ledger::ValidatorSet nodes;
        nodes.validators = {{.member = ledger::MemberId{"n"},
                             .vote = crypto::PublicKey{filled(4)},
                             .link = crypto::PublicKey{filled(5)},
                             .cosign = crypto::PublicKey{filled(6)}}};
        const ledger::BlockHeader end = header(Height{1}, ledger::hash(nodes), root);
        manifest.epoch_ends = {{.header = end, .certificate = certificate(end), .nodes = nodes}};
        manifest.header = header(Height{2}, ledger::hash(nodes), root);
        manifest.certificate = certificate(manifest.header);
        manifest.log_edge = {{.hashes = to_bytes(filled(7))}};
        manifest.parts = {{.bits = 0, .root = root}};
    }

private:
    static Digest filled(std::uint8_t byte) {
        Digest digest{};
        digest.fill(byte);
        return digest;
    }
    static ledger::BlockHeader header(Height height, const Digest& validators, const Digest& state) {
        return {.height = height,
                .prev = filled(1),
                .time = TimeMs{1000 + height.value},
                .proposer = ledger::MemberId{"n"},
                .log_size = 1,
                .log_root = filled(7),
                .state_root = state,
                .prev_cert_hash = filled(2),
                .validators_hash = validators};
    }
    static consensus::CommitCertificate certificate(const ledger::BlockHeader& header) {
        crypto::Signature signature{};
        signature.value.fill(3);
        return {.view = consensus::View{(header.height.value - 1) << 32U},
                .height = header.height,
                .hash = ledger::hash(header),
                .votes = {{.signer = consensus::ValidatorIndex{0}, .signature = signature}}};
    }
};

}  // namespace

TEST_CASE("the page on storage shows a snapshot's manifest and part, and a gap, as they are") {
    const SampleSnapshot sample;
    check_page_has("manifest", encode(sample.manifest));
    CHECK(decode_manifest(encode(sample.manifest)).value() == sample.manifest);
    const Bytes part = encode(sample.content);
    check_page_has("part", part);
    CHECK(ledger::check_part(sample.manifest.parts[0], ledger::TreePlace{}, part));
    check_page_has("root of the part", sample.manifest.parts[0].root);
    Batch batch;
    put_record(batch, keys::of(keys::gap, 4),
               ChainGap{.first = Height{4}, .last = Height{8}, .log_begin = 9, .log_end = 21});
    batch.for_each(
        [](ByteView key, ByteView value) {
            check_page_has("gap's key", key);
            check_page_has("gap's value", value);
        },
        [](ByteView) {});
}

TEST_CASE("the page on storage lists every code of snapshots") {
    const std::string text = page();
    for (int i = 0; i <= static_cast<int>(Fault::votes_other_node); ++i) {
        const std::string name{code(static_cast<Fault>(i))};
        INFO(name);
        if (name.starts_with("snapshot.")) CHECK(text.find("`" + name + "`") != std::string::npos);
    }
}

}  // namespace datadeed::chain
