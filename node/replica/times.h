#pragma once

#include <cstdint>

#include "base/types.h"

namespace datadeed::replica {

// When what happened last, in ms of the host's clock that never goes back.
struct Times {
    std::uint64_t now{0};
    TimeMs wall{};              // the machine's clock, by now
    std::uint64_t proposal{0};  // one was judged good or made
    std::uint64_t commit{0};
    std::uint64_t work{0};  // consensus was told that work waits
    std::uint64_t tip{0};   // all peers were told of ours
    std::uint64_t cosign{0};
};

}  // namespace datadeed::replica
