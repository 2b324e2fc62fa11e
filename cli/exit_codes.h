#pragma once

#include <span>
#include <string_view>

#include "client/problem.h"

// The exit codes of `datadeed`: one for each class of outcome, stable. docs/commands.md and `datadeed help exit-codes`
// show this list.

namespace datadeed::cli {

namespace exit_code {
inline constexpr int done = 0;
inline constexpr int internal = 1;
inline constexpr int usage = 2;
inline constexpr int not_found = 3;
inline constexpr int not_authorised = 4;
inline constexpr int verification_failed = 5;
inline constexpr int conflict = 6;
inline constexpr int pending = 7;
inline constexpr int unreachable = 8;
inline constexpr int refused = 9;
inline constexpr int partly_done = 10;
inline constexpr int interrupted = 130;
}  // namespace exit_code

struct ExitCode {
    int number{};
    std::string_view meaning{};
};

[[nodiscard]] std::span<const ExitCode> exit_codes();

// The exit code of a failure: by its code where the class hangs on that, else by its HTTP status.
[[nodiscard]] int exit_of(const client::Problem& problem);

}  // namespace datadeed::cli
