#pragma once

#include <optional>

#include "ledger/state.h"
#include "ledger/state_parts.h"

namespace datadeed::ledger {

// The indexes that follow from one record (state_keys.h): all of a state's are those of its records together. Who has
// the records alone, as they come in parts, makes the indexes by this. Nothing when the record isn't one of this
// version's: a certified state has none such. Pure; any thread.
[[nodiscard]] std::optional<StateChanges> indexes_of(const StateRecord& record);

}  // namespace datadeed::ledger
