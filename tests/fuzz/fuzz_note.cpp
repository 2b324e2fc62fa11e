#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "crypto/policy.h"
#include "crypto/tlog_proof.h"

// Any text as a note, a checkpoint, a vkey, a proof and a policy: what parses is written back as it was, and verifying
// it against keys of ours is safe.

namespace datadeed::crypto {
namespace {

// The policy under which the seeds in corpus/note/ hold: keys from the seeds 01..01 and 02..02.
const Policy& policy() {
    static const Policy ours = [] {
        Policy made{.origin = "datadeed.example/log", .cosigners = {}, .quorum = 2};
        for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
            ByteArray<32> seed{};
            seed.fill(number);
            made.cosigners.push_back({.name = number == 1 ? "a.example" : "b.example",
                                      .type = KeyType::cosignature,
                                      .key = SecretKey::from_seed(seed).public_key()});
        }
        return made;
    }();
    return ours;
}

void try_note(std::string_view text) {
    if (const Result<Note, Error> note = parse_note(text)) {
        DATADEED_ASSERT(format_note(*note) == text);
        if (const auto signers = verify_note(*note, policy().cosigners)) DATADEED_ASSERT(signers->size() <= 2);
    }
    if (const Result<Checkpoint, Error> checkpoint = parse_checkpoint(text)) {
        DATADEED_ASSERT(format_checkpoint(*checkpoint) == text);
    }
    if (const Result<VerifierKey, Error> key = parse_vkey(text)) DATADEED_ASSERT(format_vkey(*key) == text);
}

void try_proof(std::string_view text) {
    const Result<TlogProof, Error> proof = parse_tlog_proof(text);
    if (!proof) return;
    DATADEED_ASSERT(format_tlog_proof(*proof) == text);
    const Result<VerifiedProof, Error> verified = verify_proof(policy(), as_bytes("entry"), *proof);
    DATADEED_ASSERT(!verified || (verified->cosigners.size() == 2 && verified->index < verified->checkpoint.size));
}

void try_policy(std::string_view text) {
    const Result<Policy, Error> parsed = parse_policy(text);
    if (!parsed) return;
    const Result<Policy, Error> again = parse_policy(format_policy(*parsed));
    DATADEED_ASSERT(again && *again == *parsed);
}

}  // namespace
}  // namespace datadeed::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = datadeed::as_text({data, size});
    datadeed::crypto::try_note(text);
    datadeed::crypto::try_proof(text);
    datadeed::crypto::try_policy(text);
    return 0;
}
