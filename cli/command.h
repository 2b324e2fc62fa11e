#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/args.h"
#include "client/problem.h"
#include "json/value.h"

// What a command is. Each file of cli/commands/ holds one group as a table of these; cli/table_of_commands.cpp lists
// the groups. Parsing, help, suggestions, output and exit codes are made from the tables, once for all.

namespace datadeed::cli {

class Context;

using client::Outcome;
using client::Problem;

enum class Takes : std::uint8_t {
    nothing,  // a flag: present or not
    text,
    number,  // an unsigned integer
    list,    // texts between commas
};

struct Option {
    std::string_view name{};  // "--uses", "-o,--output", or a place's name in capitals for a positional: "GRANT"
    Takes takes{Takes::text};
    bool required{false};
    std::string_view help{};  // one line, with the unit and the default
};

// What a command hands back when it did what was asked: JSON for programs, text for people (printed as it is, with a
// newline at the end). `exit` is 0, or what exit_codes.h says for an outcome that is no refusal (5, 7, 10).
struct Answer {
    json::Value value{};
    std::string text{};
    int exit{0};
};

struct Command {
    std::string_view group{};  // "grant"; a command without a group ("version") has its name here
    std::string_view name{};   // "create", or empty
    std::string_view summary{};
    std::vector<Option> options{};
    std::vector<std::string_view> examples{};  // whole command lines that work as they stand, at least one
    Outcome<Answer> (*run)(Context& context, const Args& args){};
};

// The first words of the command line: "grant create".
[[nodiscard]] inline std::string path_of(const Command& command) {
    std::string path{command.group};
    if (!command.name.empty()) path.append(" ").append(command.name);
    return path;
}

struct Group {
    std::string_view name{};
    std::string_view summary{};
    std::vector<Command> (*commands)(){};
};

// All groups, in the order in which help shows them. A new group is one line there and one declaration in
// cli/commands/commands.h.
[[nodiscard]] std::span<const Group> groups();

}  // namespace datadeed::cli
