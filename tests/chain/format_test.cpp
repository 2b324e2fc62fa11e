#include <fstream>
#include <sstream>

#include "chain/keys.h"
#include "chain/memory_file.h"
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

}  // namespace datadeed::chain
