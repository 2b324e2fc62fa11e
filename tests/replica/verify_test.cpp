#include "node/replica/verify.h"

#include <utility>

#include "node/replica/wire_codec.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/sim/world.h"
#include "tests/support/catch.h"

// What a checking thread remembers. What it lets through and refuses: wire_test.cpp.

namespace datadeed::replica {

namespace {

struct Checker {
    Checker() {
        Epochs epochs = epochs_of(world.genesis);
        first = world.context_of(epochs);
        ledger::Epoch next{.number = ledger::EpochNumber{1}, .from = Height{3}, .nodes = epochs[0].nodes};
        for (std::size_t i = 0; i < next.nodes.validators.size(); ++i) {
            next.nodes.validators[i].vote = consensus::testing::quick_key(10 + i);
        }
        epochs.push_back(next);
        second = world.context_of(epochs);
        first.signatures = second.signatures = &signatures;
    }
    template <class M>
    [[nodiscard]] consensus::Signed<M> sign(std::uint32_t signer, const M& message, consensus::View view) const {
        const std::size_t first_key = consensus::Epoch::of(view) == 0 ? 0 : 10;
        const consensus::testing::QuickSigner key{consensus::testing::quick_key(first_key + signer)};
        return consensus::sign(world.chain(), message, consensus::ValidatorIndex{signer}, key);
    }
    // A VIEW-CHANGE with a certificate of three of four, decided in `view`.
    [[nodiscard]] Bytes view_change(std::uint32_t signer, consensus::View view, Height height) const {
        const consensus::Commit commit{.view = view, .height = height, .hash = Digest{7}};
        consensus::CommitCertificate certificate{.view = view, .height = height, .hash = commit.hash, .votes = {}};
        for (std::uint32_t voter = 0; voter < 3; ++voter) {
            certificate.votes.push_back(
                {.signer = consensus::ValidatorIndex{voter}, .signature = sign(voter, commit, view).signature});
        }
        const consensus::ViewChange change{.new_view = consensus::View{view.value + 1},
                                           .committed = height,
                                           .certificate = std::move(certificate),
                                           .prepared = {}};
        return encode_votes(sign(signer, change, view));
    }
    // How many signatures that costs.
    std::size_t cost(const Bytes& bytes, const VerifyContext& context) {
        const std::size_t counted = signatures.count();
        CHECK(decode_and_verify(bytes, context, before).has_value());
        return signatures.count() - counted;
    }

    sim::World world{sim::make_world(4, 1, 2)};
    consensus::testing::CountingVerifier signatures;
    VerifyContext first;
    VerifyContext second;
    CheckedBefore before;
};

constexpr consensus::View of_first_epoch{0};
const consensus::View of_second_epoch = consensus::Epoch{.number = 1}.first_view();

}  // namespace

TEST_CASE("a certificate that held is checked once by a thread, however many VIEW-CHANGEs carry it") {
    Checker checker;
    CHECK(checker.cost(checker.view_change(0, of_first_epoch, Height{1}), checker.first) == 4);
    CHECK(checker.cost(checker.view_change(1, of_first_epoch, Height{1}), checker.first) == 1);
    CHECK(checker.cost(checker.view_change(1, of_first_epoch, Height{2}), checker.first) == 4);
    CHECK(checker.cost(checker.view_change(2, of_first_epoch, Height{1}), checker.first) == 1);
}

TEST_CASE("without a memory each message is checked whole") {
    const Checker checker;
    const Bytes bytes = checker.view_change(0, of_first_epoch, Height{1});
    for (const std::size_t so_far : {4U, 8U}) {
        CHECK(decode_and_verify(bytes, checker.first).has_value());
        CHECK(checker.signatures.count() == so_far);
    }
}

TEST_CASE("what held in one epoch, on one chain, by one rule of signatures is worth nothing elsewhere") {
    Checker checker;
    const Bytes of_first = checker.view_change(1, of_first_epoch, Height{1});
    CHECK(checker.cost(of_first, checker.first) == 4);
    SECTION("another epoch") {
        CHECK(checker.cost(checker.view_change(2, of_second_epoch, Height{3}), checker.second) == 4);
        CHECK(checker.cost(checker.view_change(3, of_second_epoch, Height{3}), checker.second) == 1);
        CHECK(checker.cost(of_first, checker.first) == 4);
    }
    SECTION("other keys in the same epoch") {
        VerifyContext other = checker.first;
        other.epochs = {consensus::ValidatorSet{checker.second.present().all()}};
        CHECK_FALSE(decode_and_verify(of_first, other, checker.before).has_value());
    }
    SECTION("another chain") {
        VerifyContext other = checker.first;
        other.chain.value[0] ^= 1U;
        CHECK_FALSE(decode_and_verify(of_first, other, checker.before).has_value());
    }
    SECTION("another rule") {
        const consensus::testing::CountingVerifier rule;
        VerifyContext other = checker.first;
        other.signatures = &rule;
        CHECK(decode_and_verify(of_first, other, checker.before).has_value());
        CHECK(rule.count() == 4);
    }
}

}  // namespace datadeed::replica
