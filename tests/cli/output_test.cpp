#include "cli/output.h"

#include "json/json.h"
#include "tests/support/catch.h"

namespace datadeed::cli {

TEST_CASE("an error says what, why and what to do, and usage errors where to read") {
    const client::Problem problem{.code = "usage.date",
                                  .title = "--until: '2026-13-01' is not a date (month 13)",
                                  .detail = "a date is YYYY-MM-DD",
                                  .hint = {"--until 2027-01-01", "datadeed help"},
                                  .status = 400};
    CHECK(problem_text(problem, "grant create") ==
          "error: --until: '2026-13-01' is not a date (month 13)  [usage.date]\n"
          "  why:  a date is YYYY-MM-DD\n"
          "  try:  --until 2027-01-01\n"
          "  try:  datadeed help\n"
          "  see:  datadeed grant create --help\n");
    CHECK(problem_text({.code = "grant.not_found", .title = "no such grant", .detail = {}, .hint = {}, .status = 404},
                       "x") == "error: no such grant  [grant.not_found]\n");
    CHECK(problem_text({.code = "usage.x", .title = "t", .detail = {}, .hint = {}, .status = 400}, "")
              .ends_with("  see:  datadeed --help\n"));
}

TEST_CASE("an error for programs is one object with its exit code") {
    client::Problem problem{
        .code = "data.exists", .title = "it is \"there\"", .detail = "why", .hint = {"a", "b"}, .status = 409};
    CHECK(json::dump(problem_json(problem)) ==
          R"({"type":"urn:datadeed:error:data.exists","title":"it is \"there\"","status":409,"detail":"why",)"
          R"("code":"data.exists","hint":["a","b"],"exit":6})");
    problem.tx = "ab";
    CHECK(error_output(problem, "x", true) == json::dump(problem_json(problem)) + "\n");
    CHECK(error_output(problem, "x", true)
              .ends_with(R"("exit":6,"tx":"ab"})"
                         "\n"));
    CHECK(error_output(problem, "x", false) == problem_text(problem, "x"));
}

TEST_CASE("texts from elsewhere can't steer the terminal") {
    CHECK(printable("a\x1B[2Jb\nc\x7F") == "a?[2Jb?c?");
    CHECK(printable("a\xC2\x9B"
                    "b") == "a?b");
    CHECK(printable("é 数据") == "é 数据");
    CHECK(printable("a\xE2\x80\xAE"
                    "b\xE2\x81\xA9\xE2\x80\xA8") == "a?b??");
    CHECK(printable_lines("a\x1B[2Jb\nc\r\xC2\x9B\n") == "a?[2Jb\nc??\n");
    const client::Problem problem{.code = "x", .title = "a\nerror: forged", .detail = {}, .hint = {}, .status = 409};
    CHECK(problem_text(problem, "") == "error: a?error: forged  [x]\n");
}

TEST_CASE("columns line up, also under Chinese and with marks that take no room") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("数据") == 4);
    CHECK(display_width("ｗ") == 2);
    CHECK(display_width("e\xCC\x81") == 1);
    CHECK(display_width("\xF0\x9F\x98\x80") == 2);
    CHECK(to_text({.header = {"ID", "TITLE", "N"}, .rows = {{"a", "数据", "1"}, {"bcd", "x", "22"}}}) ==
          "ID   TITLE  N\n"
          "a    数据   1\n"
          "bcd  x      22\n");
    CHECK(to_text({.header = {"ID"}, .rows = {}}).empty());
}

TEST_CASE("ids are shortened and numbers grouped for people") {
    CHECK(shortened(std::string(60, 'a') + "bcde") == "aaaaaaaa..bcde");
    CHECK(shortened("abc") == "abc");
    CHECK(with_separators(0) == "0");
    CHECK(with_separators(999) == "999");
    CHECK(with_separators(1000) == "1,000");
    CHECK(with_separators(1234567) == "1,234,567");
}

}  // namespace datadeed::cli
