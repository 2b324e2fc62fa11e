#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/overloaded.h"
#include "crypto/self_test.h"
#include "node/config.h"
#include "node/node.h"
#include "node/options.h"
#include "node/process.h"
#include "node/ready.h"
#include "node/version.h"

namespace datadeed::node {
namespace {

int code_of(Exit exit) {
    return static_cast<int>(exit);
}

void print(std::FILE* to, std::string_view text) {
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), to));
}

// What was asked for, on standard output. A full disk or a closed pipe must not pass for success.
int say(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return 0;
    const int why = errno;
    const Fault fault{.exit = why == ENOSPC ? Exit::disk_full : Exit::store,
                      .code = "output.not_written",
                      .detail = "can't write to standard output: " + std::generic_category().message(why),
                      .hint = "check the space left on the disk, or the program that reads the pipe"};
    print(stderr, to_text(fault));
    return code_of(fault.exit);
}

// The errors of a configuration all go to standard error: there is no log yet.
int refuse(const std::vector<ConfigError>& errors, const std::string& file) {
    for (const ConfigError& error : errors) print(stderr, to_text(error, file) + "\n");
    print(stderr, std::to_string(errors.size()) + (errors.size() == 1 ? " error\n" : " errors\n"));
    return code_of(errors.front().code == "config.unreadable" ? Exit::missing : Exit::usage);
}

int end_with(const Log& log, const Fault& fault) {
    log.fault(fault);
    print(stderr, to_text(fault));
    return code_of(fault.exit);
}

int run_node(const RunNode& options) {
    const auto config = load_config(options.config);
    if (!config) return refuse(config.error(), options.config);
    if (options.check_only) {
        return say(options.config + ": ok\n");
    }
    harden_process();
    const auto log = Log::open(*config);
    if (!log) {
        print(stderr, to_text(log.error()));
        return code_of(log.error().exit);
    }
    log->info("node.starting", {{"version", version()}, {"name", config->name}, {"config", options.config}});
    if (const auto verdicts = crypto::check_verdicts(); !verdicts) {
        return end_with(*log, {.exit = Exit::cryptography,
                               .code = "crypto.verdicts",
                               .detail = std::string{crypto::describe(verdicts.error())},
                               .hint = "install the libsodium of Debian 12 or later; don't run this node as it is"});
    }
    for (bool starts = true; starts;) {
        auto node = Node::start(*config, *log);
        if (!node) return end_with(*log, node.error());
        starts = node->run();
    }
    log->info("node.stopped", {});
    log->flush();
    return 0;
}

int say_ready(const SayReady& options) {
    const auto config = load_config(options.config);
    if (!config) return refuse(config.error(), options.config);
    harden_process();
    const Result<std::string, Fault> word = make_ready_file(*config, options.observer);
    if (word) return say(*word);
    print(stderr, to_text(word.error()));
    return code_of(word.error().exit);
}

int run(const Command& command) {
    return std::visit(Overloaded{
                          [](const RunNode& options) { return run_node(options); },
                          [](const SayReady& options) { return say_ready(options); },
                          [](const ShowVersion&) { return say("datadeed-node " + std::string{version()} + "\n"); },
                          [](const ShowHelp&) { return say(help_text()); },
                          [](const BadUsage& usage) {
                              print(stderr, "error: " + usage.message + "\n  see:  datadeed-node --help\n");
                              return code_of(Exit::usage);
                          },
                      },
                      command);
}

}  // namespace
}  // namespace datadeed::node

int main(int count, char** values) {
    try {
        const std::vector<std::string_view> arguments{values + 1, values + count};
        return datadeed::node::run(datadeed::node::parse_options(arguments));
    } catch (const std::exception& error) {
        static_cast<void>(std::fprintf(stderr, "error: %s [internal.error]\n", error.what()));
        return 1;
    }
}
