#pragma once

#include <optional>
#include <string_view>

#include "client/problem.h"
#include "ledger/error.h"

namespace datadeed::client {

// A rule of the ledger that was found broken before anything was sent: the same problem as a node's answer.
[[nodiscard]] Problem to_problem(ledger::Refusal refusal);

// The rule of a code such as "grant.not_found", when it is one of the ledger's.
[[nodiscard]] std::optional<ledger::Refusal> refusal_of(std::string_view code);

}  // namespace datadeed::client
