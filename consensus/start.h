#pragma once

#include <cstdint>
#include <optional>

#include "base/types.h"
#include "consensus/certificate.h"
#include "consensus/config.h"
#include "consensus/pace.h"

namespace datadeed::consensus {

// Where a core begins: the tip of the chain on disk, the last number of its journal, the clock.
struct Start {
    Height height{};  // at least the epoch's base
    Digest hash{};
    std::optional<CommitCertificate> certificate;  // of the tip; there iff height is above the epoch's base
    std::uint64_t last_record{};
    std::uint64_t now_ms{};
    RoundTimes rounds{};  // as the core of the epoch before measured them, if there was one in this process
};

}  // namespace datadeed::consensus
