// The functions that the deterministic simulator replaces (tests/sim/quick_ed25519.cpp), so nothing else stands
// here.

#include <sodium.h>

#include "base/assert.h"
#include "crypto/init.h"
#include "crypto/sign.h"

namespace datadeed::crypto {

Signature sign(const SecretKey& key, ByteView message) {
    DATADEED_ASSERT(key.bytes_.size() == crypto_sign_SECRETKEYBYTES);
    Signature signature;
    DATADEED_ASSERT(crypto_sign_detached(signature.value.data(), nullptr, message.data(), message.size(),
                                         key.bytes_.bytes().data()) == 0);
    return signature;
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
    init();
    return crypto_sign_verify_detached(signature.value.data(), message.data(), message.size(), key.value.data()) == 0;
}

bool is_registrable(const PublicKey& key) {
    init();
    return crypto_core_ed25519_is_valid_point(key.value.data()) == 1;
}

}  // namespace datadeed::crypto
