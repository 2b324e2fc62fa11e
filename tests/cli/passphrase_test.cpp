#include "cli/passphrase.h"

#include "tests/support/catch.h"

namespace datadeed::cli {

TEST_CASE("a passphrase comes from the first source that is given") {
    PassphraseSources sources{
        .flag_file = "flag", .flag_fd = 9, .profile_file = "profile", .environment_file = "environment"};
    CHECK(passphrase_file_of(sources) == "flag");
    sources.flag_file.clear();
    CHECK(passphrase_file_of(sources).empty());
    sources.flag_fd.reset();
    CHECK(passphrase_file_of(sources) == "profile");
    sources.profile_file.clear();
    CHECK(passphrase_file_of(sources) == "environment");
    sources.environment_file.clear();
    CHECK(passphrase_file_of(sources).empty());
    sources.may_ask = false;
    CHECK(find_passphrase(sources, Ask::once).error().code == "key.passphrase_needed");
}

}  // namespace datadeed::cli
