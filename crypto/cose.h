#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/cbor.h"
#include "base/result.h"
#include "base/types.h"
#include "crypto/sign.h"

// COSE_Sign1 (RFC 9052 section 4.2), in the one form that the protocol uses:
//
//     18([ protected: bstr .cbor {1: -19, 4: kid bstr 32, 16: typ tstr},
//          unprotected: {}, payload: bstr, signature: bstr 64 ])
//
// kid is the signer's public key itself, so a signature can be checked without the state; the state says whose key it
// is. Decoding is strict: a value has one encoding. Pure; any thread.

namespace datadeed::crypto {

// Ed25519 as RFC 9864 names it; no other algorithm is accepted.
inline constexpr std::int64_t alg_ed25519 = -19;

inline constexpr std::uint64_t sign1_tag = 18;
inline constexpr std::size_t typ_size_max = 64;  // bytes

// Everything that the protected header may say: labels 1, 4 and 16 (RFC 9052, RFC 9596), all of them, nothing else.
struct ProtectedHeader {
    std::int64_t alg{alg_ed25519};
    PublicKey kid{};
    std::string typ{};  // at most typ_size_max bytes, not empty

    friend bool operator==(const ProtectedHeader&, const ProtectedHeader&) = default;
};

[[nodiscard]] Bytes encode_protected(const ProtectedHeader& header);
[[nodiscard]] Result<ProtectedHeader, cbor::DecodeError> decode_protected(ByteView encoded);

struct Sign1 {
    Bytes protected_header{};  // encoded
    Bytes payload{};
    Signature signature{};

    friend bool operator==(const Sign1&, const Sign1&) = default;
};

// A decoded message. Borrows from the bytes it was decoded from, which must outlive it; the header is a copy.
struct Sign1View {
    ProtectedHeader header{};
    ByteView protected_header{};  // as it stands in the message
    ByteView payload{};
    Signature signature{};
};

// The most bytes that decoding accepts for a payload.
struct Sign1Limits {
    std::size_t payload_max{65535};
};

// The bytes that are signed (RFC 9052 section 4.4, context "Signature1").
[[nodiscard]] Bytes sig_structure(ByteView protected_header, ByteView external_aad, ByteView payload);

// The external_aad of every signature of ours: [purpose, chain id] in CBOR, so that nothing signed for one purpose or
// chain reads as another. `purpose` names kind and version, such as "datadeed/tx/1".
[[nodiscard]] Bytes signing_context(std::string_view purpose, const ChainId& chain);

[[nodiscard]] Bytes encode_sign1(const Sign1& message);

// Says nothing about the signature: see verify_sign1.
[[nodiscard]] Result<Sign1View, cbor::DecodeError> decode_sign1(ByteView encoded, const Sign1Limits& limits = {});

// Signs with a header of alg -19, the key's own public key as kid, and `typ` (1 to typ_size_max bytes, asserted).
[[nodiscard]] Sign1 make_sign1(const SecretKey& key, std::string_view typ, ByteView external_aad, ByteView payload);

// Whether the signature is that of the key that the header names. The caller checks typ, and whose key it is.
[[nodiscard]] bool verify_sign1(const Sign1View& message, ByteView external_aad);

}  // namespace datadeed::crypto
