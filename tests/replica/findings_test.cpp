#include <initializer_list>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "chain/evidence_judge.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using datadeed::replica::testing::all_of;

namespace {

// Validator 1 of four, which hears what the others sign.
struct Witness {
    Witness() {
        DATADEED_ASSERT(node.start().has_value());
        (void)node.replica().step(Event{Tick{.now = MonotonicMs{1'000}, .wall = TimeMs{sim::epoch_ms + 1'000}}});
    }
    template <class M>
    [[nodiscard]] consensus::Signed<M> by(std::uint32_t signer, const M& message) const {
        const consensus::testing::QuickSigner key{consensus::testing::quick_key(signer)};
        return consensus::sign(world.chain(), message, consensus::ValidatorIndex{signer}, key);
    }
    std::vector<Action> hear(const consensus::Message& message) {
        const auto signer = std::visit([](const auto& said) { return said.signer; }, message);
        Result<PeerEvent, WireError> event =
            decode_and_verify(encode(WireMessage{Votes{.message = message}}), *world.context);
        DATADEED_ASSERT(event.has_value());
        return node.replica().step(
            Event{PeerMessage{.peer = sim::validator_name(signer.value), .message = std::move(*event)}});
    }
    // To view 1, with a block of height 1 prepared in view 0.
    [[nodiscard]] consensus::Signed<consensus::ViewChange> with_prepared(std::uint32_t signer,
                                                                         const Digest& hash) const {
        consensus::PreparedCertificate prepared{.view = {}, .height = Height{1}, .hash = hash, .prepares = {}};
        prepared.pre_prepare =
            by(0, consensus::PrePrepare{.view = {}, .height = Height{1}, .hash = hash, .payload = {}}).signature;
        for (const std::uint32_t who : {2U, 3U}) {
            const consensus::Prepare vote{.view = {}, .height = Height{1}, .hash = hash};
            prepared.prepares.push_back(
                {.signer = consensus::ValidatorIndex{who}, .signature = by(who, vote).signature});
        }
        return by(signer, consensus::ViewChange{.new_view = consensus::View{1},
                                                .committed = {},
                                                .certificate = std::nullopt,
                                                .prepared = std::move(prepared)});
    }

    sim::World world = sim::make_world(4, 0, 3);
    sim::Node node{world, sim::validator_name(1)};
};

}  // namespace

TEST_CASE("what is found in the step that halts is told before the halt, and nothing else of that step is") {
    Witness witness;
    const Digest first{0xA0};
    const Digest second{0xB0};
    const consensus::Commit vote{.view = {}, .height = Height{1}, .hash = first};
    CHECK(all_of<Halt>(witness.hear(witness.by(3, vote))).empty());
    CHECK(all_of<Halt>(witness.hear(witness.with_prepared(2, first))).empty());
    // It hides that COMMIT, and shows what all of the certificate's signers have prepared besides.
    const std::vector<Action> last = witness.hear(witness.with_prepared(3, second));
    const std::vector<EvidenceFound> found = all_of<EvidenceFound>(last);
    using ledger::Offence;
    const std::vector<std::pair<std::uint32_t, Offence>> expected{
        {3, Offence::hidden_commit}, {0, Offence::two_votes}, {2, Offence::two_votes}, {3, Offence::two_votes}};
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto read = chain::evidence_judge().read(found[i].evidence);
        REQUIRE(read);
        CHECK(found[i].accused == sim::validator_name(expected[i].first));
        CHECK(read->charge.offence == expected[i].second);
    }
    REQUIRE(all_of<Halt>(last).size() == 1);
    CHECK(std::holds_alternative<Halt>(last.back()));
    CHECK(all_of<Halt>(last)[0].code == "consensus.two_prepared");
    bool logged = false;
    for (const LogEvent& event : all_of<LogEvent>(last)) logged |= event.name == "validator.contradicted_itself";
    CHECK(logged);
    CHECK(last.size() == 1 + found.size() + all_of<LogEvent>(last).size());
}

}  // namespace datadeed::replica
