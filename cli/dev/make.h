#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/dev/network.h"

namespace datadeed::cli {

struct DevPlan {
    std::string dir{};                            // missing or empty
    std::size_t validators{4};                    // 1 to 32
    std::size_t observers{1};                     // 0 to 32
    std::uint64_t log_window_s{30};               // how long one side of a pair waits for the other
    std::optional<std::uint64_t> log_expiry_s{};  // until it waits no more; the ledger's own default when absent
};

// Each node listens on this many ports in a row: API, other nodes, operations.
inline constexpr std::size_t ports_per_node = 3;

// Whether a network may be made in the folder: it is missing or empty, but for the files that our own output goes to.
// Codes: dev.folder_not_empty, dev.dir_not_usable.
[[nodiscard]] Outcome<void> check_dir(const std::string& dir);

// Makes keys, genesis document, configurations and profiles; starts nothing. The key files are cheap to guess (Argon2id
// with 8 MiB and one pass), since their passphrase lies beside them anyway: such a network is for trying things on.
[[nodiscard]] Outcome<DevNetwork> make_network(const DevPlan& plan, std::uint16_t first_port);

}  // namespace datadeed::cli
