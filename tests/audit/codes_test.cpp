#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

// What stands between the two delimiters, "replay.something" or "audit.something", each once.
std::set<std::string> codes_in(const fs::path& path, char delimiter) {
    std::ifstream file{path};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const std::string mark{delimiter};
    const std::regex code{mark + "((replay|audit)\\.[a-z_]+)" + mark};
    std::set<std::string> codes;
    for (std::sregex_iterator at{text.begin(), text.end(), code}; at != std::sregex_iterator{}; ++at) {
        if ((*at)[1] != "audit.unknown") codes.insert((*at)[1]);
    }
    return codes;
}

}  // namespace

TEST_CASE("docs/audit.md lists every code that this room makes, and no other") {
    const fs::path source = datadeed::test::source_dir();
    std::set<std::string> made;
    for (const auto& entry : fs::directory_iterator{source / "audit"}) {
        if (entry.path().extension() == ".cpp") made.merge(codes_in(entry.path(), '"'));
    }
    CHECK(made.size() > 20);
    CHECK(codes_in(source / "docs" / "audit.md", '`') == made);
}
