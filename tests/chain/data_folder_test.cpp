#include "chain/data_folder.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "chain/memory_file.h"
#include "crypto/hash.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::bytes_of;
using test::TemporaryFolder;

namespace {

// Runs in a child process that isn't root any more; true when `claim` holds there.
template <class Claim>
bool holds_for_plain_user(Claim&& claim) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
        ::_exit(claim() ? 0 : 1);
    }
    int status = 1;
    return ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

TEST_CASE("a data folder opens with the genesis document that it was made with") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/n1";
    REQUIRE(DataFolder::create(posix_files(), path, bytes_of("genesis")));
    const DataFolder opened = DataFolder::open(posix_files(), path).value();
    CHECK(opened.genesis() == bytes_of("genesis"));
    CHECK(opened.chain_id() == ChainId{crypto::sha256(bytes_of("genesis"))});
    CHECK(opened.expect_chain(opened.chain_id()));
    CHECK(opened.expect_chain(ChainId{}).error().fault == Fault::folder_other_chain);
    CHECK(std::filesystem::is_directory(opened.chain_path()));
    CHECK(std::filesystem::is_directory(opened.state_path()));
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("a second node on one folder is refused, from this process and from another") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/n1";
    REQUIRE(DataFolder::create(posix_files(), path, bytes_of("genesis")));
    {
        const DataFolder first = DataFolder::open(posix_files(), path).value();
        const Error error = DataFolder::open(posix_files(), path).error();
        CHECK(error.fault == Fault::folder_locked);
        CHECK(error.detail == "process " + std::to_string(::getpid()));
        const pid_t child = ::fork();
        if (child == 0) {
            const auto second = DataFolder::open(posix_files(), path);
            ::_exit(!second && second.error().fault == Fault::folder_locked ? 0 : 1);
        }
        int status = 1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
        CHECK(DataFolder::open_copy(posix_files(), path));
    }
    CHECK(DataFolder::open(posix_files(), path));
}

TEST_CASE("a folder that isn't one, has other things in it or another format is refused") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/n1";
    CHECK(DataFolder::open(posix_files(), path).error().fault == Fault::folder_missing);
    CHECK(DataFolder::open_copy(posix_files(), path).error().fault == Fault::folder_missing);
    CHECK(DataFolder::create(posix_files(), folder.path() + "/no/n1", {}).error().fault == Fault::folder_missing);
    std::filesystem::create_directory(path);
    CHECK(DataFolder::open(posix_files(), path).error().fault == Fault::folder_missing);
    std::ofstream{path + "/notes.txt"} << "mine";
    const Error error = DataFolder::create(posix_files(), path, {}).error();
    CHECK(error.fault == Fault::folder_not_empty);
    CHECK(error.detail == "it holds notes.txt");
    std::filesystem::remove(path + "/notes.txt");
    REQUIRE(DataFolder::create(posix_files(), path, bytes_of("genesis")));
    CHECK(DataFolder::create(posix_files(), path, {}).error().fault == Fault::folder_not_empty);
    std::ofstream{path + "/format"} << "datadeed data 4\n";
    CHECK(DataFolder::open(posix_files(), path).error().fault == Fault::folder_format_unknown);
}

TEST_CASE("a folder without rights is refused as not writable") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/n1";
    REQUIRE(DataFolder::create(posix_files(), path, bytes_of("genesis")));
    ::chmod(folder.path().c_str(), 0755);
    ::chmod(path.c_str(), 0555);
    for (const char* name : {"/format", "/genesis.cbor"}) ::chmod((path + name).c_str(), 0444);
    CHECK(holds_for_plain_user([&] {
        const auto opened = DataFolder::open(posix_files(), path);
        return !opened && opened.error().fault == Fault::folder_not_writable;
    }));
    CHECK(holds_for_plain_user([&] {
        const auto made = DataFolder::create(posix_files(), folder.path() + "/n2", {});
        return !made && made.error().fault == Fault::folder_not_writable;
    }));
    CHECK(holds_for_plain_user([&] { return DataFolder::open_copy(posix_files(), path).has_value(); }));
}

TEST_CASE("a creation that breaks off anywhere can be done again") {
    for (std::uint64_t step = 0;; ++step) {
        MemoryFileSystem files;
        files.fail_after(step, Fault::file_disk_full);
        const Result<void, Error> made = DataFolder::create(files, "/n1", bytes_of("genesis"));
        files.heal();
        if (made) {
            CHECK(step > 8);
            break;
        }
        CHECK(made.error().fault == Fault::file_disk_full);
        files.crash([](std::uint64_t bound) { return bound - 1; });
        if (!files.exists("/n1/format").value()) CHECK(DataFolder::create(files, "/n1", bytes_of("genesis")));
        CHECK(DataFolder::open(files, "/n1").value().genesis() == bytes_of("genesis"));
    }
}

}  // namespace datadeed::chain
