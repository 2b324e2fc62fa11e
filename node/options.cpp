#include "node/options.h"

#include <array>

#include "base/suggest.h"
#include "node/config_keys.h"

namespace datadeed::node {
namespace {

constexpr std::array<std::string_view, 6> option_names = {"ready",          "--config",  "--observer",
                                                          "--check-config", "--version", "--help"};

BadUsage unknown_option(std::string_view argument) {
    return {"unknown argument '" + std::string{argument.substr(0, 64)} + "'" + did_you_mean(argument, option_names)};
}

}  // namespace

Command parse_options(std::span<const std::string_view> arguments) {
    RunNode run;
    bool observer = false;
    const bool says_ready = !arguments.empty() && arguments.front() == "ready";
    if (says_ready) arguments = arguments.subspan(1);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        if (argument == "--help" || argument == "-h") return ShowHelp{};
        if (argument == "--version") return ShowVersion{};
        if (argument == "--check-config") {
            run.check_only = true;
        } else if (argument == "--observer" && says_ready) {
            observer = true;
        } else if (argument == "--config") {
            if (++i == arguments.size()) return BadUsage{"--config needs a file"};
            run.config = arguments[i];
        } else if (argument.starts_with("--config=")) {
            run.config = argument.substr(std::string_view{"--config="}.size());
        } else {
            return unknown_option(argument);
        }
    }
    if (run.config.empty()) return BadUsage{"no configuration: datadeed-node --config FILE"};
    if (!says_ready) return run;
    if (run.check_only) return BadUsage{"ready takes no --check-config"};
    return SayReady{.config = std::move(run.config), .observer = observer};
}

std::string help_text() {
    std::string text =
        "datadeed-node: a node of a Datadeed chain\n\n"
        "  datadeed-node --config FILE                   run until SIGTERM or SIGINT\n"
        "  datadeed-node --config FILE --check-config    say all that is wrong with the file\n"
        "  datadeed-node ready --config FILE             print the running node's word that it is ready to vote\n"
        "                                                under the keys of the file, for datadeed net propose\n"
        "  datadeed-node ready --config FILE --observer  the same, to follow: it needn't run yet\n"
        "  datadeed-node --version\n\n"
        "Example:\n"
        "  datadeed-node --config /etc/datadeed/node.toml\n\n"
        "Keys of the configuration (TOML; defaults in brackets):\n";
    for (const ConfigKey& key : config_keys()) {
        std::string name = "  " + std::string{key.table} + '.' + std::string{key.name};
        name.resize(32, ' ');
        const std::string default_text = default_of(key);
        text += name + std::string{key.help};
        if (key.required) {
            text += " (required)";
        } else if (!default_text.empty()) {
            text += " [" + default_text + "]";
        }
        text += '\n';
    }
    return text +
           "  [[peers]] name, address     another node to connect to; key where the chain doesn't name it yet\n\nExit "
           "codes and everything else: "
           "docs/operations.md\n";
}

}  // namespace datadeed::node
