#include "cli/commands/terms.h"

#include "tests/support/catch.h"

namespace datadeed::cli {
namespace {

Args args_with(const std::string& ops, const std::string& until) {
    Args args;
    args.set_list("purpose", {"teaching", "research", "research"});
    args.set_list("ops", {ops, "count"});
    args.set_text("until", until);
    args.set_number("uses", 20);
    return args;
}

}  // namespace

TEST_CASE("terms come out in the one order that the ledger accepts") {
    const Outcome<ledger::Terms> terms = terms_of(args_with("mean", "2027-12-31"));
    REQUIRE(terms);
    CHECK(ledger::check(*terms));
    CHECK(terms->operations == std::vector{ledger::QueryOperation::count, ledger::QueryOperation::mean});
    CHECK(terms->purposes == std::vector{ledger::Purpose{"research"}, ledger::Purpose{"teaching"}});
    CHECK(terms->until == TimeMs{1'830'297'600'000});
    CHECK(terms->uses == 20);
}

TEST_CASE("a word that is no operation or date is refused with its option") {
    const Outcome<ledger::Terms> operation = terms_of(args_with("maen", "2027-12-31"));
    REQUIRE_FALSE(operation);
    CHECK(operation.error().title == "--ops: no operation 'maen' - did you mean 'mean'?");
    const Outcome<ledger::Terms> date = terms_of(args_with("mean", "2026-13-01"));
    REQUIRE_FALSE(date);
    CHECK(date.error().title == "--until: '2026-13-01' is not a date (month 13)");
    CHECK(date.error().code == "usage.date");
}

TEST_CASE("a manager's scope bounds only what was said") {
    const Outcome<ledger::ManagerScope> open = scope_of(Args{});
    REQUIRE(open);
    CHECK(*open == ledger::ManagerScope{});
    const Outcome<ledger::ManagerScope> scope = scope_of(args_with("mean", "2027-12-31"));
    REQUIRE(scope);
    CHECK(scope->operations->size() == 2);
    CHECK(scope->uses == 20);
    Args deep;
    deep.set_number("depth", 9);
    CHECK(scope_of(deep).error().code == "usage.value");
}

}  // namespace datadeed::cli
