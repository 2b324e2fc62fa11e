#include "consensus/verified.h"

#include "consensus/evidence.h"
#include "tests/consensus/builders.h"
#include "tests/support/catch.h"

namespace datadeed::consensus::testing {

namespace {

struct Door {
    QuickVerifier quick;
    Verifier verifier{test_chain(), quick_set(4), quick};

    template <class M>
    Error refusal(Signed<M> message) {
        const auto verified = verifier.verify(std::move(message));
        REQUIRE_FALSE(verified.has_value());
        return verified.error();
    }
};

const Prepare vote{.view = View{0}, .height = Height{1}, .hash = hash_a};

}  // namespace

TEST_CASE_METHOD(Door, "a signature counts for its signer, its statement and its chain alone") {
    CHECK(verifier.verify(by(1, vote)));
    auto other_signer = by(1, vote);
    other_signer.signer = ValidatorIndex{2};
    CHECK(refusal(other_signer) == Error::signature_must_verify);
    auto stranger = by(1, vote);
    stranger.signer = ValidatorIndex{4};
    CHECK(refusal(stranger) == Error::signer_must_be_a_validator);
    auto other_hash = by(1, vote);
    other_hash.message.hash = hash_b;
    CHECK(refusal(other_hash) == Error::signature_must_verify);
    const auto other_chain = sign(ChainId{}, vote, ValidatorIndex{1}, QuickSigner{quick_key(1)});
    CHECK(refusal(other_chain) == Error::signature_must_verify);
    const Signed<Commit> reused{.message = {.view = View{0}, .height = Height{1}, .hash = hash_a},
                                .signer = ValidatorIndex{1},
                                .signature = by(1, vote).signature};
    CHECK(refusal(reused) == Error::signature_must_verify);
}

TEST_CASE_METHOD(Door, "only the primary proposes, and it sends no PREPARE") {
    const PrePrepare proposal{.view = View{1}, .height = Height{1}, .hash = hash_a, .payload = {}};
    CHECK(verifier.verify(by(1, proposal)));
    CHECK(refusal(by(0, proposal)) == Error::proposal_must_come_from_the_primary);
    CHECK(refusal(by(0, vote)) == Error::prepare_must_not_come_from_the_primary);
}

TEST_CASE_METHOD(Door, "views and heights have limits") {
    CHECK(refusal(by(1, Prepare{.view = View{number_max}, .height = Height{1}, .hash = {}})) ==
          Error::number_must_be_within_its_limit);
    CHECK(refusal(by(1, Commit{.view = View{0}, .height = Height{0}, .hash = {}})) ==
          Error::number_must_be_within_its_limit);
    CHECK(refusal(by(1, Commit{.view = View{0}, .height = Height{UINT64_MAX}, .hash = {}})) ==
          Error::number_must_be_within_its_limit);
    CHECK(refusal(by(0, PrePrepare{.view = {}, .height = Height{0}, .hash = {}, .payload = {}})) ==
          Error::number_must_be_within_its_limit);
    CHECK(refusal(view_change(1, number_max)) == Error::number_must_be_within_its_limit);
    CHECK(refusal(by(0, NewView{.new_view = View{number_max}, .view_changes = {}, .base = {}, .carried = {}})) ==
          Error::number_must_be_within_its_limit);
    Status far;
    far.view = View{number_max};
    CHECK(refusal(by(1, far)) == Error::number_must_be_within_its_limit);
}

TEST_CASE("a commit certificate is refused for the first rule that it breaks") {
    const QuickVerifier quick;
    const auto refusal = [&](const CommitCertificate& certificate) {
        const auto verified = verify(certificate, quick_set(4), test_chain(), quick);
        return verified ? std::optional<Error>{} : verified.error();
    };
    CHECK_FALSE(refusal(committed(0, 1, hash_a, {0, 1, 3})));
    CHECK_FALSE(refusal(committed(0, 1, hash_a, {0, 1, 2, 3})));
    CHECK(refusal(committed(0, 1, hash_a, {0, 1})) == Error::certificate_must_have_a_quorum);
    CHECK(refusal(committed(0, 1, hash_a, {0, 1, 1})) == Error::certificate_signers_must_be_distinct_and_in_order);
    CHECK(refusal(committed(0, 1, hash_a, {1, 0, 2})) == Error::certificate_signers_must_be_distinct_and_in_order);
    CHECK(refusal(committed(0, 1, hash_a, {0, 1, 4})) == Error::signer_must_be_a_validator);
    CommitCertificate mixed = committed(0, 1, hash_a, {0, 1, 2});
    mixed.votes[2] = committed(1, 1, hash_a, {2}).votes[0];  // of another view
    CHECK(refusal(mixed) == Error::signature_must_verify);
    CommitCertificate higher = committed(0, 1, hash_a, {0, 1, 2});
    higher.height = Height{2};
    CHECK(refusal(higher) == Error::signature_must_verify);
    CHECK(refusal(committed(0, 0, hash_a, {0, 1, 2})) == Error::number_must_be_within_its_limit);
    CHECK(refusal(committed(0, number_max, hash_a, {0, 1, 2})) == Error::number_must_be_within_its_limit);
    CHECK(refusal(committed(number_max, 1, hash_a, {0, 1, 2})) == Error::number_must_be_within_its_limit);
}

TEST_CASE("a prepared certificate needs its primary's proposal and a quorum less one of others") {
    const QuickVerifier quick;
    const auto refusal = [&](const PreparedCertificate& certificate) {
        const auto verified = verify(certificate, quick_set(4), test_chain(), quick);
        return verified ? std::optional<Error>{} : verified.error();
    };
    CHECK_FALSE(refusal(prepared(0, 1, hash_a, {1, 3})));
    CHECK(refusal(prepared(0, 0, hash_a, {1, 3})) == Error::number_must_be_within_its_limit);
    CHECK(refusal(prepared(0, 1, hash_a, {1})) == Error::prepared_certificate_must_have_a_quorum);
    CHECK(refusal(prepared(0, 1, hash_a, {0, 1})) == Error::prepare_must_not_come_from_the_primary);
    CHECK(refusal(prepared(0, 1, hash_a, {1, 1})) == Error::certificate_signers_must_be_distinct_and_in_order);
    PreparedCertificate unsigned_proposal = prepared(0, 1, hash_a, {1, 3});
    unsigned_proposal.pre_prepare = {};
    CHECK(refusal(unsigned_proposal) == Error::signature_must_verify);
}

TEST_CASE_METHOD(Door, "a VIEW-CHANGE is refused whole for any certificate in it") {
    const CommitCertificate final = committed(0, 3, hash_a, {0, 1, 2});
    CHECK(verifier.verify(view_change(1, 2)));
    CHECK(verifier.verify(view_change(1, 2, final, prepared(1, 4, hash_b, {0, 2}))));
    CHECK(refusal(view_change(1, 2, committed(0, 3, hash_a, {0, 1}))) == Error::certificate_must_have_a_quorum);
    CHECK(refusal(view_change(1, 2, final, prepared(1, 3, hash_b, {0, 2}))) ==
          Error::prepared_height_must_follow_the_committed);
    CHECK(refusal(view_change(1, 2, final, prepared(1, 5, hash_b, {0, 2}))) ==
          Error::prepared_height_must_follow_the_committed);
    CHECK(refusal(view_change(1, 2, final, prepared(2, 4, hash_b, {0, 1}))) ==
          Error::prepared_view_must_be_before_the_new_view);
    CHECK(refusal(view_change(1, 2, final, prepared(1, 4, hash_b, {0}))) ==
          Error::prepared_certificate_must_have_a_quorum);
    CHECK(refusal(by(1, ViewChange{.new_view = View{2}, .committed = Height{3}, .certificate = {}, .prepared = {}})) ==
          Error::committed_height_must_have_its_certificate);
    CHECK(
        refusal(by(1, ViewChange{.new_view = View{2}, .committed = Height{4}, .certificate = final, .prepared = {}})) ==
        Error::committed_height_must_have_its_certificate);
    CHECK(refusal(view_change(1, 2, committed(0, 0, hash_a, {0, 1, 2}))) ==
          Error::committed_height_must_have_its_certificate);
}

TEST_CASE_METHOD(Door, "a NEW-VIEW needs exactly a quorum of valid VIEW-CHANGEs of distinct signers for its view") {
    const auto opened = [](std::uint32_t signer, std::vector<Signed<ViewChange>> changes) {
        return by(signer, NewView{.new_view = View{2}, .view_changes = std::move(changes), .base = {}, .carried = {}});
    };
    const auto change = [](std::uint32_t signer) { return view_change(signer, 2); };
    CHECK(verifier.verify(opened(2, {change(0), change(1), change(3)})));
    CHECK(refusal(opened(1, {change(0), change(1), change(3)})) == Error::new_view_must_come_from_the_primary);
    CHECK(refusal(opened(2, {change(0), change(1)})) == Error::new_view_must_have_a_quorum_of_view_changes);
    CHECK(refusal(opened(2, {change(0), change(1), change(2), change(3)})) ==
          Error::new_view_must_have_a_quorum_of_view_changes);
    CHECK(refusal(opened(2, {change(0), change(1), change(1)})) ==
          Error::certificate_signers_must_be_distinct_and_in_order);
    CHECK(refusal(opened(2, {change(0), change(1), view_change(3, 6)})) ==
          Error::view_changes_must_be_for_the_new_view);
    auto forged = change(3);
    forged.signature = {};
    CHECK(refusal(opened(2, {change(0), change(1), forged})) == Error::signature_must_verify);
    auto unsigned_opening = opened(2, {change(0), change(1), change(3)});
    unsigned_opening.signature = {};
    CHECK(refusal(unsigned_opening) == Error::signature_must_verify);
}

TEST_CASE("as many certificates that hold as there is room for are remembered, and nothing of the others") {
    const CountingVerifier counting;
    Verifier verifier{test_chain(), quick_set(4), counting};
    const auto checks_for = [&](std::uint64_t height, std::initializer_list<std::uint32_t> signers) {
        const std::size_t before = counting.count();
        CHECK(verifier.verify(committed(0, height, hash_a, signers)).has_value() == (signers.size() == 3));
        return counting.count() - before;
    };
    for (std::uint64_t height = 1; height <= verified_certificates_max; ++height) {
        CHECK(checks_for(height, {0, 1, 2}) == 3);
    }
    static_cast<void>(checks_for(verified_certificates_max + 1, {0, 1}));
    CHECK(checks_for(1, {0, 1, 2}) == 0);
    CHECK(checks_for(verified_certificates_max + 1, {0, 1, 2}) == 3);  // the memory is emptied for it
    CHECK(checks_for(verified_certificates_max + 1, {0, 1, 2}) == 0);
    CHECK(checks_for(1, {0, 1, 2}) == 3);
}

TEST_CASE_METHOD(Door, "two certificates of one slot convict whoever signed both, and those of two views nobody") {
    const CommitCertificate first = committed(0, 1, hash_a, {0, 1, 2});
    const std::vector<Evidence> found = contradictions(first, committed(0, 1, hash_b, {1, 2, 3}));
    REQUIRE(found.size() == 2);
    for (std::uint32_t i = 0; i < 2; ++i) {
        const auto guilty = verify(found[i], verifier);
        REQUIRE(guilty);
        CHECK(guilty->accused == ValidatorIndex{i + 1});
        CHECK(guilty->offence == Offence::two_votes);
    }
    CHECK(contradictions(first, committed(0, 1, hash_a, {1, 2, 3})).empty());
    CHECK(contradictions(first, committed(4, 1, hash_b, {1, 2, 3})).empty());
    CHECK(contradictions(first, committed(0, 2, hash_b, {1, 2, 3})).empty());
}

TEST_CASE_METHOD(Door, "whoever contradicts itself at two slots is accused once, at the first that is shown") {
    const std::vector<Signed<ViewChange>> shown{
        view_change(1, 2, committed(0, 1, hash_a, {0, 2, 3}), prepared(1, 2, hash_a, {2, 3})),
        view_change(2, 2, committed(0, 1, hash_b, {0, 2, 3}), prepared(1, 2, hash_b, {2, 3}))};
    const std::vector<Evidence> found = contradictions(shown, verifier.validators());
    std::vector<std::pair<std::uint32_t, std::uint64_t>> accused;
    for (const Evidence& evidence : found) {
        const auto guilty = verify(evidence, verifier);
        REQUIRE(guilty);
        accused.emplace_back(guilty->accused.value, guilty->height.value);
    }
    // Validator 1 made both proposals of the second slot, and voted at no other.
    CHECK(accused == std::vector<std::pair<std::uint32_t, std::uint64_t>>{{0, 1}, {2, 1}, {3, 1}, {1, 2}});
}

TEST_CASE_METHOD(Door, "two statements for one slot convict their signer, and nothing else does") {
    const auto a = by(1, vote);
    const auto b = by(1, Prepare{.view = View{0}, .height = Height{1}, .hash = hash_b});
    const auto guilty = verify(Evidence{.first = a, .second = b}, verifier);
    REQUIRE(guilty);
    CHECK(guilty->accused == ValidatorIndex{1});
    const auto refusal_of = [this](Message first, std::optional<Message> second) {
        return verify(Evidence{.first = std::move(first), .second = std::move(second)}, verifier).error();
    };
    CHECK(refusal_of(a, a) == Error::evidence_must_contradict_itself);
    CHECK(refusal_of(a, std::nullopt) == Error::evidence_must_contradict_itself);
    CHECK(refusal_of(a, by(2, b.message)) == Error::evidence_must_contradict_itself);
    CHECK(refusal_of(a, by(1, Prepare{.view = View{2}, .height = Height{1}, .hash = hash_b})) ==
          Error::evidence_must_contradict_itself);
    auto forged = b;
    forged.signature = {};
    CHECK(refusal_of(a, forged) == Error::signature_must_verify);
    CHECK(refusal_of(forged, a) == Error::signature_must_verify);
    CHECK(refusal_of(a, by(1, Commit{.view = View{0}, .height = Height{1}, .hash = hash_a})) ==
          Error::evidence_must_contradict_itself);
    CHECK(refusal_of(a, by(1, Commit{.view = View{1}, .height = Height{1}, .hash = hash_b})) ==
          Error::evidence_must_contradict_itself);
    CHECK(refusal_of(a, by(1, Commit{.view = View{0}, .height = Height{2}, .hash = hash_b})) ==
          Error::evidence_must_contradict_itself);
    CHECK(refusal_of(a, view_change(1, 1)) == Error::evidence_must_contradict_itself);
}

TEST_CASE_METHOD(Door, "a COMMIT of another block than its signer proposed or prepared in the slot convicts him") {
    const auto commit = [](std::uint32_t signer) {
        return by(signer, Commit{.view = View{0}, .height = Height{1}, .hash = hash_b});
    };
    const auto proposal = by(0, PrePrepare{.view = View{0}, .height = Height{1}, .hash = hash_a, .payload = {}});
    CHECK(verify(Evidence{.first = by(1, vote), .second = commit(1)}, verifier).value().accused == ValidatorIndex{1});
    CHECK(verify(Evidence{.first = commit(1), .second = by(1, vote)}, verifier).value().accused == ValidatorIndex{1});
    CHECK(verify(Evidence{.first = proposal, .second = commit(0)}, verifier).value().accused == ValidatorIndex{0});
    CHECK_FALSE(verify(Evidence{.first = proposal, .second = commit(1)}, verifier));
}

TEST_CASE_METHOD(Door, "a NEW-VIEW that hides what is prepared convicts itself") {
    const std::vector<Signed<ViewChange>> changes{view_change(0, 1), view_change(1, 1),
                                                  view_change(3, 1, {}, prepared(0, 1, hash_a, {1, 3}))};
    NewView said{.new_view = View{1}, .view_changes = changes, .base = {}, .carried = {}};
    CHECK(verify(Evidence{.first = by(1, said), .second = {}}, verifier));
    said.carried = Carried{.view = View{0}, .height = Height{1}, .hash = hash_a};
    CHECK_FALSE(verify(Evidence{.first = by(1, said), .second = {}}, verifier));
    said.base = Height{1};
    CHECK(verify(Evidence{.first = by(1, said), .second = {}}, verifier));
    // A fork among its VIEW-CHANGEs proves others faulty, not him.
    said.view_changes = {view_change(0, 1, committed(0, 1, hash_a, {0, 1, 2})), view_change(1, 1),
                         view_change(3, 1, committed(0, 1, hash_b, {0, 1, 2}))};
    CHECK_FALSE(verify(Evidence{.first = by(1, said), .second = {}}, verifier));
}

TEST_CASE_METHOD(Door, "evidence says what its signer did, in which view and at which height") {
    const auto commit = by(3, Commit{.view = View{1}, .height = Height{7}, .hash = hash_a});
    const auto prepare = by(3, Prepare{.view = View{1}, .height = Height{7}, .hash = hash_b});
    const auto certified = view_change(3, 2, committed(0, 1, hash_a, {0, 1, 2}));
    const auto opened = new_view(5, {view_change(0, 5), view_change(1, 5), view_change(2, 5)});
    const std::vector<std::pair<Evidence, Accusation>> pieces{
        {{.first = commit, .second = prepare},
         {.offence = Offence::two_votes, .accused = ValidatorIndex{3}, .view = View{1}, .height = Height{7}}},
        {{.first = view_change(3, 2), .second = certified},
         {.offence = Offence::two_view_changes, .accused = ValidatorIndex{3}, .view = View{2}, .height = {}}},
        {{.first = opened, .second = new_view(5, {})},
         {.offence = Offence::two_new_views, .accused = ValidatorIndex{1}, .view = View{5}, .height = {}}},
        {{.first = new_view(5, opened.message.view_changes, Height{4}), .second = {}},
         {.offence = Offence::wrong_new_view, .accused = ValidatorIndex{1}, .view = View{5}, .height = {}}},
        {{.first = view_change(3, 2), .second = commit},
         {.offence = Offence::hidden_commit, .accused = ValidatorIndex{3}, .view = View{2}, .height = Height{7}}},
    };
    for (const auto& [evidence, accusation] : pieces) {
        CHECK(accusation_of(evidence).value() == accusation);
        CHECK(verify(evidence, verifier).value() == accusation);
    }
}

TEST_CASE_METHOD(Door, "whoever signs broken certificates is convicted by his words all the same") {
    CommitCertificate broken = committed(0, 1, hash_a, {0, 1, 2});
    broken.votes.front().signature = {};
    const auto spoiled = view_change(3, 2, broken);
    CHECK(refusal(spoiled) == Error::signature_must_verify);
    CHECK(verify(Evidence{.first = view_change(3, 2), .second = spoiled}, verifier));
}

TEST_CASE_METHOD(Door, "no words of another epoch convict, nor those of nobody's") {
    const View other{std::uint64_t{1} << 32U};
    const Evidence elsewhere{.first = by(1, Prepare{.view = other, .height = Height{1}, .hash = hash_a}),
                             .second = by(1, Prepare{.view = other, .height = Height{1}, .hash = hash_b})};
    CHECK(verify(elsewhere, verifier).error() == Error::view_must_be_of_the_epoch);
    Evidence strange{.first = by(4, vote),
                     .second = by(4, Commit{.view = vote.view, .height = vote.height, .hash = {}})};
    CHECK(verify(strange, verifier).error() == Error::signer_must_be_a_validator);
}

TEST_CASE("no votes for heights that aren't of the epoch convict: nobody votes for them") {
    QuickVerifier quick;
    const Epoch epoch{.number = 0, .base = Height{5}};
    const Verifier verifier{test_chain(), ValidatorSet{quick_set(4).all(), epoch}, quick};
    const auto commit = [](Height height, const Digest& hash) {
        return by(3, Commit{.view = View{1}, .height = height, .hash = hash});
    };
    const auto convicted_at = [&](Height height) {
        return verify(Evidence{.first = commit(height, hash_a), .second = commit(height, hash_b)}, verifier);
    };
    CHECK(convicted_at(Height{0}).error() == Error::number_must_be_within_its_limit);
    CHECK(convicted_at(Height{5}).error() == Error::height_must_be_of_the_epoch);
    CHECK(convicted_at(Height{UINT64_MAX}).error() == Error::number_must_be_within_its_limit);
    CHECK(convicted_at(Height{6}));
    // Nor does it matter what a VIEW-CHANGE shows of them.
    const auto asked =
        by(3, ViewChange{.new_view = View{2}, .committed = Height{5}, .certificate = {}, .prepared = {}});
    const auto hidden_at = [&](Height height) {
        return verify(Evidence{.first = asked, .second = commit(height, hash_a)}, verifier);
    };
    CHECK(hidden_at(Height{UINT64_MAX}).error() == Error::number_must_be_within_its_limit);
    CHECK(hidden_at(Height{6}));
}

TEST_CASE("two VIEW-CHANGEs or NEW-VIEWs contradict each other if they are different ones for one view") {
    const auto certified = view_change(1, 1, committed(0, 1, hash_a, {0, 1, 2}));
    CHECK(contradict(view_change(1, 1), certified));
    CHECK_FALSE(contradict(view_change(1, 2), certified));
    CHECK_FALSE(contradict(certified, certified));
    CHECK(contradict(new_view(1, {}), new_view(1, {certified})));
    CHECK_FALSE(contradict(new_view(5, {}), new_view(1, {certified})));
    CHECK_FALSE(contradict(new_view(1, {}), new_view(1, {})));
}

TEST_CASE_METHOD(Door, "a verifier tells for whom it verifies") {
    CHECK(verifier.validators().size() == 4);
    CHECK(verifier.chain() == test_chain());
    CHECK(verifier.validators().f() == 1);
    CHECK(verifier.validators().all()[3].name == "v3");
}

TEST_CASE_METHOD(Door, "a VIEW-CHANGE that hides what its signer committed convicts him, in either order") {
    const auto commit = [](std::uint64_t view, std::uint64_t height, std::uint32_t signer = 3) {
        return by(signer, Commit{.view = View{view}, .height = Height{height}, .hash = hash_a});
    };
    const CommitCertificate final_1 = committed(0, 1, hash_b, {0, 1, 2});
    const std::vector<std::pair<Signed<Commit>, Signed<ViewChange>>> guilty{
        {commit(0, 1), view_change(3, 1)},                                           // nothing prepared
        {commit(0, 1), view_change(3, 9)},                                           // nor later
        {commit(2, 1), view_change(3, 5, {}, prepared(1, 1, hash_b, {0, 2}))},       // of an earlier view only
        {commit(1, 1), view_change(3, 5, {}, prepared(1, 1, hash_b, {0, 2}))},       // another block in that view
        {commit(0, 2), view_change(3, 1)},                                           // not even the height below
        {commit(0, 3), view_change(3, 5, final_1, prepared(1, 2, hash_b, {0, 2}))},  // nor here
    };
    for (const auto& [cast, change] : guilty) {
        const auto one = verify(Evidence{.first = cast, .second = change}, verifier);
        REQUIRE(one);
        CHECK(one->accused == ValidatorIndex{3});
        CHECK(verify(Evidence{.first = change, .second = cast}, verifier));
    }
    auto forged = view_change(3, 1);
    forged.signature = {};
    CHECK(verify(Evidence{.first = commit(0, 1), .second = forged}, verifier).error() == Error::signature_must_verify);
}

TEST_CASE_METHOD(Door, "a VIEW-CHANGE that a correct validator may send after its COMMIT convicts nobody") {
    const auto commit = by(3, Commit{.view = View{1}, .height = Height{2}, .hash = hash_a});
    const CommitCertificate final_1 = committed(0, 1, hash_b, {0, 1, 2});
    const CommitCertificate final_2 = committed(4, 2, hash_b, {0, 1, 2});
    const CommitCertificate final_7 = committed(0, 7, hash_b, {0, 1, 2});
    for (const Signed<ViewChange>& change : {
             view_change(3, 1),                                           // before: he entered view 1 by it
             view_change(3, 2, final_1, prepared(1, 2, hash_a, {0, 2})),  // what he committed
             view_change(3, 9, final_1, prepared(5, 2, hash_b, {0, 2})),  // prepared anew later, another block
             view_change(3, 9, final_2),                                  // decided, in whichever view
             view_change(3, 9, final_2, prepared(5, 3, hash_b, {0, 2})),  // and something above it
             view_change(3, 9, final_7),                                  // decided long ago
             view_change(2, 2),                                           // somebody else's
         }) {
        CHECK_FALSE(contradict(commit, change));
        CHECK_FALSE(contradict(change, commit));
    }
}

TEST_CASE("Ed25519 votes verify under the key that the set names") {
    const crypto::SecretKey secret = crypto::SecretKey::generate();
    const Ed25519Signer signer{secret};
    const Ed25519Verifier ed25519;
    const ValidatorSet set{{{.name = "alone", .vote_key = secret.public_key()}}};
    Verifier verifier{test_chain(), set, ed25519};
    Signed<Commit> signed_vote =
        sign(test_chain(), Commit{.view = {}, .height = Height{1}, .hash = hash_a}, ValidatorIndex{0}, signer);
    CHECK(verifier.verify(signed_vote));
    signed_vote.signature.value[0] ^= 1;
    CHECK_FALSE(verifier.verify(signed_vote));
}

}  // namespace datadeed::consensus::testing
