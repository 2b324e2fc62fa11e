#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "cli/dev/network.h"

// The files of a development network, as text. Pure.

namespace datadeed::cli {

// "127.0.0.1:PORT"
[[nodiscard]] std::string loopback(std::uint16_t port);

// node.toml: what docs/operations.md describes. The ports follow the one of the API.
[[nodiscard]] std::string config_text(const DevNode& node, std::span<const DevNode> all);

}  // namespace datadeed::cli
