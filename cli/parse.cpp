#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <deque>
#include <optional>

#include "base/suggest.h"
#include "cli/help.h"

namespace datadeed::cli {
namespace {

constexpr std::array<Option, 9> globals_table{{
    {"--profile", Takes::text, false, "who you are and on which chain: a profile file (or DATADEED_PROFILE)"},
    {"--json", Takes::nothing, false,
     "results as JSON on standard output, errors as one JSON object on standard error"},
    {"--timeout", Takes::number, false, "seconds to wait for a node or for finality, 1 to 3600 (30)"},
    {"--no-wait", Takes::nothing, false, "return as soon as a node has accepted the transaction"},
    {"--quiet", Takes::nothing, false, "no messages and no progress bar on standard error"},
    {"--passphrase-file", Takes::text, false, "a file whose first line is the key file's passphrase"},
    {"--passphrase-fd", Takes::number, false, "a file descriptor to read the passphrase from"},
    {"-h,--help", Takes::nothing, false, "show help"},
    {"--version", Takes::nothing, false, "show the version"},
}};

constexpr std::uint64_t timeout_max_s = 3600;

Problem usage(std::string code, std::string title, std::vector<std::string> hint = {}) {
    return {.code = std::move(code), .title = std::move(title), .detail = {}, .hint = std::move(hint), .status = 400};
}

// The value of a global flag, when it takes one, stands in the next word.
bool takes_next_word(std::string_view word) {
    return std::ranges::any_of(
        globals_table, [word](const Option& option) { return option.takes != Takes::nothing && option.name == word; });
}

// The place of the next word that isn't a flag or a flag's value.
std::optional<std::size_t> next_plain(const std::vector<std::string>& words, std::size_t from) {
    for (std::size_t i = from; i < words.size(); ++i) {
        if (!words[i].starts_with('-')) return i;
        if (takes_next_word(words[i])) ++i;
    }
    return std::nullopt;
}

bool wants_help(const std::vector<std::string>& words) {
    return std::ranges::any_of(words, [](const std::string& word) { return word == "--help" || word == "-h"; });
}

struct Found {
    std::optional<Command> command{};
    std::optional<Parsed> instead{};  // help, or an error
};

Found unknown_word(const std::string& word, std::string_view in, const std::vector<std::string_view>& names) {
    const std::string path = in.empty() ? word : std::string{in} + " " + word;
    const std::string title = "unknown command '" + path + "'" + did_you_mean(word, names);
    return {.command = {}, .instead = UsageError{usage("usage.unknown_command", title), std::string{in}}};
}

Found find_in_group(const Group& group, std::vector<std::string>& words, std::size_t from) {
    const std::vector<Command> commands = group.commands();
    if (commands.size() == 1 && commands[0].name.empty()) return {.command = commands[0], .instead = {}};
    const std::optional<std::size_t> at = next_plain(words, from);
    if (!at) {
        if (wants_help(words)) return {.command = {}, .instead = HelpText{help_of_group(group)}};
        Problem problem = usage("usage.missing_command", "'" + std::string{group.name} + "' needs a command");
        for (const Command& command : commands) problem.hint.push_back("datadeed " + path_of(command));
        return {.command = {}, .instead = UsageError{std::move(problem), std::string{group.name}}};
    }
    std::vector<std::string_view> names;
    for (const Command& command : commands) {
        if (command.name == words[*at]) {
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(*at));
            return {.command = command, .instead = {}};
        }
        names.push_back(command.name);
    }
    return unknown_word(words[*at], group.name, names);
}

// Finds the command and takes its words out of the line, or says what to answer instead.
Found find_command(std::vector<std::string>& words) {
    const std::optional<std::size_t> at = next_plain(words, 0);
    if (!at) {
        const bool version = std::ranges::find(words, "--version") != words.end();
        if (!version && (words.empty() || wants_help(words)))
            return {.command = {}, .instead = HelpText{help_of_all()}};
        if (version) {
            std::erase(words, "--version");
            words.insert(words.begin(), "version");
            return find_command(words);
        }
        return {.command = {}, .instead = UsageError{usage("usage.missing_command", "no command was given"), {}}};
    }
    std::vector<std::string_view> names;
    for (const Group& group : groups()) {
        if (group.name == words[*at]) {
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(*at));
            return find_in_group(group, words, *at);
        }
        names.push_back(group.name);
    }
    return unknown_word(words[*at], {}, names);
}

// One option while CLI11 reads: where it writes, and what we make of it.
struct Slot {
    const Option* option{};
    std::string text{};
    bool flag{false};
    CLI::Option* handle{};
};

std::optional<std::uint64_t> to_number(const std::string& text) {
    if (text.empty() || text.size() > 19) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == ',') {
            parts.emplace_back();
        } else {
            parts.back().push_back(c);
        }
    }
    return parts;
}

std::string shown(const Option& option) {
    return is_positional(option) ? std::string{option.name} : "--" + std::string{key_of(option)};
}

// Puts one value into `args`; the problem when it doesn't fit.
std::optional<Problem> store(const Slot& slot, Args& args) {
    const std::string_view key = key_of(*slot.option);
    if (slot.handle->count() == 0) {
        if (!slot.option->required) return std::nullopt;
        return usage("usage.missing", "missing: " + shown(*slot.option) + " (" + std::string{slot.option->help} + ")");
    }
    if (slot.option->takes == Takes::nothing) {
        args.set_flag(key);
    } else if (slot.option->takes == Takes::text) {
        args.set_text(key, slot.text);
    } else if (slot.option->takes == Takes::list) {
        std::vector<std::string> parts = split(slot.text);
        if (std::ranges::find(parts, std::string{}) != parts.end()) {
            return usage("usage.value", shown(*slot.option) + ": an element of '" + slot.text + "' is empty");
        }
        args.set_list(key, std::move(parts));
    } else {
        const std::optional<std::uint64_t> number = to_number(slot.text);
        if (!number) return usage("usage.value", shown(*slot.option) + ": '" + slot.text + "' is not a number");
        args.set_number(key, *number);
    }
    return std::nullopt;
}

// `--title --type table`: an option without its value takes the next one's name for it.
std::optional<Problem> swallowed_option(const std::deque<Slot>& slots) {
    for (const Slot& slot : slots) {
        const auto named = [&slot](const Slot& other) {
            return !is_positional(*other.option) && slot.text == shown(*other.option);
        };
        if (std::ranges::none_of(slots, named)) continue;
        return usage("usage.missing", "missing: the value of " + shown(*slot.option) + ", before " + slot.text);
    }
    return std::nullopt;
}

std::optional<Problem> unknown_extras(const std::vector<std::string>& extras, const std::deque<Slot>& slots) {
    if (extras.empty()) return std::nullopt;
    const std::string& word = extras.front();
    if (std::optional<Problem> swallowed = swallowed_option(slots)) return swallowed;
    if (!word.starts_with('-')) return usage("usage.extra", "unexpected '" + word + "'");
    std::vector<std::string> names;
    for (const Slot& slot : slots) {
        if (!is_positional(*slot.option)) names.push_back(shown(*slot.option));
    }
    const std::vector<std::string_view> views{names.begin(), names.end()};
    const std::string name = word.substr(0, word.find('='));
    return usage("usage.unknown_flag", "unknown flag '" + name + "'" + did_you_mean(name, views));
}

// Reads all options of the command and the global ones into `args`.
std::optional<Problem> read_options(const Command& command, const std::vector<std::string>& words, Args& args) {
    CLI::App app;
    app.set_help_flag("");
    app.allow_extras();
    std::deque<Slot> slots;
    const auto add = [&app, &slots](const Option& option) {
        Slot& slot = slots.emplace_back(Slot{.option = &option, .text = {}, .flag = false, .handle = nullptr});
        const std::string name{option.name};
        slot.handle = option.takes == Takes::nothing ? app.add_flag(name, slot.flag) : app.add_option(name, slot.text);
    };
    for (const Option& option : command.options) add(option);
    for (const Option& option : globals_table) add(option);
    std::vector<const char*> argv{"datadeed"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    try {
        app.parse(static_cast<int>(argv.size()), argv.data());
    } catch (const CLI::ParseError& error) {
        return usage("usage.value", error.what());
    }
    if (std::optional<Problem> problem = unknown_extras(app.remaining(), slots)) return problem;
    for (const Slot& slot : slots) {
        if (std::optional<Problem> problem = store(slot, args)) return problem;
    }
    return std::nullopt;
}

Outcome<Globals> globals_of(const Args& args, const std::string& profile) {
    const std::uint64_t timeout = args.number("timeout").value_or(30);
    if (timeout < 1 || timeout > timeout_max_s) {
        return client::Outcome<Globals>{fail(usage("usage.value", "--timeout must be 1 to 3600 seconds"))};
    }
    Globals globals{.profile = args.has("profile") ? args.text("profile") : profile,
                    .passphrase_file = args.text("passphrase-file"),
                    .passphrase_fd = std::nullopt,
                    .timeout = std::chrono::seconds{timeout},
                    .json = args.flag("json"),
                    .no_wait = args.flag("no-wait"),
                    .quiet = args.flag("quiet")};
    if (const std::optional<std::uint64_t> fd = args.number("passphrase-fd")) {
        if (*fd > 1'000'000) return fail(usage("usage.value", "--passphrase-fd: no such descriptor"));
        globals.passphrase_fd = static_cast<int>(*fd);
    }
    return globals;
}

}  // namespace

std::span<const Option> global_options() {
    return globals_table;
}

std::string_view key_of(const Option& option) {
    const std::size_t dashes = option.name.rfind("--");
    return dashes == std::string_view::npos ? option.name : option.name.substr(dashes + 2);
}

Parsed parse_command_line(std::vector<std::string> words, const std::string& profile) {
    Found found = find_command(words);
    if (found.instead) return std::move(*found.instead);
    const Command& command = *found.command;
    if (wants_help(words)) return HelpText{help_of(command)};
    Args args;
    if (std::optional<Problem> problem = read_options(command, words, args)) {
        return UsageError{std::move(*problem), path_of(command)};
    }
    Outcome<Globals> globals = globals_of(args, profile);
    if (!globals) return UsageError{globals.error(), path_of(command)};
    return Invocation{.command = command, .args = std::move(args), .globals = std::move(*globals)};
}

}  // namespace datadeed::cli
