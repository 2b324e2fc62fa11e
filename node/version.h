#pragma once

#include <string_view>

namespace datadeed::node {

// As in CMakeLists.txt and CHANGELOG.md.
inline constexpr std::string_view version = "0.1.0";

}  // namespace datadeed::node
