#pragma once

#include <string>

#include "cli/command.h"

// Help texts, made from the tables; each ends in a newline.

namespace datadeed::cli {

[[nodiscard]] std::string help_of_all();
[[nodiscard]] std::string help_of_group(const Group& group);
[[nodiscard]] std::string help_of(const Command& command);

// The table of exit codes.
[[nodiscard]] std::string help_of_exit_codes();

}  // namespace datadeed::cli
