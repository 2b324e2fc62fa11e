#pragma once

#include <optional>

#include "audit/epochs.h"
#include "audit/report.h"
#include "chain/chain_view.h"

namespace datadeed::audit {

// Whether every checkpoint that is kept is one of this log: its origin, cosignatures that all hold, of a quorum of
// those who served when the log had its size, and the root. The tiles must have been compared with the blocks before
// (check_log): the roots are made from them.
[[nodiscard]] std::optional<FirstBad> check_checkpoints(const chain::ChainView& blocks, const Epochs& epochs);

}  // namespace datadeed::audit
