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
    CHECK(log_breaches("log_->info(\"a.b\", {});\n", listed).size() == 1);
    CHECK(log_breaches("log_->warn(\"a.b\", {});\nlog_->info(\"c.d\");\nlog_->debug(\"g.h\");\n", listed).size() == 1);
    const std::string choice = "log.write(bad ? LogLevel::warn : LogLevel::debug, bad ? \"a.b\" : \"x.y\");\n";
    CHECK(log_breaches("log_->info(\"c.d\");\n" + choice, listed) ==
          tidy::Breaches{"node/a.cpp:2: docs/operations.md doesn't list the event x.y"});
}
