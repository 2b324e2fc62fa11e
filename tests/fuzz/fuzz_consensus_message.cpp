#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "consensus/evidence.h"
#include "consensus/journal.h"
#include "consensus/pbft.h"
#include "tests/consensus/quick_signatures.h"

// Any bytes as a message, a journal record or evidence: one encoding each, and nothing that a stranger sends stops a
// verifier or, were all signatures good, a core.

namespace datadeed::consensus {
namespace {

class EverythingVerifies final : public VoteVerifier {
public:
    [[nodiscard]] bool verify(const crypto::PublicKey&, ByteView, const crypto::Signature&) const override {
        return true;
    }
};

template <class T>
void check_one_encoding(ByteView bytes) {
    const auto decoded = decode<T>(bytes);
    if (!decoded) return;
    const Bytes again = encode(*decoded);
    DATADEED_ASSERT(again.size() == bytes.size() && std::equal(again.begin(), again.end(), bytes.begin()));
}

void feed(const Message& message) {
    const EverythingVerifies lenient;
    Verifier verifier{ChainId{}, testing::quick_set(4), lenient};
    auto verified = verifier.verify(message);
    if (!verified) return;
    const testing::QuickSigner signer{testing::quick_key(1)};
    Pbft core{{.chain = {}, .validators = testing::quick_set(4), .self = ValidatorIndex{1}, .timing = {}},
              signer,
              {.height = {}, .hash = {}, .certificate = {}, .last_record = 0, .now_ms = 0},
              {}};
    for (std::uint64_t now = 0; now < 4; ++now) {
        static_cast<void>(core.step(MessageIn{.via = ValidatorIndex{0}, .message = *verified}));
        static_cast<void>(core.step(Tick{now * 700}));
    }
}

}  // namespace

int fuzz_one(ByteView bytes) {
    check_one_encoding<Message>(bytes);
    check_one_encoding<VoteRecord>(bytes);
    check_one_encoding<Evidence>(bytes);
    check_one_encoding<CommitCertificate>(bytes);
    if (const auto message = decode<Message>(bytes)) {
        const testing::QuickVerifier quick;
        Verifier verifier{ChainId{}, testing::quick_set(4), quick};
        static_cast<void>(verifier.verify(*message));
        feed(*message);
    }
    if (const auto record = decode<VoteRecord>(bytes)) static_cast<void>(recover(std::span{&*record, 1}));
    return 0;
}

}  // namespace datadeed::consensus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return datadeed::consensus::fuzz_one({data, size});
}
