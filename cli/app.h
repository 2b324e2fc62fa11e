#pragma once

#include <string>
#include <vector>

namespace datadeed::cli {

// The whole program but for main: reads the words, runs the command, writes to standard output and standard error, and
// returns the exit code. `profile` is DATADEED_PROFILE, or empty.
[[nodiscard]] int run(std::vector<std::string> words, const std::string& profile);

}  // namespace datadeed::cli
