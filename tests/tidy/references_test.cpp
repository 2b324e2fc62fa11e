// The rules themselves can fail: each is shown a small tree that breaks it.
#include "tests/tidy/references.h"

#include "tests/support/catch.h"

namespace {

namespace tidy = datadeed::tidy;

tidy::SourceTree tree_of(const tidy::SourceFile& file, const tidy::SourceFile& page) {
    return {.files = {file, tidy::file_of("ledger/there.h", "")}, .rooms = {}, .pages = {page}};
}

std::size_t named_wrong_in_comment(const std::string& path, const std::string& text) {
    return tidy::check_named_files(tree_of(tidy::file_of(path, text), tidy::file_of("docs/a.md", ""))).size();
}

std::size_t named_wrong_in_page(const std::string& text) {
    return tidy::check_named_files(tree_of(tidy::file_of("ledger/a.h", ""), tidy::file_of("docs/a.md", text))).size();
}

tidy::Breaches log_breaches(const std::string& code, const std::string& page) {
    return tidy::check_log_events(
        tree_of(tidy::file_of("node/a.cpp", code), tidy::file_of("docs/operations.md", page)));
}

}  // namespace

TEST_CASE("a file that a comment names and that isn't there is found") {
    CHECK(named_wrong_in_comment("ledger/a.cpp", "// see gone.h\n") == 1);
    CHECK(named_wrong_in_comment("ledger/a.cpp", "int a;  // as ledger/gone.cpp and gone.md say\n") == 2);
    CHECK(named_wrong_in_comment("base/a.cpp", "// see there.h\n") == 1);
    CHECK(named_wrong_in_comment("ledger/a.cpp", "// see there.h, ledger/there.h, docs/a.md (there.h).\n") == 0);
    CHECK(named_wrong_in_comment("tests/ledger/a.cpp", "// there.h\n") == 0);
    CHECK(named_wrong_in_comment("ledger/a.cpp", "open(\"gone.h\");\n") == 0);
}

TEST_CASE("a file that a page names with its folder and that isn't there is found") {
    CHECK(named_wrong_in_page("`ledger/gone.h`\n") == 1);
    CHECK(named_wrong_in_page("[a](decisions/gone.md)\n") == 1);
    CHECK(named_wrong_in_page("`ledger/there.h`, a `limits.h`, [a](../ledger/there.h)\n") == 0);
}

TEST_CASE("an event of the log that the page lacks is found, and one of the page that nothing logs") {
    const std::string listed = "## Log\n\n| event |\n| --- |\n| `a.b`, `c.d` | info |\n\n## Metrics\n| `e.f` | x |\n";
    CHECK(log_breaches("log_->info(\"a.b\", {});\nbox.log(LogEvent::Level::error,\n \"c.d\", {});\n", listed).empty());
    CHECK(log_breaches("log_->info(\"a.b\", {});\nbox.blame(peer, \"c.d\", now);\n", listed).empty());
    CHECK(log_breaches("log_->info(\"a.b\", {});\n", listed).size() == 1);
    CHECK(log_breaches("log_->warn(\"a.b\", {});\nlog_->info(\"c.d\");\nlog_->debug(\"g.h\");\n", listed).size() == 1);
    const std::string choice = "log.write(bad ? LogLevel::warn : LogLevel::debug, bad ? \"a.b\" : \"x.y\");\n";
    CHECK(log_breaches("log_->info(\"c.d\");\n" + choice, listed) ==
          tidy::Breaches{"node/a.cpp:2: docs/operations.md doesn't list the event x.y"});
}

TEST_CASE("a bound that the page on limits lacks is found, and what the page says that isn't so") {
    const auto breaches = [](const std::string& bounds, const std::string& page) {
        tidy::SourceTree tree = tree_of(tidy::file_of("node/limits.h", bounds), tidy::file_of("docs/limits.md", page));
        tree.files.push_back(tidy::file_of("tests/node/a_test.cpp", "TEST_CASE(\n    \"it holds\") {\n"));
        return tidy::check_limits(tree);
    };
    const std::string bounds = "inline constexpr std::size_t things_max = 7;\n";
    const auto row = [](const std::string& bound, const std::string& where, const std::string& test) {
        return "| things | `" + bound + "` 7 | " + where + " | dropped | \"" + test + "\" |\n";
    };
    CHECK(breaches(bounds, row("things_max", "node/limits.h", "it holds")).empty());
    CHECK(breaches(bounds, "") == tidy::Breaches{"node/limits.h:1: docs/limits.md doesn't name things_max"});
    CHECK(breaches(bounds, row("things_max", "node/limits.h", "it never did")).size() == 1);
    CHECK(breaches("", row("things_max", "node/limits.h", "it holds")).size() == 1);
    CHECK(breaches(bounds, row("things_max", "node/other.h", "it holds")).size() == 1);
}

TEST_CASE("a code of a refusal that no page lists is found") {
    const auto breaches = [](const std::string& page) {
        tidy::SourceTree tree = tree_of(tidy::file_of("http/server.cpp", ".code = \"http.too_much\",\n"),
                                        tidy::file_of("docs/api.md", page));
        tree.pages.push_back(tidy::file_of("docs/operations.md", ""));
        return tidy::check_refusal_codes(tree);
    };
    CHECK(breaches("| 413 | `http.too_much` |\n").empty());
    CHECK(breaches("| 413 | http.too_much |\n").size() == 1);
}

TEST_CASE("a run that a page cites and that isn't there is found, and a figure without its run") {
    const auto breaches = [](const std::string& runs, const std::string& page) {
        tidy::SourceTree tree;
        tree.pages = {tidy::file_of("docs/benchmarks.md", page),
                      tidy::file_of("docs/quality/runs.csv", "run,what\n" + runs)};
        return tidy::check_runs(tree);
    };
    CHECK(breaches("1,a\n2,b\n", "| figure | run |\n| --- | --- |\n| 7 s | [run 2](quality/runs.csv) |\n").empty());
    CHECK(breaches("1,a\n", "| 7 s | [run 2](quality/runs.csv) |\n").size() == 1);
    CHECK(breaches("1,a\n", "| 7 s | |\n") == tidy::Breaches{"docs/benchmarks.md:1: a figure without its run"});
    CHECK(breaches("1,a\n3,b\n", "").size() == 1);
    CHECK(breaches("1,a\n1,b\n", "").size() == 1);
    CHECK(tidy::check_runs({}).size() == 1);
}
