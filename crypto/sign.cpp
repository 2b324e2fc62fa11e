#include "crypto/sign.h"

#include <sodium.h>

#include "base/assert.h"
#include "crypto/init.h"

namespace datadeed::crypto {

static_assert(crypto_sign_SEEDBYTES == 32 && crypto_sign_PUBLICKEYBYTES == 32);
static_assert(crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_BYTES == 64);

SecretKey SecretKey::generate() {
    SecretKey key;
    key.bytes_ = SecretBytes{crypto_sign_SECRETKEYBYTES};
    DATADEED_ASSERT(crypto_sign_keypair(key.public_key_.value.data(), key.bytes_.bytes().data()) == 0);
    return key;
}

SecretKey SecretKey::from_seed(std::span<const std::uint8_t, 32> seed) {
    SecretKey key;
    key.bytes_ = SecretBytes{crypto_sign_SECRETKEYBYTES};
    DATADEED_ASSERT(crypto_sign_seed_keypair(key.public_key_.value.data(), key.bytes_.bytes().data(), seed.data()) ==
                    0);
    return key;
}

std::span<const std::uint8_t, 32> SecretKey::seed() const {
    DATADEED_ASSERT(bytes_.size() == crypto_sign_SECRETKEYBYTES);
    return bytes_.bytes().first<32>();
}

}  // namespace datadeed::crypto
