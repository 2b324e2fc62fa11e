#pragma once

#include <cstdint>

#include "base/types.h"
#include "consensus/validator_set.h"

namespace datadeed::consensus {

// Validators of one chain may differ in these: no rule of safety looks here.
struct Timing {
    std::uint64_t timeout_min_ms{500};          // T0 at least: how long a view may take for a block
    std::uint64_t timeout_first_max_ms{5'000};  // T0 at most, however long rounds take here (it grows with them)
    std::uint64_t timeout_max_ms{30'000};       // Tmax, doubling ends there; must be >= timeout_min_ms
    std::uint64_t status_every_ms{1'000};       // STATUS, so the longest that a late node waits to be noticed
    std::uint64_t help_every_ms{200};           // between answers to the STATUS of one validator
    std::uint64_t fetch_grace_ms{100};          // how long a block that others have may still arrive by itself
    std::uint64_t fetch_retry_ms{500};          // between questions for blocks or bodies
    std::uint64_t fairness_age_ms{10'000};      // a transaction that waits longer demotes the primary
    std::uint64_t fairness_blocks{10};          // so does one that so many blocks passed by, if it
    std::uint64_t fairness_wait_ms{1'000};      // has waited this long too: blocks may come quicker than messages
    std::uint64_t turnaround_min_ms{250};       // a primary that proposes within it is never too slow (T7)
    std::uint64_t demotion_every_ms{60'000};    // after a demotion for slowness, so long no complaint of one's own
};

// Who takes part in what. `self` is one of `validators`.
struct Config {
    ChainId chain{};
    ValidatorSet validators;
    ValidatorIndex self{};
    Timing timing{};
};

}  // namespace datadeed::consensus
