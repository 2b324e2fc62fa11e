#include <filesystem>

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

// From nothing a fuzzer finds its way into a COSE_Sign1 no more than a monkey writes one.
TEST_CASE("every fuzz target begins from inputs of its own") {
    const std::string prefix = "tests/fuzz/fuzz_";
    std::string without;
    std::size_t targets = 0;
    for (const tidy::SourceFile& file : project().files) {
        if (!file.path.starts_with(prefix)) continue;
        ++targets;
        const std::string name = file.path.substr(prefix.size(), file.path.size() - prefix.size() - 4);
        const std::filesystem::path corpus = datadeed::test::source_dir() + "/tests/fuzz/corpus/" + name;
        if (!std::filesystem::is_directory(corpus) || std::filesystem::is_empty(corpus)) without += name + "\n";
    }
    CHECK(targets > 0);
    CHECK(without == "");
}

TEST_CASE("docs/operations.md lists the events of the log, all of them and no others") {
    CHECK(list(tidy::check_log_events(project())) == "");
}

TEST_CASE("docs/limits.md names every bound, and what it names and cites is there") {
    CHECK(list(tidy::check_limits(project())) == "");
}

TEST_CASE("the codes with which servers and links refuse are listed") {
    CHECK(list(tidy::check_refusal_codes(project())) == "");
}

TEST_CASE("docs/quality/runs.csv has every run that a page cites, and docs/benchmarks.md cites one for each figure") {
    CHECK(list(tidy::check_runs(project())) == "");
}
