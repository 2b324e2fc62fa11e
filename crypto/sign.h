#pragma once

#include <span>

#include "base/bytes.h"
#include "base/strong.h"
#include "crypto/secret.h"

// Ed25519 (RFC 8032) through libsodium. Verification is part of consensus: there is this one function, it is strict and
// cofactorless (small-order A and R, non-canonical A and S are refused), and self_test.h checks at start that the
// library at hand still decides so. Functions may be called from any thread.

namespace datadeed::crypto {

using PublicKey = Strong<struct PublicKeyTag, ByteArray<32>>;
using Signature = Strong<struct SignatureTag, ByteArray<64>>;

// A signing key in guarded memory. Moved, never copied or compared or printed; a moved-from key may only be destroyed
// or assigned to.
class SecretKey {
public:
    // A new key from the system's entropy.
    [[nodiscard]] static SecretKey generate();
    // The key of RFC 8032 section 5.1.5; wiping the seed is the caller's.
    [[nodiscard]] static SecretKey from_seed(std::span<const std::uint8_t, 32> seed);

    [[nodiscard]] const PublicKey& public_key() const { return public_key_; }

    // The 32 bytes from which the key comes, borrowed from guarded memory: for sealing into a key file and for handing
    // to the TLS library. Nothing else has a reason to look.
    [[nodiscard]] std::span<const std::uint8_t, 32> seed() const;

private:
    SecretKey() = default;
    friend Signature sign(const SecretKey& key, ByteView message);

    SecretBytes bytes_;  // libsodium's form: seed, then public key
    PublicKey public_key_;
};

// Deterministic: the same key and message give the same signature.
[[nodiscard]] Signature sign(const SecretKey& key, ByteView message);

// Whether `signature` is one of `key` over exactly these bytes.
[[nodiscard]] bool verify(const PublicKey& key, ByteView message, const Signature& signature);

// Whether the key is a canonical point of the prime-order subgroup other than the identity. A key is asked this once,
// when it is registered: a key with a small-order part would let one signature hold for several messages or keys.
[[nodiscard]] bool is_registrable(const PublicKey& key);

}  // namespace datadeed::crypto
