#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/problem.h"
#include "json/value.h"

// What people and programs see. Pure: the caller writes it to standard output or standard error.

namespace datadeed::cli {

// For people, with a newline at the end:
//
//     error: --until: '2026-13-01' is not a date (month 13)  [usage.date]
//       why:  ...
//       try:  ...
//       see:  datadeed grant create --help
//
// `command` is the command's path, empty when none was recognised. Control characters come out as "?", since texts may
// come from elsewhere.
[[nodiscard]] std::string problem_text(const client::Problem& problem, std::string_view command);

// For programs: {type, title, status, detail, code, hint, exit} (RFC 9457 with three members of ours), and tx where a
// transaction may still become final.
[[nodiscard]] json::Value problem_json(const client::Problem& problem);

// The one or the other, as it goes to standard error.
[[nodiscard]] std::string error_output(const client::Problem& problem, std::string_view command, bool as_json);

// Columns in line, two spaces between them, the header first; wide characters count for two. No rows: empty.
struct Table {
    std::vector<std::string> header{};
    std::vector<std::vector<std::string>> rows{};
};
[[nodiscard]] std::string to_text(const Table& table);

// The columns that a terminal gives to a text: 2 for East Asian wide characters, 0 for combining marks, else 1.
[[nodiscard]] std::size_t display_width(std::string_view utf8);

// The text with a "?" for each control character and each mark that turns its direction around (base/terminal.h), so
// that nothing from elsewhere steers the terminal; with its line ends kept, for a whole output.
[[nodiscard]] std::string printable(std::string_view text);
[[nodiscard]] std::string printable_lines(std::string_view text);

// "3f9a21c0..b271": enough to tell ids apart, for tables.
[[nodiscard]] std::string shortened(std::string_view hex);

// 12345 as "12,345".
[[nodiscard]] std::string with_separators(std::uint64_t number);

}  // namespace datadeed::cli
