#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "cli/help.h"
#include "cli/parse.h"
#include "tests/support/catch.h"
#include "tests/support/paths.h"

namespace datadeed::cli {
namespace {

std::vector<Command> all_commands() {
    std::vector<Command> all;
    for (const Group& group : groups()) {
        for (Command& command : group.commands()) all.push_back(std::move(command));
    }
    return all;
}

// The words of an example as a shell would split it: spaces, and single quotes around a word.
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    bool quoted = false;
    bool inside = false;
    for (const char c : line) {
        if (c == '\'') {
            quoted = !quoted;
            if (!inside) words.emplace_back();
            inside = true;
        } else if (c == ' ' && !quoted) {
            inside = false;
        } else {
            if (!inside) words.emplace_back();
            inside = true;
            words.back().push_back(c);
        }
    }
    return words;
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// How a script runs a command: by its program, as a role of the profiles, or by the shorthand for `dev`.
bool is_run_in(const std::string& scripts, const Command& command) {
    const std::string by_program = R"re(datadeed"( --profile "[^"]+")?( --passphrase-file "[^"]+")? )re";
    const std::string by_role = R"re(\bas [a-z$"][a-z0-9"-]* )re";
    const std::string path = path_of(command);
    const std::string dev = command.group == "dev" ? "|(^|\\W)" + path : "";
    return std::regex_search(scripts, std::regex{"((" + by_program + "|" + by_role + ")" + path + dev + ")(?![a-z-])"});
}

}  // namespace

TEST_CASE("each command is run by a test with real processes") {
    std::string scripts;
    for (const auto& entry : std::filesystem::directory_iterator{datadeed::test::source_dir() + "/tests/e2e"}) {
        if (entry.path().extension() == ".sh") scripts += text_of(entry.path());
    }
    REQUIRE(scripts.size() > 1000);
    for (const Command& command : all_commands()) {
        INFO("no script of tests/e2e runs: datadeed " << path_of(command));
        CHECK(is_run_in(scripts, command));
    }
    CHECK_FALSE(is_run_in("as owner data listing", {.group = "data", .name = "list"}));
    CHECK_FALSE(is_run_in("# grant use is shown elsewhere", {.group = "grant", .name = "use"}));
}

TEST_CASE("each command has a summary, an example that parses, and a name of its own") {
    std::set<std::string> paths;
    for (const Command& command : all_commands()) {
        const std::string path = path_of(command);
        INFO(path);
        CHECK(paths.insert(path).second);
        CHECK(command.summary.size() > 10);
        CHECK(command.run != nullptr);
        CHECK_FALSE(command.examples.empty());
        for (const std::string_view example : command.examples) {
            INFO(example);
            std::vector<std::string> words = words_of(example);
            REQUIRE(words.size() > 1);
            CHECK(words.front() == "datadeed");
            words.erase(words.begin());
            const Parsed parsed = parse_command_line(words, {});
            REQUIRE(std::holds_alternative<Invocation>(parsed));
            CHECK(path_of(std::get<Invocation>(parsed).command) == path);
        }
        for (const Option& option : command.options) {
            CHECK(option.help.size() > 3);
            CHECK(help_of(command).find(option.help) != std::string::npos);
        }
    }
}

TEST_CASE("no option of a command hides a global one") {
    std::set<std::string_view> global;
    for (const Option& option : global_options()) global.insert(key_of(option));
    for (const Command& command : all_commands()) {
        for (const Option& option : command.options) {
            INFO(path_of(command));
            CHECK_FALSE(global.contains(key_of(option)));
        }
    }
}

TEST_CASE("docs/commands.md has a section for each command, with its first example and its options") {
    const std::string text = text_of(datadeed::test::source_dir() + "/docs/commands.md");
    for (const Command& command : all_commands()) {
        INFO(path_of(command));
        CHECK(text.find("### " + path_of(command) + "\n") != std::string::npos);
        CHECK(text.find(command.examples.front()) != std::string::npos);
        for (const Option& option : command.options) CHECK(text.find(option.help) != std::string::npos);
    }
    CHECK(text.find(help_of_exit_codes().substr(help_of_exit_codes().find('\n') + 1)) != std::string::npos);
}

}  // namespace datadeed::cli
