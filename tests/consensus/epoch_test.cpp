#include "tests/consensus/bench.h"
#include "tests/support/catch.h"

// Views belong to epochs: what was said in one counts in no other.

namespace datadeed::consensus::testing {

namespace {

// The second epoch of a chain: the validators of quick_set(4) vote from height 6 on.
const Epoch later_epoch{.number = 1, .base = Height{5}};
const std::uint64_t first_later = later_epoch.first_view().value;

ValidatorSet set_of(const Epoch& epoch) {
    return ValidatorSet{quick_set(4).all(), epoch};
}

struct Late {
    explicit Late(Recovered recovered = {}, RoundTimes rounds = {})
        : core{{.chain = test_chain(), .validators = set_of(later_epoch), .self = ValidatorIndex{2}, .timing = {}},
               signer,
               {.height = Height{5},
                .hash = hash_a,
                .certificate = {},
                .last_record = 0,
                .now_ms = 0,
                .rounds = std::move(rounds)},
               std::move(recovered)} {}

    template <class M>
    Actions hear(Verifier& verifier, const Signed<M>& message) {
        return core.step(MessageIn{.via = message.signer, .message = *verifier.verify(Message{message})});
    }

    QuickVerifier quick;
    QuickSigner signer{quick_key(2)};
    Verifier old_door{test_chain(), set_of({}), quick};
    Verifier door{test_chain(), set_of(later_epoch), quick};
    Pbft core;
};

}  // namespace

TEST_CASE("the high half of a view is the number of its epoch") {
    CHECK(later_epoch.first_view() == View{std::uint64_t{1} << 32U});
    CHECK(later_epoch.has(View{first_later + 7}));
    CHECK_FALSE(later_epoch.has(View{first_later - 1}));
    CHECK_FALSE(later_epoch.has(View{2 * first_later}));
    CHECK(Epoch::of(View{first_later + 7}) == 1);
    CHECK(Epoch::place_of(View{first_later + 7}) == 7);
}

TEST_CASE_METHOD(Late, "statements are verified in their own epoch and nowhere else") {
    const auto refusal = [&](const auto& message) {
        const auto verified = door.verify(message);
        REQUIRE_FALSE(verified.has_value());
        return verified.error();
    };
    const auto vote = [](std::uint64_t view, std::uint64_t height) {
        return Prepare{.view = View{view}, .height = Height{height}, .hash = hash_a};
    };
    CHECK(door.verify(by(1, vote(first_later, 6))));
    CHECK(refusal(by(1, vote(3, 6))) == Error::view_must_be_of_the_epoch);
    CHECK(refusal(by(1, vote(2 * first_later, 6))) == Error::view_must_be_of_the_epoch);
    CHECK(refusal(by(1, vote(first_later, 5))) == Error::height_must_be_of_the_epoch);
    CHECK(refusal(by(1, Status{})) == Error::view_must_be_of_the_epoch);
    CHECK(door.verify(committed(first_later, 6, hash_a, {0, 1, 3})));
    CHECK(refusal(committed(0, 6, hash_a, {0, 1, 3})) == Error::view_must_be_of_the_epoch);
    CHECK(refusal(committed(first_later, 5, hash_a, {0, 1, 3})) == Error::height_must_be_of_the_epoch);
    CHECK(refusal(view_change(1, 1)) == Error::view_must_be_of_the_epoch);
    const auto opened = by(1, NewView{.new_view = View{1}, .view_changes = {}, .base = {}, .carried = {}});
    CHECK(refusal(opened) == Error::view_must_be_of_the_epoch);
}

TEST_CASE_METHOD(Late, "what an epoch stands on needs no certificate in it, and what is above needs one of its own") {
    const auto change = [](Height height, std::optional<CommitCertificate> certificate) {
        return by(1, ViewChange{.new_view = View{first_later + 1},
                                .committed = height,
                                .certificate = std::move(certificate),
                                .prepared = {}});
    };
    CHECK(door.verify(change(Height{5}, {})));
    CHECK_FALSE(door.verify(change(Height{5}, committed(0, 5, hash_a, {0, 1, 3}))));
    CHECK_FALSE(door.verify(change(Height{4}, {})));
    CHECK_FALSE(door.verify(change(Height{6}, {})));
    CHECK_FALSE(door.verify(change(Height{6}, committed(0, 6, hash_a, {0, 1, 3}))));
    CHECK(door.verify(change(Height{6}, committed(first_later, 6, hash_a, {0, 1, 3}))));
}

TEST_CASE_METHOD(Late, "an epoch begins with its first view") {
    CHECK(core.view() == later_epoch.first_view());
    static_cast<void>(core.step(Tick{0}));
    static_cast<void>(core.step(WorkPending{.pending = true}));
    const Actions actions = core.step(Tick{500});
    const auto* leaving = sent<ViewChange>(actions);
    REQUIRE(leaving != nullptr);
    CHECK(leaving->new_view == View{first_later + 1});
    CHECK(leaving->committed == Height{5});
    CHECK_FALSE(leaving->certificate);
}

TEST_CASE_METHOD(Late, "votes of the epoch before count for nothing, whoever cast them") {
    for (const std::uint32_t who : {0U, 1U, 3U}) {
        const Commit vote{.view = {}, .height = Height{6}, .hash = hash_b};
        CHECK(all<FetchBody>(hear(old_door, by(who, vote))).empty());
        CHECK(core.status().commits.empty());
    }
    const auto proposal = make_proposal(Height{6}, hash_a, "b");
    const Actions told =
        hear(old_door,
             by(0, PrePrepare{.view = {}, .height = Height{6}, .hash = proposal.hash, .payload = proposal.payload}));
    CHECK(all<Validate>(told).empty());
    static_cast<void>(hear(old_door, view_change(0, 1)));
    static_cast<void>(hear(old_door, view_change(1, 1)));
    CHECK_FALSE(core.changing());
    CHECK(core.view() == later_epoch.first_view());
}

TEST_CASE("what was promised in the epoch before binds there alone") {
    Recovered recovered;
    recovered.view = View{7};
    recovered.changing = true;
    recovered.view_change = view_change(2, 7);
    Late late{recovered};
    CHECK(late.core.view() == later_epoch.first_view());
    CHECK_FALSE(late.core.changing());
    const Actions actions = late.core.step(Tick{0});
    CHECK(sent<ViewChange>(actions) == nullptr);
    CHECK(all<EnteredView>(actions).size() == 1);

    recovered.view = View{6};
    recovered.changing = false;
    recovered.view_change.reset();
    recovered.new_view = new_view(6, {view_change(0, 6), view_change(2, 6), view_change(3, 6)});
    CHECK(sent<NewView>(Late{recovered}.core.step(Tick{0})) == nullptr);
}

TEST_CASE("a restart within the epoch goes on in its view") {
    Recovered recovered;
    recovered.view = View{first_later + 3};
    recovered.changing = true;
    recovered.view_change =
        by(2, ViewChange{.new_view = View{first_later + 3}, .committed = Height{5}, .certificate = {}, .prepared = {}});
    Late late{recovered};
    CHECK(late.core.view() == View{first_later + 3});
    CHECK(late.core.changing());
}

TEST_CASE("every statement is about a view, and its epoch says who signed it") {
    CHECK(view_of(Message{by(1, Prepare{.view = View{first_later}, .height = Height{6}, .hash = {}})}) ==
          View{first_later});
    CHECK(view_of(Message{view_change(1, 3)}) == View{3});
}

TEST_CASE("timeouts go on as the rounds before were measured") {
    RoundTimes slow;
    for (int i = 0; i < 10; ++i) slow.add(1'000);
    CHECK(Late{{}, slow}.core.timeout_ms() == 4'000);
    CHECK(Late{{}, slow}.core.rounds().p99_ms() == 1'000);
    CHECK(Late{}.core.timeout_ms() == 500);
}

}  // namespace datadeed::consensus::testing
