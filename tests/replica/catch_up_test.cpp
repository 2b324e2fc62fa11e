#include "base/fields.h"
#include "node/replica/proposal.h"
#include "tests/consensus/quick_signatures.h"
#include "tests/replica/bench.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::Bench;

namespace {

// An observer of a chain of four validators that lags by one block, and that block as they certified it.
struct Late {
    Late() {
        bench.add("a", bench.genesis());
        bench.add("b", bench.genesis());
        const Result<Executor::Built, chain::Error> built = bench.executor->build(bench.pool, bench.genesis());
        DATADEED_ASSERT(built.has_value() && built->block != nullptr);
        good.payload = built->block->payload;
        const consensus::Commit vote{.view = {}, .height = Height{1}, .hash = built->block->block->hash};
        good.certificate = {.view = vote.view, .height = vote.height, .hash = vote.hash, .votes = {}};
        for (std::uint32_t signer = 0; signer < 3; ++signer) {
            const consensus::testing::QuickSigner key{consensus::testing::quick_key(signer)};
            const consensus::ValidatorIndex index{signer};
            good.certificate.votes.push_back(
                {.signer = index, .signature = consensus::sign(bench.world.chain(), vote, index, key).signature});
        }
        DATADEED_ASSERT(node.start().has_value());
        (void)tick(20);
    }
    std::vector<Action> tick(std::uint64_t ms) {
        now_ms += ms;
        return node.replica().step(Event{Tick{.now = MonotonicMs{now_ms}, .wall = TimeMs{sim::epoch_ms + now_ms}}});
    }
    std::vector<Action> hear(const ledger::MemberId& peer, const WireMessage& message) {
        Result<PeerEvent, WireError> event = decode_and_verify(encode(message), *bench.world.context);
        DATADEED_ASSERT(event.has_value());
        return node.replica().step(Event{PeerMessage{.peer = peer, .message = std::move(*event)}});
    }
    // What this node asks the peer for when it says that it has the block; nothing when it is left alone.
    std::optional<FetchBlocks> question_to(const ledger::MemberId& peer) {
        (void)node.replica().step(Event{PeerUp{.peer = peer}});
        std::vector<Action> actions = hear(peer, Tip{.height = Height{1}, .hash = {}, .votes = true});
        for (Action& action : tick(20)) actions.push_back(std::move(action));
        for (const SendTo& send : all_of<SendTo>(actions)) {
            const Result<WireMessage, cbor::DecodeError> message = decode<WireMessage>(*send.bytes);
            if (const auto* question = message ? std::get_if<FetchBlocks>(&*message) : nullptr) return *question;
        }
        return std::nullopt;
    }
    std::vector<Action> answer(const ledger::MemberId& peer, const FetchBlocks& question, const CertifiedBlock& block) {
        return hear(peer, Blocks{.request = question.request, .from = question.from, .blocks = {block}});
    }

    Bench bench{4, 1};
    CertifiedBlock good;
    sim::Node node{bench.world, sim::observer_name(0), 0};
    std::uint64_t now_ms{1'000};
};

std::size_t wrong_blocks(const std::vector<Action>& actions) {
    const std::vector<LogEvent> events = all_of<LogEvent>(actions);
    return static_cast<std::size_t>(
        std::ranges::count_if(events, [](const LogEvent& event) { return event.name == "peer.block_wrong"; }));
}

}  // namespace

TEST_CASE("a certified header with other transactions is no block: its sender is shunned, another is asked") {
    Late late;
    const ledger::MemberId liar = sim::validator_name(0);
    const std::optional<FetchBlocks> question = late.question_to(liar);
    REQUIRE(question);
    // Both are the members' own and signed; only their order is another than the header's.
    CertifiedBlock swapped = late.good;
    Result<ProposalPayload, cbor::DecodeError> payload = decode<ProposalPayload>(swapped.payload);
    REQUIRE(payload);
    std::swap(payload->block.transactions.at(0), payload->block.transactions.at(1));
    swapped.payload = encode(*payload);
    CHECK(wrong_blocks(late.answer(liar, *question, swapped)) == 1);
    CHECK(late.node.replica().status().height == Height{0});
    CHECK_FALSE(late.question_to(liar));

    const ledger::MemberId other = sim::validator_name(1);
    const std::optional<FetchBlocks> again = late.question_to(other);
    REQUIRE(again);
    CHECK(wrong_blocks(late.answer(other, *again, late.good)) == 0);
    CHECK(late.node.replica().status().height == Height{1});
}

TEST_CASE("one peer's claim makes nobody catch up, nor does an observer's, and f + 1 validators' do") {
    Late late;
    const auto claim = [&late](const ledger::MemberId& peer) {
        (void)late.node.replica().step(Event{PeerUp{.peer = peer}});
        (void)late.hear(peer, Tip{.height = Height{UINT64_MAX}, .hash = {}});
        return late.node.replica().status().catching_up;
    };
    CHECK_FALSE(claim(ledger::MemberId{"observer-1"}));
    CHECK_FALSE(claim(sim::validator_name(0)));
    CHECK(claim(sim::validator_name(1)));
}

TEST_CASE("a quorum is of validators that are connected and say that they vote") {
    Late late;
    const auto says = [&late](std::size_t validator, bool votes) {
        (void)late.hear(sim::validator_name(validator), Tip{.height = {}, .hash = {}, .votes = votes});
        return late.node.replica().status().has_quorum;
    };
    for (std::size_t i = 0; i < 4; ++i) (void)late.node.replica().step(Event{PeerUp{.peer = sim::validator_name(i)}});
    CHECK_FALSE(late.node.replica().status().has_quorum);
    CHECK_FALSE(says(0, true));
    CHECK_FALSE(says(1, true));
    CHECK_FALSE(says(2, false));
    CHECK(says(3, true));
    CHECK(late.node.replica().status().connected_validators == 3);
    CHECK_FALSE(says(1, false));
    CHECK(says(1, true));
    (void)late.node.replica().step(Event{PeerDown{.peer = sim::validator_name(0)}});
    CHECK_FALSE(late.node.replica().status().has_quorum);
}

}  // namespace datadeed::replica
