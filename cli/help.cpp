#include "cli/help.h"

#include <algorithm>

#include "cli/exit_codes.h"
#include "cli/parse.h"

namespace datadeed::cli {
namespace {

void add_entry(std::string& out, const std::string& name, std::string_view text) {
    constexpr std::size_t column = 28;
    out += "  " + name;
    out.append(name.size() + 2 < column ? column - name.size() - 2 : 2, ' ');
    out.append(text).append("\n");
}

std::string placeholder(const Option& option) {
    switch (option.takes) {
        case Takes::nothing:
            return {};
        case Takes::text:
            return " TEXT";
        case Takes::number:
            return " N";
        case Takes::list:
            return " A,B";
    }
    return {};
}

std::string usage_line(const Command& command) {
    std::string line = "datadeed " + path_of(command);
    for (const Option& option : command.options) {
        const std::string text =
            is_positional(option) ? std::string{option.name} : "--" + std::string{key_of(option)} + placeholder(option);
        line += option.required ? " " + text : " [" + text + "]";
    }
    return line + "\n";
}

void add_option(std::string& out, const Option& option) {
    std::string name{option.name};
    std::ranges::replace(name, ',', ' ');
    add_entry(out, name + (is_positional(option) ? "" : placeholder(option)), option.help);
}

}  // namespace

std::string help_of_all() {
    std::string out =
        "datadeed: rights over data and the audit trail of their use, on a ledger that nobody runs alone\n\n";
    out += "usage: datadeed [--profile FILE] COMMAND ... [--json]\n\ncommands:\n";
    for (const Group& group : groups()) add_entry(out, std::string{group.name}, group.summary);
    out += "\nglobal flags:\n";
    for (const Option& option : global_options()) add_option(out, option);
    out +=
        "\nexamples:\n  datadeed dev up --dir ./try\n"
        "  datadeed --profile ./try/profiles/owner.toml data list --all\n"
        "  datadeed help exit-codes\n"
        "\n'datadeed COMMAND --help' shows flags and examples of a command.\n";
    return out;
}

std::string help_of_group(const Group& group) {
    std::string out = "datadeed " + std::string{group.name} + ": " + std::string{group.summary} + "\n\ncommands:\n";
    for (const Command& command : group.commands()) add_entry(out, path_of(command), command.summary);
    out += "\nexamples:\n";
    for (const Command& command : group.commands()) {
        if (!command.examples.empty()) out.append("  ").append(command.examples.front()).append("\n");
    }
    return out;
}

std::string help_of(const Command& command) {
    std::string out{command.summary};
    out += "\n\nusage: " + usage_line(command);
    if (!command.options.empty()) out += "\noptions:\n";
    for (const Option& option : command.options) add_option(out, option);
    out += "\nglobal flags:\n";
    for (const Option& option : global_options()) add_option(out, option);
    out += "\nexamples:\n";
    for (const std::string_view example : command.examples) out.append("  ").append(example).append("\n");
    return out;
}

std::string help_of_exit_codes() {
    std::string out = "exit codes:\n";
    for (const ExitCode& code : exit_codes()) {
        std::string number = std::to_string(code.number);
        number.insert(0, 3 - number.size(), ' ');
        out.append("  ").append(number).append("  ").append(code.meaning).append("\n");
    }
    return out;
}

}  // namespace datadeed::cli
