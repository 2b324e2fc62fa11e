#include <fstream>
#include <iterator>
#include <string>
#include <variant>

#include "ledger/error.h"
#include "ledger/operation.h"
#include "tests/support/catch.h"
#include "tests/support/paths.h"

namespace datadeed::ledger::test {
namespace {

std::string page() {
    std::ifstream file{datadeed::test::source_dir() + "/docs/transactions.md"};
    REQUIRE(file);
    return {std::istreambuf_iterator<char>{file}, {}};
}

template <class... T>
void check_kinds(const std::string& text, const std::variant<T...>*) {
    const auto check_kind = [&text]<class K>(const K& operation) {
        const std::string row = "| " + std::to_string(static_cast<int>(K::kind)) + " | `" + std::string{K::name} + "`";
        INFO("docs/transactions.md needs a row that begins with " << row);
        CHECK(text.find(row) != std::string::npos);
        K::fields(operation, [&text](const char* field, const auto&, Limit = {}) {
            INFO("field " << field << " of " << K::name);
            CHECK(text.find("`" + std::string{field} + "`") != std::string::npos);
        });
    };
    (check_kind(T{}), ...);
}

}  // namespace

TEST_CASE("docs/transactions.md has a row for each kind of operation, with its fields") {
    check_kinds(page(), static_cast<const Operation*>(nullptr));
}

TEST_CASE("docs/transactions.md names every code of the ledger") {
    const std::string text = page();
    for (const Refusal refusal : all_refusals()) {
        INFO(code(refusal));
        CHECK(text.find("`" + std::string{code(refusal)} + "`") != std::string::npos);
    }
}

}  // namespace datadeed::ledger::test
