#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

// The command line of datadeed-node. Pure.

namespace datadeed::node {

struct RunNode {
    std::string config{};
    bool check_only{false};
};
// Print the word of the node that runs by this configuration: node/ready.h.
struct SayReady {
    std::string config{};
    bool observer{false};  // whatever other keys it has
};
struct ShowVersion {};
struct ShowHelp {};
struct BadUsage {
    std::string message{};  // what, and what to do
};

using Command = std::variant<RunNode, SayReady, ShowVersion, ShowHelp, BadUsage>;

// The arguments without the program's name.
[[nodiscard]] Command parse_options(std::span<const std::string_view> arguments);

// Options and all configuration keys.
[[nodiscard]] std::string help_text();

}  // namespace datadeed::node
