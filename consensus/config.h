#pragma once

#include <cstdint>
#include <optional>

#include "base/types.h"
#include "consensus/certificate.h"
#include "consensus/validator_set.h"

namespace datadeed::consensus {

// All in ms except where the name says blocks. Validators of one chain may differ in them: no rule of safety looks
// here.
struct Timing {
    std::uint64_t timeout_min{500};      // T0: how long a view may take for the first block (doubles with each failure)
    std::uint64_t timeout_max{30'000};   // Tmax; must be >= timeout_min
    std::uint64_t status_every{1'000};   // STATUS, so the longest that a late node waits to be noticed
    std::uint64_t fetch_grace{100};      // how long a block that others have may still arrive by itself
    std::uint64_t fetch_retry{500};      // between questions for blocks or bodies
    std::uint64_t fairness_age{10'000};  // a transaction that waits longer demotes the primary
    std::uint64_t fairness_blocks{10};   // so does one that so many blocks passed by, if it
    std::uint64_t fairness_wait{1'000};  // has waited this long too: blocks may come quicker than messages
};

// Who takes part in what. `self` is one of `validators`.
struct Config {
    ChainId chain{};
    ValidatorSet validators;
    ValidatorIndex self{};
    Timing timing{};
};

// Where a core begins: the tip of the chain on disk, the last number of its journal, the clock.
struct Start {
    Height height{};
    Digest hash{};
    std::optional<CommitCertificate> certificate;  // of the tip; there iff height > 0
    std::uint64_t last_record{};
    std::uint64_t now_ms{};
};

}  // namespace datadeed::consensus
