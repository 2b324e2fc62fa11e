#pragma once

#include "base/result.h"
#include "crypto/error.h"

namespace datadeed::crypto {

// Checks that the libraries at hand decide as the protocol demands: the pinned verdicts on the twelve published Ed25519
// edge cases, the refusal of keys outside the prime-order subgroup, published values of SHA-256. Two nodes whose
// libraries accept different signatures would fork the chain, so a node calls this first and doesn't start on a
// failure. Takes a few milliseconds; any thread may call.
[[nodiscard]] Result<void, Error> check_verdicts();

}  // namespace datadeed::crypto
