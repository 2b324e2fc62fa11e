#pragma once

#include "base/types.h"

namespace datadeed::chain {

// Blocks from the first to the last, both included.
struct BlockSpan {
    Height first{};
    Height last{};

    friend bool operator==(const BlockSpan&, const BlockSpan&) = default;
};

}  // namespace datadeed::chain
