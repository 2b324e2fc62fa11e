#include "cli/parse.h"

#include "tests/support/catch.h"

namespace datadeed::cli {
namespace {

Parsed parse(std::vector<std::string> words) {
    return parse_command_line(std::move(words), "from-environment.toml");
}

Invocation call(std::vector<std::string> words) {
    Parsed parsed = parse(std::move(words));
    if (const UsageError* const error = std::get_if<UsageError>(&parsed)) FAIL(error->problem.title);
    REQUIRE(std::holds_alternative<Invocation>(parsed));
    return std::get<Invocation>(std::move(parsed));
}

UsageError error(std::vector<std::string> words) {
    Parsed parsed = parse(std::move(words));
    REQUIRE(std::holds_alternative<UsageError>(parsed));
    return std::get<UsageError>(std::move(parsed));
}

}  // namespace

TEST_CASE("global flags stand before, between and after the command's words") {
    const std::vector<std::vector<std::string>> lines{
        {"--profile", "p.toml", "data", "list", "--all", "--json"},
        {"data", "--profile", "p.toml", "list", "--json", "--all"},
        {"--json", "data", "list", "--all", "--profile=p.toml"},
    };
    for (const std::vector<std::string>& line : lines) {
        const Invocation found = call(line);
        CHECK(path_of(found.command) == "data list");
        CHECK(found.globals.profile == "p.toml");
        CHECK(found.globals.json);
        CHECK(found.args.flag("all"));
    }
    CHECK(call({"data", "list"}).globals.profile == "from-environment.toml");
    CHECK_FALSE(call({"data", "list"}).globals.json);
}

TEST_CASE("options have their types") {
    const Invocation grant = call({"grant", "create", "--data", "a/b", "--to", "user", "--purpose", "research", "--ops",
                                   "count,mean", "--until", "2027-01-01", "--uses", "20"});
    CHECK(grant.args.text("data") == "a/b");
    CHECK(grant.args.list("ops") == std::vector<std::string>{"count", "mean"});
    CHECK(grant.args.number("uses") == 20);
    CHECK_FALSE(grant.args.has("parent"));
    CHECK(call({"tx", "receipt", "ab", "-o", "x.tlog-proof"}).args.text("output") == "x.tlog-proof");
    CHECK(call({"tx", "receipt", "ab", "--output", "x"}).args.text("TX") == "ab");
    CHECK(call({"data", "register", "--id", "a", "--title", "", "--type", "t"}).args.text("title").empty());
    CHECK(call({"dev", "kill", "node-1", "--dir", "d"}).args.text("NAME") == "node-1");
    CHECK(call({"--version"}).command.group == "version");
}

TEST_CASE("an option without its value is named, not the word that was left over") {
    const UsageError found = error({"data", "register", "--id", "a", "--title", "--type", "table"});
    CHECK(found.problem.code == "usage.missing");
    CHECK(found.problem.title == "missing: the value of --title, before --type");
    CHECK(error({"data", "register", "--id", "a", "table"}).problem.code == "usage.extra");
}

TEST_CASE("the timeout has bounds") {
    CHECK(call({"version"}).globals.timeout == std::chrono::seconds{30});
    CHECK(call({"version", "--timeout", "3600"}).globals.timeout == std::chrono::seconds{3600});
    for (const std::string bad : {"0", "3601", "x", "-1", "1.5", ""}) {
        INFO(bad);
        CHECK(error({"version", "--timeout", bad}).problem.code == "usage.value");
    }
}

TEST_CASE("what is unknown is named, with what was meant") {
    struct Case {
        std::vector<std::string> words;
        std::string code;
        std::string title;
        std::string command;
    };
    const std::vector<Case> cases{
        {{"grnat"}, "usage.unknown_command", "unknown command 'grnat' - did you mean 'grant'?", ""},
        {{"grant", "crate"},
         "usage.unknown_command",
         "unknown command 'grant crate' - did you mean 'create'?",
         "grant"},
        {{"elephant"}, "usage.unknown_command", "unknown command 'elephant'", ""},
        {{"data", "list", "--al"}, "usage.unknown_flag", "unknown flag '--al' - did you mean '--all'?", "data list"},
        {{"data", "list", "--jsno"},
         "usage.unknown_flag",
         "unknown flag '--jsno' - did you mean '--json'?",
         "data list"},
        {{"data", "list", "--elephants=5"}, "usage.unknown_flag", "unknown flag '--elephants'", "data list"},
        {{"data", "list", "x"}, "usage.extra", "unexpected 'x'", "data list"},
        {{"grant"}, "usage.missing_command", "'grant' needs a command", "grant"},
        {{"--json"}, "usage.missing_command", "no command was given", ""},
        {{"data", "accept"}, "usage.missing", "missing: ID (the data set's id)", "data accept"},
        {{"manager", "revoke"}, "usage.missing", "missing: --data (the data set)", "manager revoke"},
        {{"block", "show", "x"}, "usage.value", "HEIGHT: 'x' is not a number", "block show"},
        {{"block", "show", "99999999999999999999"},
         "usage.value",
         "HEIGHT: '99999999999999999999' is not a number",
         "block show"},
        {{"log", "show", "--pair", "a,", "--epoch", "1"},
         "usage.value",
         "--pair: an element of 'a,' is empty",
         "log show"},
    };
    for (const Case& one : cases) {
        const UsageError found = error(one.words);
        CHECK(found.problem.title == one.title);
        CHECK(found.problem.code == one.code);
        CHECK(found.command == one.command);
    }
    CHECK(error({"data", "accept", "a", "--profile"}).problem.code == "usage.value");
}

TEST_CASE("help is a text for standard output at every level") {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {}, {"--help"}, {"-h"}, {"grant", "--help"}, {"grant", "create", "--help"}}) {
        const Parsed parsed = parse(words);
        REQUIRE(std::holds_alternative<HelpText>(parsed));
        CHECK(std::get<HelpText>(parsed).text.find("examples:") != std::string::npos);
    }
}

}  // namespace datadeed::cli
