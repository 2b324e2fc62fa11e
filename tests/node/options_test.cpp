#include "node/options.h"

#include <vector>

#include "tests/support/catch.h"

namespace datadeed::node {
namespace {

Command parse(const std::vector<std::string_view>& arguments) {
    return parse_options(arguments);
}

TEST_CASE("the command line names a configuration") {
    const Command command = parse({"--config", "a.toml"});
    REQUIRE(std::holds_alternative<RunNode>(command));
    CHECK(std::get<RunNode>(command).config == "a.toml");
    CHECK_FALSE(std::get<RunNode>(command).check_only);
    CHECK(std::get<RunNode>(parse({"--config=b", "--check-config"})).check_only);
}

TEST_CASE("ready prints the word of the node of a configuration") {
    const Command command = parse({"ready", "--config", "a.toml"});
    REQUIRE(std::holds_alternative<SayReady>(command));
    CHECK(std::get<SayReady>(command).config == "a.toml");
    CHECK_FALSE(std::get<SayReady>(command).observer);
    CHECK(std::get<SayReady>(parse({"ready", "--observer", "--config", "a.toml"})).observer);
    CHECK(std::holds_alternative<BadUsage>(parse({"--observer", "--config", "a.toml"})));
    CHECK(std::holds_alternative<BadUsage>(parse({"ready"})));
    CHECK(std::holds_alternative<BadUsage>(parse({"ready", "--config", "a", "--check-config"})));
    CHECK(std::holds_alternative<BadUsage>(parse({"--config", "a", "ready"})));
}

TEST_CASE("help and version need nothing else") {
    CHECK(std::holds_alternative<ShowHelp>(parse({"--help"})));
    CHECK(std::holds_alternative<ShowVersion>(parse({"--version"})));
    CHECK(help_text().find("storage.disk_free_min_mib") != std::string::npos);
}

TEST_CASE("what isn't understood is told with what was meant") {
    const auto message = [](const std::vector<std::string_view>& arguments) {
        const Command command = parse(arguments);
        REQUIRE(std::holds_alternative<BadUsage>(command));
        return std::get<BadUsage>(command).message;
    };
    CHECK(message({"--confg", "a"}) == "unknown argument '--confg' - did you mean '--config'?");
    CHECK(message({"--config"}) == "--config needs a file");
    CHECK(message({}) == "no configuration: datadeed-node --config FILE");
}

}  // namespace
}  // namespace datadeed::node
