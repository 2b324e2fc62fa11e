#pragma once

#include <optional>

#include "audit/report.h"
#include "chain/chain_view.h"
#include "crypto/policy.h"

namespace datadeed::audit {

// Whether every checkpoint that is kept is one of this log: its origin, cosignatures of a quorum that all hold, and the
// root at its size. The tiles must have been compared with the blocks before (check_log): the roots are made from them.
[[nodiscard]] std::optional<FirstBad> check_checkpoints(const chain::ChainView& blocks,
                                                        const crypto::Policy& cosigners);

}  // namespace datadeed::audit
