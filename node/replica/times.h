#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/types.h"
#include "ledger/types.h"

namespace datadeed::replica {

// When what happened last, or is due, in ms of the host's clock that never goes back.
struct Times {
    std::uint64_t now{0};
    TimeMs wall{};              // the machine's clock, by now
    TimeMs tip_before{};        // the block below the tip, by its own time
    std::uint64_t proposal{0};  // one was judged good or made,
    Height proposal_height{};   // for this height
    std::uint64_t commit{0};
    std::uint64_t work_due{0};  // when consensus is told again that work waits
    std::uint64_t tip{0};       // all peers were told of ours
    std::uint64_t cosign{0};
    std::optional<std::uint64_t> fork_seen{};
    bool fork_proven{false};                                 // and whose signatures contradict was told
    std::map<ledger::MemberId, std::uint64_t> fork_asked{};  // peers were asked for blocks that aren't ours
};

}  // namespace datadeed::replica
