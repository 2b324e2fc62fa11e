#include "client/files.h"

#include <sys/stat.h>

#include "tests/support/catch.h"
#include "tests/support/folder.h"

namespace datadeed::client {
namespace {

unsigned mode_of(const std::string& path) {
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a new file holds the bytes, and a secret one is for its owner alone") {
    const support::Folder folder;
    REQUIRE(create_file(folder / "a", as_bytes("text"), Mode::secret));
    CHECK(as_text(*read_file(folder / "a", 100)) == "text");
    CHECK(mode_of(folder / "a") == 0600);
}

TEST_CASE("a file on which others have any right is found, and one that isn't there is nobody's") {
    const support::Folder folder;
    const std::string file = folder.write("a", "secret");
    for (const mode_t mode : {0600U, 0400U}) {
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        CHECK_FALSE(is_open_to_others(file));
    }
    for (const mode_t mode : {0640U, 0604U, 0620U, 0610U}) {
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        CHECK(is_open_to_others(file));
    }
    CHECK_FALSE(is_open_to_others(folder / "missing"));
}

TEST_CASE("an existing file is never overwritten unless it is to be replaced") {
    const support::Folder folder;
    folder.write("a", "old");
    const Outcome<void> created = create_file(folder / "a", as_bytes("new"), Mode::shared);
    REQUIRE_FALSE(created);
    CHECK(created.error().code == "file.unwritable");
    CHECK(as_text(*read_file(folder / "a", 100)) == "old");
    REQUIRE(replace_file(folder / "a", as_bytes("new"), Mode::shared));
    CHECK(as_text(*read_file(folder / "a", 100)) == "new");
    CHECK_FALSE(std::filesystem::exists(folder / "a.new"));
}

TEST_CASE("a file that is missing, a folder or too large is said to be so") {
    const support::Folder folder;
    CHECK(read_file(folder / "missing", 100).error().status == 404);
    CHECK(read_file(folder.path(), 100).error().code == "file.unreadable");
    folder.write("a", std::string(101, 'x'));
    CHECK(read_file(folder / "a", 101));
    CHECK(read_file(folder / "a", 100).error().detail == "it is larger than 100 bytes");
    CHECK_FALSE(create_file(folder / "no/such", as_bytes("x"), Mode::shared));
    CHECK_FALSE(create_file("/dev/full/x", as_bytes("x"), Mode::shared));
}

}  // namespace datadeed::client
