#pragma once

#include <string>

#include "audit/replay.h"
#include "audit/report.h"

namespace datadeed::audit {

// Replays the chain in a copy of a node's data folder (chain/data_folder.h), which is not written to. Whatever keeps it
// from being read is reported as the first thing that is wrong.
[[nodiscard]] ReplayReport replay_folder(const std::string& folder, const ReplayOptions& options);

}  // namespace datadeed::audit
