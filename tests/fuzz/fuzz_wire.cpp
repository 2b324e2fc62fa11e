#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/fields.h"
#include "node/replica/verify.h"

namespace datadeed::replica {
namespace {

// Takes every signature for good, so that what lies behind signatures is reached, too.
class EverySignature final : public consensus::VoteVerifier {
public:
    [[nodiscard]] bool verify(const crypto::PublicKey&, ByteView, const crypto::Signature&) const override {
        return true;
    }
};

const VerifyContext& context() {
    static const EverySignature every_signature;
    static TransactionCache cache;
    static const VerifyContext made = [] {
        ledger::Genesis genesis;
        for (int i = 0; i < 4; ++i) {
            genesis.nodes.validators.push_back({.member = ledger::MemberId{"v" + std::to_string(i)}});
        }
        VerifyContext known = make_verify_context(genesis, cache);
        known.signatures = &every_signature;
        return known;
    }();
    return made;
}

}  // namespace

// Messages between nodes: whatever the bytes, decoding ends in a message or an error; and one encoding a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes{data, size};
    const Result<WireMessage, cbor::DecodeError> message = decode<WireMessage>(bytes);
    if (message) DATADEED_ASSERT(encode(*message) == to_bytes(bytes));
    const Result<PeerEvent, WireError> event = decode_and_verify(bytes, context());
    DATADEED_ASSERT(message.has_value() || !event.has_value());
    return 0;
}

}  // namespace datadeed::replica
