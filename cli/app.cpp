#include "cli/app.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "base/overloaded.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/parse.h"
#include "json/json.h"

namespace datadeed::cli {
namespace {

// False when not all of it could be written: a full disk or a closed pipe must not pass for success.
bool write(std::FILE* to, std::string_view text) {
    return std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0;
}

int report(const Problem& problem, std::string_view command, bool as_json) {
    (void)write(stderr, error_output(problem, command, as_json));
    return exit_of(problem);
}

int finish(const Answer& answer, bool as_json) {
    // The last door before the terminal: whatever a command made of what a node or a file said.
    std::string text = as_json ? json::dump(answer.value) : printable_lines(answer.text);
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    if (write(stdout, text)) return answer.exit;
    return report({.code = client::code::file_unwritable,
                   .title = "can't write to standard output",
                   .detail = "what was asked for is done; only its result could not be shown",
                   .hint = {"check the space left on the disk, or the program that reads the pipe"},
                   .status = 500},
                  {}, as_json);
}

int run_command(const Invocation& call) {
    Context context{call.globals};
    const Outcome<Answer> answer = call.command.run(context, call.args);
    const std::string path = path_of(call.command);
    return answer ? finish(*answer, call.globals.json) : report(answer.error(), path, call.globals.json);
}

}  // namespace

int run(std::vector<std::string> words, const std::string& profile) {
    const bool as_json = std::ranges::find(words, "--json") != words.end();
    const Parsed parsed = parse_command_line(std::move(words), profile);
    return std::visit(
        Overloaded{
            [](const Invocation& call) { return run_command(call); },
            [](const HelpText& help) { return write(stdout, help.text) ? exit_code::done : exit_code::internal; },
            [as_json](const UsageError& error) { return report(error.problem, error.command, as_json); },
        },
        parsed);
}

}  // namespace datadeed::cli
