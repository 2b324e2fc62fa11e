#pragma once

#include <string>

// Where this checkout and its build are. Absolute paths in one file, so that no other is compiled again elsewhere.

namespace datadeed::test {

[[nodiscard]] std::string source_dir();
[[nodiscard]] std::string binary_dir();

}  // namespace datadeed::test
