#include "client/import.h"

#include <set>

#include "tests/client/fake_nodes.h"
#include "tests/support/catch.h"
#include "tests/support/folder.h"

namespace datadeed::client {
namespace {

using Mood = FakeNodes::Mood;

ImportPlan plan_for(const std::string& file) {
    return {.file = file, .id_columns = {"pkg", "item"}, .title_column = "title", .type = "table"};
}

std::string table_of(int rows) {
    std::string text = "pkg,item,title\n";
    for (int i = 0; i < rows; ++i) text += "p," + std::to_string(i) + ",\"Title, " + std::to_string(i) + "\"\n";
    return text;
}

ImportOptions quick(std::size_t threads = 8) {
    ImportOptions options;
    options.threads = threads;
    options.row_timeout = std::chrono::milliseconds{3000};
    return options;
}

}  // namespace

TEST_CASE("each row becomes one data set with the joined id") {
    const support::Folder folder;
    FakeNodes nodes{2};
    const auto session = make_session(nodes);
    const ImportPlan plan = plan_for(folder.write("t.csv", "item,x,title,pkg\nb,1,数据集,a\nd e,2,\"T, 2\",c\n"));
    CHECK(*count_rows(plan) == 2);
    const Outcome<ImportResult> result = import_rows(*session, plan, quick());
    REQUIRE(result);
    CHECK(result->registered == 2);
    CHECK(nodes.titles() == std::map<std::string, std::string>{{"a/b", "数据集"}, {"c/d e", "T, 2"}});
}

TEST_CASE("rows that can't be registered are listed with line and code, and the others go through") {
    const support::Folder folder;
    FakeNodes nodes{1};
    nodes.add("p/4", "Somebody else's", "other");
    nodes.add("p/5", "Another title", "owner");
    nodes.add("p/6", "Mine", "owner");
    const auto session = make_session(nodes);
    const std::string long_id(200, 'x');
    const ImportPlan plan =
        plan_for(folder.write("t.csv", "pkg,item,title\np,1,One\np,2,\n" + long_id +
                                           ",3,Three\np,4,Four\np,5,Five\np,6,Mine\np,1,One\np,1,Uno\n"));
    const Outcome<ImportResult> result = import_rows(*session, plan, quick(1));
    REQUIRE(result);
    CHECK(result->registered == 1);
    CHECK(result->skipped == 2);  // p/6 was mine, and the second p/1 is the same
    CHECK(result->failed_total == 5);
    std::vector<std::pair<std::uint64_t, std::string>> failed;
    for (const ImportFailure& failure : result->failed) failed.emplace_back(failure.line, failure.code);
    CHECK(failed == std::vector<std::pair<std::uint64_t, std::string>>{{3, "data.title_empty"},
                                                                       {4, "data.id_malformed"},
                                                                       {5, "data.exists"},
                                                                       {6, "data.exists"},
                                                                       {9, "data.exists"}});
}

TEST_CASE("an import that is run again registers nothing twice") {
    const support::Folder folder;
    FakeNodes nodes{2};
    const auto session = make_session(nodes);
    const ImportPlan plan = plan_for(folder.write("t.csv", table_of(300)));
    CHECK(import_rows(*session, plan, quick(64))->registered == 300);
    const Outcome<ImportResult> again = import_rows(*session, plan, quick(64));
    CHECK(again->registered == 0);
    CHECK(again->skipped == 300);
    CHECK(nodes.registrations() == 300);
}

TEST_CASE("rows survive nodes that go away, lose answers and are busy: none twice, none lost") {
    const support::Folder folder;
    FakeNodes nodes{4};
    nodes.set(0, Mood::hangs_up_after_acting);
    nodes.set(1, Mood::hangs_up_before_acting);
    nodes.set(2, Mood::refuses_connections);
    nodes.set_next(3, {Mood::busy, Mood::hangs_up_after_acting, Mood::no_quorum, Mood::hangs_up_before_acting});
    const auto session = make_session(nodes);
    const ImportPlan plan = plan_for(folder.write("t.csv", table_of(500)));
    std::uint64_t last = 0;
    ImportOptions options = quick(32);
    options.row_timeout = std::chrono::milliseconds{20'000};
    options.progress = [&last](std::uint64_t done) { last = done; };
    const Outcome<ImportResult> result = import_rows(*session, plan, options);
    REQUIRE(result);
    CHECK(result->registered == 500);
    CHECK(result->failed_total == 0);
    CHECK(nodes.registrations() == 500);
    CHECK(last == 500);
}

TEST_CASE("a row refused by its nonce is signed anew") {
    const support::Folder folder;
    FakeNodes nodes{1};
    const auto session = make_session(nodes);
    nodes.refuse_next("tx.nonce_below_window", 2);
    const ImportPlan plan = plan_for(folder.write("t.csv", table_of(1)));
    CHECK(import_rows(*session, plan, quick(1))->registered == 1);
    nodes.refuse_next("tx.nonce_below_window", 3);
    const ImportPlan other = plan_for(folder.write("u.csv", "pkg,item,title\nq,1,One\n"));
    CHECK(import_rows(*session, other, quick(1))->failed.at(0).code == "tx.nonce_below_window");
}

TEST_CASE("nothing is sent of a table that is broken anywhere") {
    const support::Folder folder;
    const ImportPlan plan = plan_for(folder.write("t.csv", table_of(10) + "p,\"11,broken\n"));
    const Outcome<std::uint64_t> count = count_rows(plan);
    REQUIRE_FALSE(count);
    CHECK(count.error().code == "csv.quote_not_closed");
    CHECK(count.error().title.find("line 12") != std::string::npos);
}

TEST_CASE("a column or file that isn't there is named") {
    const support::Folder folder;
    ImportPlan plan = plan_for(folder.write("t.csv", table_of(1)));
    plan.title_column = "tilte";
    CHECK(count_rows(plan).error().code == "import.no_such_column");
    CHECK(count_rows(plan).error().title.find("did you mean 'title'?") != std::string::npos);
    CHECK(count_rows(plan_for(folder / "missing.csv")).error().status == 404);
    CHECK(count_rows(plan_for(folder.path())).error().code == "csv.unreadable");
}

}  // namespace datadeed::client
