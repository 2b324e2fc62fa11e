#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/command.h"
#include "cli/context.h"

// The command line, read: which command, with what. Pure, but for DATADEED_PROFILE, which the caller hands in.

namespace datadeed::cli {

// A command that was found, with its checked values.
struct Invocation {
    Command command{};
    Args args{};
    Globals globals{};
};

// --help, or nothing to do: this text, for standard output.
struct HelpText {
    std::string text{};
};

// What is wrong, and the path of the command as far as it was recognised.
struct UsageError {
    Problem problem{};
    std::string command{};
};

using Parsed = std::variant<Invocation, HelpText, UsageError>;

// `words` are the arguments after the program's name; `profile` is the profile to use when no flag names one.
[[nodiscard]] Parsed parse_command_line(std::vector<std::string> words, const std::string& profile);

// The flags that every command has; they may stand anywhere.
[[nodiscard]] std::span<const Option> global_options();

// The name by which Args knows an option: "-o,--output" is "output", "GRANT" is "GRANT".
[[nodiscard]] std::string_view key_of(const Option& option);

[[nodiscard]] inline bool is_positional(const Option& option) {
    return !option.name.starts_with('-');
}

}  // namespace datadeed::cli
