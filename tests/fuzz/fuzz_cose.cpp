#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "crypto/cose.h"

// Any bytes as a COSE_Sign1 message: what decodes is encoded as it was, and verifying it is safe.

namespace datadeed::crypto {
namespace {

void try_bytes(ByteView input) {
    if (const Result<ProtectedHeader, cbor::DecodeError> header = decode_protected(input)) {
        DATADEED_ASSERT(encode_protected(*header) == to_bytes(input));
    }
    const Result<Sign1View, cbor::DecodeError> view = decode_sign1(input);
    if (!view) {
        DATADEED_ASSERT(view.error().offset <= input.size());
        return;
    }
    DATADEED_ASSERT(view->header.alg == alg_ed25519 && view->payload.size() <= Sign1Limits{}.payload_max);
    const Sign1 copy{.protected_header = to_bytes(view->protected_header),
                     .payload = to_bytes(view->payload),
                     .signature = view->signature};
    DATADEED_ASSERT(encode_sign1(copy) == to_bytes(input));
    DATADEED_ASSERT(encode_protected(view->header) == copy.protected_header);
    (void)verify_sign1(*view, signing_context("datadeed/fuzz/1", ChainId{}));
}

}  // namespace
}  // namespace datadeed::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    datadeed::crypto::try_bytes({data, size});
    return 0;
}
