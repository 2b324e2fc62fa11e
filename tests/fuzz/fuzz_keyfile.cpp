#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "crypto/keyfile.h"

// Any bytes as a key file, under bounds so small that each try is quick: no file makes the reader crash or spend more.

namespace datadeed::crypto {
namespace {

constexpr KdfCost small{.operations = 1, .memory_bytes = std::uint64_t{16} << 10U};

void try_bytes(ByteView input) {
    static const SecretText passphrase{"seed"};
    const Result<PublicKey, Error> named = public_key_of(input);
    const Result<SecretKey, Error> key = open_key(input, passphrase, small);
    DATADEED_ASSERT(!key || (named && key->public_key() == *named));
}

}  // namespace
}  // namespace datadeed::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    datadeed::crypto::try_bytes({data, size});
    return 0;
}
