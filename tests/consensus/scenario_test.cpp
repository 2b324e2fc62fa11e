#include "tests/consensus/scenario.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/catch.h"
#include "tests/support/paths.h"

namespace datadeed::consensus::testing {

namespace {

struct Replay {
    std::string text;      // the file as it should be
    std::string problems;  // of safety, or at the end
};

// A file is a list of blocks: comment lines, a command, "----", what it brought about, an empty line.
Replay replay(const std::string& script) {
    Scenario scenario;
    Replay result;
    std::istringstream lines{script};
    bool in_output = false;
    for (std::string line; std::getline(lines, line);) {
        if (in_output) {
            in_output = !line.empty();
            continue;
        }
        if (line.empty() || line.starts_with('#')) {
            result.text += line + "\n";
            continue;
        }
        result.text += line + "\n----\n" + scenario.command(line) + "\n";
        if (const auto broken = scenario.violation()) result.problems += "after '" + line + "': " + *broken + "\n";
        std::getline(lines, line);
        in_output = line == "----";
    }
    while (result.text.ends_with("\n\n")) result.text.pop_back();
    if (const auto wrong = scenario.finish()) result.problems += "at the end: " + *wrong + "\n";
    return result;
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

// DATADEED_REWRITE=1 writes the transcripts anew; read the difference before committing it.
TEST_CASE("scenarios go as their transcripts say") {
    const std::filesystem::path folder =
        std::filesystem::path{datadeed::test::source_dir()} / "tests/consensus/scenarios";
    const bool rewrite = std::getenv("DATADEED_REWRITE") != nullptr;  // NOLINT(concurrency-mt-unsafe): one thread
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.path().extension() != ".txt") continue;
        ++count;
        INFO(entry.path().filename().string());
        const std::string script = read(entry.path());
        const Replay result = replay(script);
        INFO(result.problems);
        CHECK(result.problems.empty());
        if (rewrite) {
            std::ofstream{entry.path()} << result.text;
        } else {
            CHECK(result.text == script);
        }
    }
    CHECK(count >= 14);
}

}  // namespace datadeed::consensus::testing
