// The rules themselves can fail: each is shown a small tree that breaks it.
#include "tests/tidy/house_rules.h"

#include "tests/support/catch.h"

namespace {

namespace tidy = datadeed::tidy;

tidy::SourceTree tree_with(const std::string& path, const std::string& text) {
    return {.files = {tidy::file_of(path, text)},
            .rooms = {{"base", {}}, {"crypto", {"base"}}, {"ledger", {"base", "crypto"}}, {"consensus", {"crypto"}}}};
}

}  // namespace

TEST_CASE("an include outside DEPENDS is found, one inside is not") {
    CHECK(tidy::check_arrows(tree_with("ledger/a.cpp", "#include \"consensus/step.h\"\n")).size() == 1);
    CHECK(tidy::check_arrows(tree_with("consensus/a.cpp", "#include \"base/bytes.h\"\n")).size() == 1);
    CHECK(tidy::check_arrows(tree_with("ledger/a.cpp", "#include \"crypto/hash.h\"\n")).empty());
}

TEST_CASE("a room that depends on a neighbour or a higher floor is found") {
    tidy::SourceTree tree = tree_with("ledger/a.cpp", "");
    tree.rooms["consensus"].insert("ledger");
    tree.rooms["base"].insert("crypto");
    CHECK(tidy::check_arrows(tree).size() == 2);
}

TEST_CASE("DEPENDS is read from a room's CMakeLists.txt") {
    const auto rooms =
        tidy::rooms_of("datadeed_room(NAME chain\n  DEPENDS base ledger\n  SOURCES a.cpp\n  PRIVATE x::y)\n");
    CHECK(rooms.at("chain") == std::set<std::string>{"base", "ledger"});
}

TEST_CASE("an outside package in the wrong room is found") {
    CHECK(tidy::check_outside_packages(tree_with("ledger/a.cpp", "#include <sodium.h>\n")).size() == 1);
    CHECK(tidy::check_outside_packages(tree_with("crypto/a.cpp", "#include <sodium.h>\n")).empty());
}

TEST_CASE("a clock, a float and an unordered map in a pure room are found; in words they are not") {
    CHECK(tidy::check_purity(tree_with("ledger/a.cpp", "#include <chrono>\n")).size() == 1);
    CHECK(tidy::check_purity(tree_with("ledger/a.cpp", "double x = 1;\nstd::unordered_map<int, int> m;\n")).size() ==
          2);
    CHECK(tidy::check_purity(tree_with("ledger/a.cpp", "// a double meaning\nauto s = \"float\";\n")).empty());
}

TEST_CASE("a long file and a long function are found") {
    std::string body;
    for (int i = 0; i < 70; ++i) body += "    f();\n";
    CHECK(tidy::check_sizes(tree_with("ledger/a.cpp", "void g() {\n" + body + "}\n")).size() == 1);
    CHECK(tidy::check_sizes(tree_with("ledger/a.cpp", "void g() {\n    f();\n}\n" + body)).empty());
    CHECK(tidy::check_sizes(tree_with("ledger/a.h", body + body + body)).size() == 1);
}

TEST_CASE("banned calls are found with what to use instead") {
    CHECK(tidy::check_banned(tree_with("ledger/a.cpp", "assert(x);\n")).size() == 1);
    CHECK(tidy::check_banned(tree_with("ledger/a.cpp", "static_assert(x);\nDATADEED_ASSERT(x);\n")).empty());
    CHECK(tidy::check_banned(tree_with("ledger/a.h", "int x;\n")).size() == 1);
}

TEST_CASE("a lambda with captures, a braced aggregate and a binding in a co_await statement are found") {
    CHECK(tidy::check_coroutines(tree_with("http/a.cpp", "co_await run([s]() { go(s); });\n")).size() == 1);
    CHECK(tidy::check_coroutines(tree_with("http/a.cpp", "auto [e, n] = co_await read();\n")).size() == 1);
    CHECK(tidy::check_coroutines(tree_with("http/a.cpp", "co_await run(Limits{.bytes = 1});\n")).size() == 1);
    CHECK(tidy::check_coroutines(tree_with("http/a.cpp", "co_await run({.bytes = 1});\n")).size() == 1);
    CHECK(tidy::check_coroutines(tree_with("http/a.cpp", "co_await run(first,\n    [s]() { go(s); });\n")).size() == 1);
    CHECK(tidy::check_coroutines(tree_with("http/a.cpp", "co_await run(handler);\nf({.bytes = 1});\n")).empty());
    CHECK(tidy::check_coroutines(tree_with("http/a.cpp", "if (co_await run(Limits{})) {\n    f[i] = {.a = 1};\n"))
              .empty());
}
