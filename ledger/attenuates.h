#pragma once

#include "base/result.h"
#include "ledger/error.h"
#include "ledger/terms.h"

namespace datadeed::ledger {

// Whether `child` asks for no more than `parent` gives, in every field, and for a smaller depth; else the first field
// that widens. The one comparison of terms: chain, tokens and repositories all ask it. Uses are one pool along a chain
// of grants, so a child's number is a bound of its own, never an addition. Pure; any thread.
[[nodiscard]] Result<void, Refusal> attenuates(const Terms& child, const Terms& parent);

}  // namespace datadeed::ledger
