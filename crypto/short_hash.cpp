#include "crypto/short_hash.h"

#include <bit>

#include <sodium.h>

namespace datadeed::crypto {

static_assert(crypto_shorthash_KEYBYTES == sizeof(ShortHashKey));
static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));

std::uint64_t short_hash(ByteView bytes, const ShortHashKey& key) {
    ByteArray<crypto_shorthash_BYTES> hash{};
    crypto_shorthash(hash.data(), bytes.data(), bytes.size(), key.data());
    return std::bit_cast<std::uint64_t>(hash);
}

}  // namespace datadeed::crypto
