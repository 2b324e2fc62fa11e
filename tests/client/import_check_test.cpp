#include "client/import_check.h"

#include "tests/support/catch.h"
#include "tests/support/folder.h"

namespace datadeed::client {
namespace {

ImportPlan plan_of_check(const std::string& file) {
    return {.file = file, .id_columns = {"pkg", "item"}, .title_column = "title", .type = "table"};
}

}  // namespace

TEST_CASE("a dry run finds what the table alone can tell, and shows its first row") {
    const support::Folder folder;
    const std::string long_id(200, 'x');
    const std::string table = "pkg,item,title\np,1,One\np,2,\n" + long_id + ",3,Three\np,1,One\np,1,Uno\np,2,Two\n";
    const Outcome<ImportCheck> check = check_rows(plan_of_check(folder.write("t.csv", table)));
    REQUIRE(check);
    CHECK(check->rows == 6);
    REQUIRE(check->first);
    CHECK(check->first->id == "p/1");
    CHECK(check->first->title == "One");
    CHECK(check->repeated == 1);
    CHECK(check->failed_total == 3);
    std::vector<std::pair<std::uint64_t, std::string>> failed;
    for (const ImportFailure& failure : check->failed) failed.emplace_back(failure.line, failure.code);
    CHECK(failed == std::vector<std::pair<std::uint64_t, std::string>>{
                        {3, "data.title_empty"}, {4, "data.id_malformed"}, {6, "data.exists"}});
    CHECK(check->failed.back().detail == "line 2 has the same id and another title");
}

TEST_CASE("a dry run refuses a broken table as an import does, and an empty one has no first row") {
    const support::Folder folder;
    CHECK(check_rows(plan_of_check(folder.write("u.csv", "pkg,item,title\np,1\n"))).error().code == "csv.field_count");
    CHECK_FALSE(check_rows(plan_of_check(folder.write("v.csv", "pkg,item,title\n")))->first);
}

}  // namespace datadeed::client
