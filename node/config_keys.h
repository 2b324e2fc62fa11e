#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "node/config.h"

// The list of all configuration keys: what parsing accepts, what --help prints, what docs/operations.md must explain.

namespace datadeed::node {

// The kinds of values. `at` is where the value goes.
struct TextKey {
    std::string& (*at)(NodeConfig&);
    // What is wrong with a text, or nothing.
    std::optional<std::string> (*check)(std::string_view);
};
struct WordKey {
    std::string& (*at)(NodeConfig&);
    std::span<const std::string_view> words;
};
struct PathKey {
    std::filesystem::path& (*at)(NodeConfig&);
};
struct EndpointKey {
    Endpoint& (*at)(NodeConfig&);
    bool loopback_only;
};
struct BoolKey {
    bool& (*at)(NodeConfig&);
};
struct NumberKey {
    std::uint64_t& (*at)(NodeConfig&);
    std::uint64_t min;
    std::uint64_t max;
};

struct ConfigKey {
    std::string_view table;
    std::string_view name;
    bool required;
    std::string_view help;
    std::variant<TextKey, WordKey, PathKey, EndpointKey, BoolKey, NumberKey> kind;
};

// In the order of the documentation. [[peers]] with `name`, `address` and `key` is apart: it is a list.
[[nodiscard]] std::span<const ConfigKey> config_keys();

// The default of a key as it would stand in the file; "" when there is none.
[[nodiscard]] std::string default_of(const ConfigKey& key);

// What is wrong with a member id, or nothing.
[[nodiscard]] std::optional<std::string> check_member_id(std::string_view text);

}  // namespace datadeed::node
