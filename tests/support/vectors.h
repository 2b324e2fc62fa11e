#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/support/paths.h"

// Vectors that strangers published, which stand beside the project. A test that finds none says so and goes on: WARN.

namespace datadeed::test {

inline std::optional<nlohmann::json> published_vectors(const std::string& name) {
    std::ifstream file{source_dir() + "/../shared/vectors/" + name};
    if (!file) return std::nullopt;
    return nlohmann::json::parse(file);
}

}  // namespace datadeed::test
