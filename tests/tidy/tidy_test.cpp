#include "tests/support/catch.h"
#include "tests/support/paths.h"
#include "tests/tidy/house_rules.h"
#include "tests/tidy/references.h"

namespace {

namespace tidy = datadeed::tidy;

const tidy::SourceTree& project() {
    static const tidy::SourceTree tree = tidy::read_tree(datadeed::test::source_dir());
    return tree;
}

std::string list(const tidy::Breaches& breaches) {
    std::string text;
    for (const std::string& breach : breaches) text += breach + "\n";
    return text;
}

}  // namespace

TEST_CASE("every room includes only the rooms of its DEPENDS, and every arrow points down") {
    CHECK(list(tidy::check_arrows(project())) == "");
}

TEST_CASE("every outside package is included by the room that is named for it") {
    CHECK(list(tidy::check_outside_packages(project())) == "");
}

TEST_CASE("pure rooms hold no I/O, clock, thread, randomness, float or unordered container") {
    CHECK(list(tidy::check_purity(project())) == "");
}

TEST_CASE("files and functions are short") {
    CHECK(list(tidy::check_sizes(project())) == "");
}

TEST_CASE("no banned call and no unfinished work") {
    CHECK(list(tidy::check_banned(project())) == "");
}

TEST_CASE("operands of co_await are named") {
    CHECK(list(tidy::check_coroutines(project())) == "");
}

TEST_CASE("every file that a comment or a page names is there") {
    CHECK(list(tidy::check_named_files(project())) == "");
}

TEST_CASE("docs/operations.md lists the events of the log, all of them and no others") {
    CHECK(list(tidy::check_log_events(project())) == "");
}
