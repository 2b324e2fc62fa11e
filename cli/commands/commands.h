#pragma once

#include <vector>

#include "cli/command.h"

// One function a file of this folder: the commands of a group, for the table in cli/table_of_commands.cpp.

namespace datadeed::cli {

[[nodiscard]] std::vector<Command> dev_commands();
[[nodiscard]] std::vector<Command> member_commands();
[[nodiscard]] std::vector<Command> data_commands();
[[nodiscard]] std::vector<Command> manager_commands();
[[nodiscard]] std::vector<Command> grant_commands();
[[nodiscard]] std::vector<Command> log_commands();
[[nodiscard]] std::vector<Command> tx_commands();
[[nodiscard]] std::vector<Command> block_commands();
[[nodiscard]] std::vector<Command> node_commands();
[[nodiscard]] std::vector<Command> net_commands();
[[nodiscard]] std::vector<Command> audit_commands();
[[nodiscard]] std::vector<Command> key_commands();
[[nodiscard]] std::vector<Command> genesis_commands();
[[nodiscard]] std::vector<Command> help_commands();
[[nodiscard]] std::vector<Command> version_commands();

}  // namespace datadeed::cli
