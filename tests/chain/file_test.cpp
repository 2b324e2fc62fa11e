#include "chain/file.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "chain/memory_file.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::bytes_of;
using test::TemporaryFolder;

namespace {

void check_files(FileSystem& files, const std::string& folder) {
    const std::string path = folder + "/a";
    CHECK(files.open(path, OpenMode::must_exist).error().fault == Fault::file_not_found);
    CHECK(files.exists(path).value() == false);
    const std::unique_ptr<File> file = files.open(path, OpenMode::create_new).value();
    CHECK_FALSE(files.open(path, OpenMode::create_new));
    REQUIRE(file->append(bytes_of("hello ")));
    REQUIRE(file->append(bytes_of("world")));
    REQUIRE(file->sync());
    CHECK(file->size().value() == 11);
    CHECK(file->read(6, 100).value() == bytes_of("world"));
    CHECK(file->read(2, 3).value() == bytes_of("llo"));
    CHECK(file->read(11, 1).value().empty());
    CHECK(file->read(1'000'000, 1).value().empty());
    REQUIRE(file->truncate(5));
    REQUIRE(file->append(bytes_of("!")));
    CHECK(read_file(files, path, 6).value() == bytes_of("hello!"));
    CHECK(read_file(files, path, 5).error().fault == Fault::file_too_large);
    REQUIRE(replace_file(files, path, bytes_of("new")));
    CHECK(read_file(files, path, 6).value() == bytes_of("new"));
    REQUIRE(files.rename(path, folder + "/b"));
    CHECK(files.exists(folder + "/b").value());
    CHECK(files.rename(path, folder + "/c").error().fault == Fault::file_not_found);
    CHECK(files.list(folder).value() == std::vector<std::string>{"b"});
    REQUIRE(files.remove(folder + "/b"));
    CHECK(files.remove(folder + "/b").error().fault == Fault::file_not_found);
    CHECK(files.list(folder + "/none").error().fault == Fault::file_not_found);
}

}  // namespace

TEST_CASE("files do the same on a disk and in memory") {
    const TemporaryFolder folder;
    check_files(posix_files(), folder.path());
    MemoryFileSystem memory;
    REQUIRE(memory.create_folder("/m"));
    check_files(memory, "/m");
}

TEST_CASE("files and folders are made for their owner alone, whatever the umask") {
    const TemporaryFolder folder;
    const mode_t before = ::umask(0);
    REQUIRE(posix_files().create_folder(folder.path() + "/f"));
    REQUIRE(posix_files().open(folder.path() + "/f/a", OpenMode::create_new));
    ::umask(before);
    struct stat status{};
    REQUIRE(::stat((folder.path() + "/f").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
    REQUIRE(::stat((folder.path() + "/f/a").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(posix_files().create_folder(folder.path() + "/f"));
    CHECK(posix_files().create_folder(folder.path() + "/f/a").error().fault == Fault::folder_is_a_file);
}

TEST_CASE("a full disk, a missing right and too many open files each say so") {
    const TemporaryFolder folder;
    SECTION("full disk") {
        const std::unique_ptr<File> full = posix_files().open("/dev/full", OpenMode::must_exist).value();
        const Result<void, Error> written = full->append(bytes_of("x"));
        REQUIRE_FALSE(written);
        CHECK(written.error().fault == Fault::file_disk_full);
        CHECK(written.error().place == "/dev/full");
        CHECK_FALSE(written.error().detail.empty());
    }
    SECTION("no right, as a user who isn't root") {
        // In a child, since giving up root is for good.
        const pid_t child = ::fork();
        if (child == 0) {
            const bool plain = ::geteuid() != 0 || ::setuid(65534) == 0;
            const auto opened = posix_files().open("/proc/1/mem", OpenMode::create_if_missing);
            ::_exit(plain && !opened && opened.error().fault == Fault::file_no_permission ? 0 : 1);
        }
        int status = 1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    SECTION("too many open files") {
        const pid_t child = ::fork();
        if (child == 0) {
            const rlimit none{.rlim_cur = 3, .rlim_max = 3};
            ::setrlimit(RLIMIT_NOFILE, &none);
            const auto opened = posix_files().open(folder.path() + "/a", OpenMode::create_if_missing);
            ::_exit(!opened && opened.error().fault == Fault::file_too_many_open ? 0 : 1);
        }
        int status = 1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
}

TEST_CASE("a lock is held by one handle, names its holder and ends with it") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/lock";
    {
        const std::unique_ptr<FileLock> lock = posix_files().lock(path, "process 7").value();
        const auto second = posix_files().lock(path, "process 8");
        REQUIRE_FALSE(second);
        CHECK(second.error().fault == Fault::folder_locked);
        CHECK(second.error().detail == "process 7");
    }
    CHECK(posix_files().lock(path, "process 8"));
}

TEST_CASE("bare names are in the folder where the program runs") {
    CHECK(folder_of("a") == ".");
    CHECK(folder_of("/a") == "/");
    CHECK(folder_of("/a/b") == "/a");
}

}  // namespace datadeed::chain
