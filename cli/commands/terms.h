#pragma once

#include "cli/commands/helpers.h"
#include "ledger/terms.h"

namespace datadeed::cli {

// --purpose, --ops, --from, --until and --uses of `grant create`; the depth is left to the caller. Codes: usage.value,
// usage.date.
[[nodiscard]] Outcome<ledger::Terms> terms_of(const Args& args);

// --purpose, --ops, --until, --uses and --depth of `manager appoint`, each of which may be absent: no bound then.
[[nodiscard]] Outcome<ledger::ManagerScope> scope_of(const Args& args);

}  // namespace datadeed::cli
