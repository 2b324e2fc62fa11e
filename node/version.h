#pragma once

#include <string_view>

namespace datadeed::node {

// The project's version, from CMakeLists.txt: "0.1.0". Any thread.
[[nodiscard]] std::string_view version();

}  // namespace datadeed::node
