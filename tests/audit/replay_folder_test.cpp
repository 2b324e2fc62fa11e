#include "audit/replay_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "chain/archive.h"
#include "chain/leveldb_store.h"
#include "chain/prune.h"
#include "tests/audit/made_chain.h"
#include "tests/support/catch.h"

namespace {

namespace audit = datadeed::audit;
namespace chain = datadeed::chain;
namespace fs = std::filesystem;
namespace ledger = datadeed::ledger;
using datadeed::Height;

// A folder of the test's own, removed with it.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "datadeed-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

void flip(const fs::path& file, std::uintmax_t at) {
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    stream.seekg(static_cast<std::streamoff>(at));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(static_cast<char>(byte ^ 1));
}

std::map<std::string, std::uintmax_t> sizes(const fs::path& folder) {
    std::map<std::string, std::uintmax_t> found;
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        if (entry.is_regular_file()) found[entry.path().string()] = entry.file_size();
    }
    return found;
}

// The copy of a node that has archived its first blocks, and pruned them.
void prune(audit::MadeChain& made, const fs::path& folder, Height last) {
    const auto store = made.store();
    REQUIRE(chain::make_archive(chain::posix_files(), folder / "archive"));
    REQUIRE(chain::archive_blocks(
        chain::posix_files(), folder / "archive",
        {.chain = made.id(), .blocks = chain::ChainView{*store}, .span = {.first = Height{1}, .last = last}}));
    const auto copy = chain::open_leveldb({.folder = folder / "data" / "chain"}).value();
    REQUIRE(chain::prune_blocks(*copy, last));
}

audit::ReplayReport replay(const fs::path& folder) {
    return audit::replay_folder(folder, {}, {.threads = 1}).value();
}

}  // namespace

TEST_CASE("a copy of a data folder is verified, and not written to") {
    const Folder folder;
    const audit::MadeChain made{20};
    made.write_folder(folder.path() / "data");
    const auto before = sizes(folder.path());
    const audit::ReplayReport report = replay(folder.path() / "data");
    CHECK(report.verified());
    CHECK(report.height == made.tip().height);
    CHECK(report.chain == made.id());
    CHECK(sizes(folder.path()) == before);
}

TEST_CASE("a changed byte anywhere in the database's files is found, or changes no root") {
    const Folder folder;
    const audit::MadeChain made{10};
    made.write_folder(folder.path() / "data");
    const audit::ReplayReport good = replay(folder.path() / "data");
    REQUIRE(good.verified());
    std::size_t caught = 0;
    for (const auto& [file, size] : sizes(folder.path() / "data" / "chain")) {
        for (std::uintmax_t at = 0; at < size; at += size / 24 + 1) {
            flip(file, at);
            const audit::ReplayReport report = replay(folder.path() / "data");
            flip(file, at);
            CAPTURE(file, at);
            if (report.verified()) {
                CHECK(report.state_root == good.state_root);
                CHECK(report.log_root == good.log_root);
                CHECK(report.height == good.height);
            } else {
                CHECK_FALSE(report.first_bad->place.empty());
                ++caught;
            }
        }
    }
    CHECK(caught > 20);
}

TEST_CASE("a damaged genesis document is found") {
    const Folder folder;
    const audit::MadeChain made{2};
    made.write_folder(folder.path() / "data");
    flip(folder.path() / "data" / "genesis.cbor", 1);
    CHECK_FALSE(replay(folder.path() / "data").verified());
}

TEST_CASE("a folder that isn't there, and one without a chain, are no evidence but not found") {
    const Folder folder;
    CHECK(audit::replay_folder(folder.path() / "none", {}, {}).error() == audit::Error::folder_not_found);
    CHECK(audit::replay_folder(folder.path(), {}, {}).error() == audit::Error::chain_not_in_folder);
    const audit::MadeChain made{2};
    made.write_folder(folder.path() / "data");
    CHECK(audit::replay_folder(folder.path() / "data" / "format", {}, {}).error() == audit::Error::folder_not_found);
    fs::remove_all(folder.path() / "data" / "chain");
    CHECK(audit::replay_folder(folder.path() / "data", {}, {}).error() == audit::Error::chain_not_in_folder);
    fs::create_directory(folder.path() / "data" / "chain");
    CHECK(audit::replay_folder(folder.path() / "data", {}, {}).error() == audit::Error::chain_not_in_folder);
}

TEST_CASE("what is missing of a copy that has a chain is found wrong") {
    const Folder folder;
    const audit::MadeChain made{2};
    for (const char* file : {"format", "genesis.cbor", "chain/CURRENT"}) {
        made.write_folder(folder.path() / "data");
        fs::remove(folder.path() / "data" / file);
        CAPTURE(file);
        CHECK_FALSE(replay(folder.path() / "data").verified());
        fs::remove_all(folder.path() / "data");
    }
}

TEST_CASE("blocks that the copy doesn't keep are replayed out of the archive, and out of nothing else") {
    const Folder folder;
    audit::MadeChain made{8};
    made.write_folder(folder.path() / "data");
    const audit::ReplayReport whole = replay(folder.path() / "data");
    prune(made, folder.path(), Height{5});
    const auto with_archive = [&](const std::string& archive) {
        return audit::replay_folder(folder.path() / "data", folder.path() / archive, {.threads = 1});
    };
    const std::string file = folder.path() / "archive" / "blocks-000000000001-000000000005.cborseq";

    const auto report = with_archive("archive").value();
    CHECK(report.verified());
    CHECK(report.height == Height{8});
    CHECK(report.state_root == whole.state_root);
    CHECK(report.log_root == whole.log_root);

    const auto alone = replay(folder.path() / "data");
    REQUIRE(alone.first_bad);
    CHECK(alone.first_bad->code == "chain.pruned");
    CHECK(alone.first_bad->height == Height{1});
    CHECK(alone.first_bad->detail.find("--archive") != std::string::npos);
    CHECK(with_archive("none").error() == audit::Error::archive_not_found);

    SECTION("a byte of a transaction in the archive changed") {
        flip(file, fs::file_size(file) / 2);
        const auto changed = with_archive("archive").value();
        REQUIRE(changed.first_bad);
        CHECK(changed.height < Height{5});
        CAPTURE(changed.first_bad->code);
        CHECK(changed.first_bad->code == "tx.signature_wrong");  // it lies in a transaction
    }
    SECTION("a file of the archive is gone") {
        fs::remove(file);
        const auto gone = with_archive("archive").value();
        REQUIRE(gone.first_bad);
        CHECK(gone.first_bad->code == "replay.block_missing");
        CHECK(gone.first_bad->height == Height{1});
    }
    SECTION("the archive has another history") {
        fs::remove_all(folder.path() / "archive");
        audit::MadeChain other{8,
                               {.at = Height{3}, .header = [](ledger::BlockHeader& header) { ++header.time.value; }}};
        REQUIRE(other.id() == made.id());
        fs::create_directory(folder.path() / "other");
        other.write_folder(folder.path() / "other" / "data");
        prune(other, folder.path() / "other", Height{5});
        const auto differs = with_archive("other/archive").value();
        REQUIRE(differs.first_bad);
        CHECK(differs.first_bad->code == "replay.archive_differs");
        CHECK(differs.first_bad->height == Height{3});
    }
}

TEST_CASE("the copy of another chain than the one that is meant is refused") {
    const Folder folder;
    const audit::MadeChain made{2};
    made.write_folder(folder.path() / "data");
    const datadeed::ChainId other{};
    const auto report = audit::replay_folder(folder.path() / "data", {}, {.anchors = {.chain = other}});
    REQUIRE(report);
    REQUIRE(report->first_bad);
    CHECK(report->first_bad->code == "audit.other_chain");
}
