#include "chain/memory_file.h"

#include <set>

#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::bytes_of;

TEST_CASE("what wasn't synced is gone after a crash: content and names") {
    MemoryFileSystem files;
    const std::unique_ptr<File> file = files.open("/f/a", OpenMode::create_new).value();
    REQUIRE(file->append(bytes_of("one")));
    REQUIRE(file->sync());
    SECTION("a name that its folder didn't make durable") {
        files.crash();
        CHECK_FALSE(files.exists("/f/a").value());
    }
    SECTION("content") {
        REQUIRE(files.sync_folder("/f"));
        REQUIRE(file->append(bytes_of("two")));
        files.crash();
        CHECK(files.content("/f/a") == bytes_of("one"));
        CHECK(file->append(bytes_of("x")).error().fault == Fault::file_io);
        CHECK_FALSE(file->read(0, 1));
    }
    SECTION("a rename") {
        REQUIRE(files.sync_folder("/f"));
        REQUIRE(files.rename("/f/a", "/f/b"));
        files.crash();
        CHECK(files.exists("/f/a").value());
        CHECK_FALSE(files.exists("/f/b").value());
    }
    SECTION("a removal") {
        REQUIRE(files.sync_folder("/f"));
        REQUIRE(files.remove("/f/a"));
        files.crash();
        CHECK(files.exists("/f/a").value());
    }
}

TEST_CASE("what was cut off and written anew is durable as it is now") {
    MemoryFileSystem files;
    const std::unique_ptr<File> file = files.open("/f/a", OpenMode::create_new).value();
    REQUIRE(files.sync_folder("/f"));
    REQUIRE(file->append(bytes_of("abcdef")));
    REQUIRE(file->sync());
    REQUIRE(file->truncate(2));
    REQUIRE(file->append(bytes_of("XYZW")));
    REQUIRE(file->sync());
    files.crash();
    CHECK(files.content("/f/a") == bytes_of("abXYZW"));
}

TEST_CASE("of what wasn't synced any prefix may survive, with zeros behind it") {
    std::set<Bytes> seen;
    for (std::uint64_t keep = 0; keep < 4; ++keep) {
        for (std::uint64_t zeros = 0; zeros < 2; ++zeros) {
            MemoryFileSystem files;
            const std::unique_ptr<File> file = files.open("/a", OpenMode::create_new).value();
            REQUIRE(files.sync_folder("/"));
            REQUIRE(file->append(bytes_of("abc")));
            files.crash([&](std::uint64_t bound) { return bound == 4 ? keep : zeros; });
            seen.insert(*files.content("/a"));
        }
    }
    CHECK(seen == std::set<Bytes>{{}, {0, 0, 0}, {'a'}, {'a', 0, 0}, {'a', 'b'}, {'a', 'b', 0}, {'a', 'b', 'c'}});
}

TEST_CASE("a disk that is made to fail fails from then on, and an append half-way") {
    MemoryFileSystem files;
    const std::unique_ptr<File> file = files.open("/a", OpenMode::create_new).value();
    files.fail_after(1, Fault::file_disk_full);
    REQUIRE(file->append(bytes_of("ok")));
    CHECK(file->append(bytes_of("1234")).error().fault == Fault::file_disk_full);
    CHECK(file->sync().error().fault == Fault::file_disk_full);
    CHECK(files.content("/a") == bytes_of("ok12"));
    files.heal();
    CHECK(file->sync());
}

TEST_CASE("a lock in memory ends with its holder or with the machine") {
    MemoryFileSystem files;
    std::unique_ptr<FileLock> lock = files.lock("/lock", "me").value();
    CHECK(files.lock("/lock", "you").error().detail == "me");
    files.crash();
    const std::unique_ptr<FileLock> next = files.lock("/lock", "you").value();
    lock.reset();
    CHECK_FALSE(files.lock("/lock", "third"));
}

}  // namespace datadeed::chain
