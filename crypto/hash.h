#pragma once

#include <cstddef>
#include <initializer_list>

#include "base/bytes.h"
#include "base/types.h"

// SHA-256 (FIPS 180-4), the one hash of the protocol. No function here can fail; separate objects may be used by
// separate threads.

namespace datadeed::crypto {

[[nodiscard]] Digest sha256(ByteView message);

// The hash of the parts one after another, as if they were one message: lengths are not hashed.
[[nodiscard]] Digest sha256(std::initializer_list<ByteView> parts);

// A hash taken in pieces. Copyable, so a common beginning is hashed once.
class Sha256 {
public:
    Sha256();

    Sha256& update(ByteView part);

    // The hash of all parts so far. The object is spent: no update or finish may follow.
    [[nodiscard]] Digest finish();

private:
    // OpenSSL's SHA256_CTX, kept out of this header; the source asserts that it fits.
    alignas(8) ByteArray<112> state_{};
};

}  // namespace datadeed::crypto
