#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/overloaded.h"
#include "cli/exit_codes.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/parse.h"
#include "json/json.h"

// Any words as a command line, which a NUL ends each as in argv: it is refused in words that are safe to print, or it
// is a command with all that it requires, and the same command again when its values are written out in full.

namespace datadeed::cli {
namespace {

std::vector<std::string> words_in(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\0'), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

bool is_printable(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7F; });
}

bool holds_same(const Args& a, const Args& b, const Option& option) {
    const std::string_view key = key_of(option);
    return a.has(key) == b.has(key) && a.text(key) == b.text(key) && a.number(key) == b.number(key) &&
           a.list(key) == b.list(key);
}

// The option as one word, or nothing where its value can't stand for itself.
std::optional<std::string> word_of(const Args& args, const Option& option) {
    const std::string_view key = key_of(option);
    std::string value = args.text(key);
    if (option.takes == Takes::number) value = std::to_string(args.number(key).value());
    if (option.takes == Takes::list) {
        for (const std::string& part : args.list(key)) value += (value.empty() ? "" : ",") + part;
    }
    if (is_positional(option)) return value.empty() || value.starts_with('-') ? std::nullopt : std::optional{value};
    const std::string name = "--" + std::string{key};
    return option.takes == Takes::nothing ? name : name + "=" + value;
}

void check(const Invocation& call) {
    DATADEED_ASSERT(call.command.run != nullptr);
    std::vector<std::string> words = words_in(call.command.group);
    if (!call.command.name.empty()) words.emplace_back(call.command.name);
    std::vector<Option> all = call.command.options;
    all.insert(all.end(), global_options().begin(), global_options().end());
    for (const Option& option : all) {
        const bool given = call.args.has(key_of(option));
        DATADEED_ASSERT(given || !option.required);
        if (!given) continue;
        // What a shell can't give as one word, CLI11 doesn't take back either.
        std::optional<std::string> word = word_of(call.args, option);
        if (!word || word->ends_with('=')) return;
        words.push_back(std::move(*word));
    }
    const Parsed parsed = parse_command_line(std::move(words), {});
    const auto* again = std::get_if<Invocation>(&parsed);
    DATADEED_ASSERT(again != nullptr && path_of(again->command) == path_of(call.command));
    for (const Option& option : all) DATADEED_ASSERT(holds_same(call.args, again->args, option));
}

void check(const HelpText& help) {
    DATADEED_ASSERT(!help.text.empty() && is_printable(help.text));
}

void check(const UsageError& error) {
    DATADEED_ASSERT(error.problem.code.starts_with("usage.") && !error.problem.title.empty());
    DATADEED_ASSERT(exit_of(error.problem) == exit_code::usage);
    DATADEED_ASSERT(is_printable(error_output(error.problem, error.command, false)));
    DATADEED_ASSERT(json::parse(error_output(error.problem, error.command, true)).has_value());
}

}  // namespace
}  // namespace datadeed::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::visit([](const auto& known) { datadeed::cli::check(known); },
               datadeed::cli::parse_command_line(datadeed::cli::words_in(datadeed::as_text({data, size})), {}));
    return 0;
}
