#include "audit/replay_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/audit/made_chain.h"
#include "tests/support/catch.h"

namespace {

namespace audit = datadeed::audit;
namespace fs = std::filesystem;

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

audit::ReplayReport replay(const fs::path& folder) {
    return audit::replay_folder(folder, {.threads = 1}).value();
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
    CHECK(audit::replay_folder(folder.path() / "none", {}).error() == audit::Error::folder_not_found);
    CHECK(audit::replay_folder(folder.path(), {}).error() == audit::Error::chain_not_in_folder);
    const audit::MadeChain made{2};
    made.write_folder(folder.path() / "data");
    CHECK(audit::replay_folder(folder.path() / "data" / "format", {}).error() == audit::Error::folder_not_found);
    fs::remove_all(folder.path() / "data" / "chain");
    CHECK(audit::replay_folder(folder.path() / "data", {}).error() == audit::Error::chain_not_in_folder);
    fs::create_directory(folder.path() / "data" / "chain");
    CHECK(audit::replay_folder(folder.path() / "data", {}).error() == audit::Error::chain_not_in_folder);
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

TEST_CASE("the copy of another chain than the one that is meant is refused") {
    const Folder folder;
    const audit::MadeChain made{2};
    made.write_folder(folder.path() / "data");
    const datadeed::ChainId other{};
    const auto report = audit::replay_folder(folder.path() / "data", {.anchors = {.chain = other}});
    REQUIRE(report);
    REQUIRE(report->first_bad);
    CHECK(report->first_bad->code == "audit.other_chain");
}
