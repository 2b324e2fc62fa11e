#pragma once

#include "base/bytes.h"
#include "base/strong.h"

// The few domain words that rooms share which must not know each other (consensus and ledger).

namespace datadeed {

// A SHA-256 value.
using Digest = ByteArray<32>;

// SHA-256 of the genesis document.
using ChainId = Strong<struct ChainIdTag, Digest>;

// The number of a block; the genesis document is height 0, the first block 1.
using Height = Strong<struct HeightTag>;

// Milliseconds since 1970-01-01T00:00:00Z.
using TimeMs = Strong<struct TimeMsTag>;

}  // namespace datadeed
