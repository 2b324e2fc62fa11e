#pragma once

#include <string>

#include "audit/error.h"
#include "audit/replay.h"
#include "audit/report.h"
#include "base/result.h"

namespace datadeed::audit {

// Replays the chain in a copy of a node's data folder (chain/data_folder.h), which is not written to. Whatever of it
// can't be read is reported as the first thing that is wrong. `archive`: the folder with the blocks that the copy
// doesn't keep any more; empty for none. Errors: no folder, no chain at all in it, or no archive where one is named.
[[nodiscard]] Result<ReplayReport, Error> replay_folder(const std::string& folder, const std::string& archive,
                                                        const ReplayOptions& options);

}  // namespace datadeed::audit
