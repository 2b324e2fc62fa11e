#pragma once

#include <span>

#include "base/bytes.h"
#include "crypto/sign.h"

namespace datadeed::crypto {

// One of the published edge cases and what this protocol decides on it.
struct SpeccheckVector {
    ByteArray<32> message{};
    PublicKey key{};
    Signature signature{};
    bool is_accepted{};
};

// The twelve, in their published order. Borrowed from static data.
[[nodiscard]] std::span<const SpeccheckVector> speccheck_vectors();

}  // namespace datadeed::crypto
