#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace datadeed::crypto {

using ShortHashKey = ByteArray<16>;

// SipHash-2-4 (Aumasson, Bernstein, 2012) under a secret key: for hash tables whose keys strangers choose. Not a
// digest: never for anything that's stored or sent. Any thread.
[[nodiscard]] std::uint64_t short_hash(ByteView bytes, const ShortHashKey& key);

}  // namespace datadeed::crypto
