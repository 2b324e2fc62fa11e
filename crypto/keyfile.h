#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/error.h"
#include "crypto/secret.h"
#include "crypto/sign.h"

// A secret key under a passphrase, as bytes; reading and writing files is the caller's. The format, in CBOR:
//
//     file   = [ header: bstr .cbor header, sealed: bstr 48 ]
//     header = [ "datadeed/key/1", operations: uint, memory_bytes: uint,
//                salt: bstr 16, nonce: bstr 24, public key: bstr 32 ]
//     sealed = XChaCha20-Poly1305(message = seed, nonce, associated data = header bytes,
//                                 key = Argon2id(passphrase, salt, operations, memory_bytes))
//
// The version stands in the name; a name is never used for another format. The public key is in clear so that a key can
// be told from another without its passphrase; the seal covers it. Any thread may call.

namespace datadeed::crypto {

inline constexpr std::size_t keyfile_size_max = 256;  // bytes

// What guessing a passphrase costs (Argon2id, RFC 9106, one lane).
struct KdfCost {
    std::uint64_t operations{};  // passes over the memory
    std::uint64_t memory_bytes{};

    // 256 MiB, about a second: for the keys of people and nodes.
    static constexpr KdfCost moderate() { return {.operations = 3, .memory_bytes = std::uint64_t{256} << 20U}; }
    // The least that Argon2id allows: for tests. Protects nothing.
    static constexpr KdfCost least() { return {.operations = 1, .memory_bytes = std::uint64_t{8} << 10U}; }
    // The most that open_key spends on a file unless told otherwise: a file from elsewhere must not take the machine.
    static constexpr KdfCost most() { return {.operations = 8, .memory_bytes = std::uint64_t{1} << 30U}; }

    friend bool operator==(const KdfCost&, const KdfCost&) = default;
};

// Draws salt and nonce (random.h). The cost must lie between least() and most() in both numbers (asserted). The error
// is keyfile_cost_must_fit_in_memory.
[[nodiscard]] Result<Bytes, Error> seal_key(const SecretKey& key, const SecretText& passphrase, const KdfCost& cost);

// Errors: keyfile_*. A wrong passphrase and changed bytes can't be told apart: keyfile_must_open_with_the_passphrase.
// Spends time and memory as the file demands, up to `most`.
[[nodiscard]] Result<SecretKey, Error> open_key(ByteView file, const SecretText& passphrase,
                                                const KdfCost& most = KdfCost::most());

// The public key that the file names, without opening it: nothing vouches for it until open_key did.
[[nodiscard]] Result<PublicKey, Error> public_key_of(ByteView file);

}  // namespace datadeed::crypto
