#include "consensus/messages.h"
#include "crypto/hash.h"
#include "tests/support/catch.h"
#include "tests/support/page.h"

// The examples of docs/formats.md are what the code writes: a format that changes turns this red. Signed with Ed25519,
// so that another implementation can check itself against the page.

namespace datadeed::consensus::testing {
namespace {

void check_shown(std::string_view what, ByteView bytes) {
    datadeed::test::check_page_shows("formats.md", what, bytes);
}

const ChainId sample_chain{crypto::sha256(as_bytes("chain"))};
const Digest sample_hash = crypto::sha256(as_bytes("block"));

// By the validator's key, whose seed is this byte 32 times: number + 1.
template <class M>
Signed<M> signed_by(std::uint8_t number, M message) {
    ByteArray<32> seed{};
    seed.fill(static_cast<std::uint8_t>(number + 1));
    const crypto::SecretKey key = crypto::SecretKey::from_seed(seed);
    return sign(sample_chain, std::move(message), ValidatorIndex{number}, Ed25519Signer{key});
}

template <class M>
VoteSignature vote_of(std::uint8_t number, const M& message) {
    return {.signer = ValidatorIndex{number}, .signature = signed_by(number, message).signature};
}

const PrePrepare sample_proposal{.view = View{0}, .height = Height{1}, .hash = sample_hash, .payload = {1, 2, 3}};
const Prepare sample_prepare{.view = View{0}, .height = Height{1}, .hash = sample_hash};
const Commit sample_commit{.view = View{0}, .height = Height{1}, .hash = sample_hash};

// Two validators of two: a quorum with the fewest bytes.
CommitCertificate sample_certificate() {
    return {.view = View{0},
            .height = Height{1},
            .hash = sample_hash,
            .votes = {vote_of(0, sample_commit), vote_of(1, sample_commit)}};
}

PreparedCertificate sample_prepared() {
    return {.view = View{0},
            .height = Height{1},
            .hash = sample_hash,
            .pre_prepare = signed_by(0, sample_proposal).signature,
            .prepares = {vote_of(1, sample_prepare)}};
}

Signed<ViewChange> sample_view_change(std::uint8_t number) {
    return signed_by(
        number, ViewChange{.new_view = View{1}, .committed = {}, .certificate = {}, .prepared = sample_prepared()});
}

}  // namespace

TEST_CASE("the page on formats shows what a vote signs, and a message of each kind, as they are") {
    check_shown("what a PREPARE signs", statement(sample_chain, sample_prepare));
    check_shown("PRE-PREPARE", encode(Message{signed_by(0, sample_proposal)}));
    check_shown("PREPARE", encode(Message{signed_by(1, sample_prepare)}));
    check_shown("COMMIT", encode(Message{signed_by(1, sample_commit)}));
    check_shown("VIEW-CHANGE", encode(Message{sample_view_change(0)}));
    const Carried carried{.view = View{0}, .height = Height{1}, .hash = sample_hash};
    check_shown("NEW-VIEW",
                encode(Message{signed_by(1, NewView{.new_view = View{1},
                                                    .view_changes = {sample_view_change(0), sample_view_change(1)},
                                                    .base = {},
                                                    .carried = carried})}));
    check_shown("STATUS", encode(Message{signed_by(1, Status{.view = View{0},
                                                             .changing = false,
                                                             .committed = {},
                                                             .has_proposal = true,
                                                             .view_changes = {},
                                                             .prepares = {ValidatorIndex{1}},
                                                             .commits = {ValidatorIndex{0}, ValidatorIndex{1}},
                                                             .slow_primary = false})}));
}

TEST_CASE("the page on formats shows certificates as they are") {
    check_shown("the commit certificate", encode(sample_certificate()));
    check_shown("the prepared certificate", encode(sample_prepared()));
}

}  // namespace datadeed::consensus::testing
