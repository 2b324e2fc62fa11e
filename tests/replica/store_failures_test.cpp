#include "base/fields.h"
#include "chain/keys.h"
#include "node/replica/limits.h"
#include "node/replica/proposal.h"
#include "tests/replica/late.h"
#include "tests/replica/skipped.h"
#include "tests/replica/voter.h"
#include "tests/support/catch.h"

// What a node that runs does when its chain database can't be read any more, at whatever read that begins.

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::Late;
using datadeed::replica::testing::messages_in;
using datadeed::replica::testing::node_0;
using datadeed::replica::testing::node_1;
using datadeed::replica::testing::node_2;
using datadeed::replica::testing::snapshot_of;
using datadeed::replica::testing::Solo;
using datadeed::replica::testing::Voter;

namespace {

constexpr std::size_t readings_min = 12;

// A validator with one block of its own and one to be fetched, and all that makes it read. Its actions, step by step,
// until it halts.
class Day {
public:
    Day() {
        const std::optional<FetchBlocks> question = late.question_to(peer, Height{2});
        DATADEED_ASSERT(question.has_value());
        (void)late.hear(peer, Blocks{.request = question->request, .from = question->from, .blocks = {late.good}});
        DATADEED_ASSERT(late.node.replica().status().height == Height{1});
        (void)late.node.replica().step(Event{PeerUp{.peer = sim::validator_name(1)}});
    }
    std::vector<Action> run() {
        std::vector<Action> said;
        const auto take = [&](std::vector<Action> actions) {
            if (!all_of<Halt>(actions).empty()) CHECK(all_of<Halt>({actions.back()}).size() == 1);
            for (Action& action : actions) said.push_back(std::move(action));
            return !all_of<Halt>(said).empty();
        };
        const auto submit = [&](std::size_t number) {
            const Result<ProposalPayload, cbor::DecodeError> payload = decode<ProposalPayload>(late.good.payload);
            const Bytes& raw = payload->block.transactions.at(number).bytes;
            return late.hand_in(sim::checked(late.chain.bench.world, raw), number);
        };
        const Digest& hash = late.good.certificate.hash;
        const bool halted = take(submit(0)) || take(late.hear(peer, FetchBody{.height = Height{1}, .hash = hash})) ||
                            take(late.hear(peer, FetchBlocks{.request = 7, .from = Height{1}, .max = 8})) ||
                            take(late.hear(peer, Tip{.height = Height{1}, .hash = Digest{7}, .votes = true})) ||
                            take(late.hear(peer, Blocks{.request = 0, .from = Height{1}, .blocks = {late.good}})) ||
                            take(late.hear(peer, Blocks{.request = 0, .from = Height{2}, .blocks = {second}})) ||
                            take(late.tick(3 * cosign_window_ms)) || take(late.tick(cosign_again_ms)) ||
                            take(submit(1)) ||
                            take(late.hear(peer, FetchBlocks{.request = 8, .from = Height{1}, .max = 8}));
        if (halted) {
            CHECK(late.tick(20).empty());
            CHECK(late.step(PeerUp{.peer = sim::validator_name(2)}).empty());
        }
        return said;
    }

    Late late{sim::validator_name(3)};
    const ledger::MemberId peer = sim::validator_name(0);
    CertifiedBlock second = late.chain.next({"c"});
};

// Final transactions are committed ones, whoever asks again.
std::size_t answers_wrong(const std::vector<Action>& said) {
    const std::vector<Reply> replies = all_of<Reply>(said);
    return static_cast<std::size_t>(std::ranges::count_if(
        replies, [](const Reply& reply) { return !std::holds_alternative<Committed>(reply.outcome); }));
}

}  // namespace

TEST_CASE(
    "from whatever read on its chain can't be read, a node stops with the store's word for it, and answers nothing "
    "wrong") {
    std::size_t reads = 0;
    for (;; ++reads) {
        Day day;
        day.late.node.chain_disk().fail_reads_after(reads, chain::Fault::store_io);
        const std::vector<Action> said = day.run();
        CHECK(answers_wrong(said) == 0);
        if (!day.late.node.chain_disk().has_failed_to_read()) {
            CHECK(all_of<Halt>(said).empty());
            break;
        }
        const std::vector<Halt> halts = all_of<Halt>(said);
        REQUIRE(halts.size() == 1);
        CHECK(halts[0].code == "store.io");
        CHECK_FALSE(halts[0].hint.empty());
    }
    CHECK(reads >= readings_min);
}

TEST_CASE("what stops a node is told with its place and its detail, if it has them") {
    const std::string what{chain::describe(chain::Fault::store_io)};
    CHECK(to_halt({.fault = chain::Fault::store_io, .place = "here", .detail = "so"}).reason == what + ": here (so)");
    CHECK(to_halt({.fault = chain::Fault::store_io, .place = {}, .detail = {}}).reason == what);
}

namespace {

// What stops it, in a step that says nothing else.
std::string stopped_by(const std::vector<Action>& actions) {
    const std::vector<Halt> halts = all_of<Halt>(actions);
    if (halts.empty()) return {};
    CHECK(actions.size() == all_of<LogEvent>(actions).size() + 1);
    return halts.front().code;
}

bool lose_header(sim::Node& node, std::uint64_t height) {
    return node.chain_disk().content().erase(chain::keys::of(chain::keys::header, height)) == 1;
}

}  // namespace

TEST_CASE("a node that lacks the header below a block that it's asked for stops, and sends nothing") {
    for (const bool is_lost : {true, false}) {
        Late late;
        const ledger::MemberId peer = sim::validator_name(0);
        const std::optional<FetchBlocks> question = late.question_to(peer, Height{2});
        REQUIRE(question);
        const CertifiedBlock next = late.chain.next({"c"});
        (void)late.hear(peer,
                        Blocks{.request = question->request, .from = question->from, .blocks = {late.good, next}});
        REQUIRE(late.node.replica().status().height == Height{2});
        if (is_lost) REQUIRE(lose_header(late.node, 1));
        const std::vector<Action> actions = late.hear(peer, FetchBlocks{.request = 7, .from = Height{2}, .max = 1});
        if (is_lost) CHECK(all_of<Halt>(actions).at(0).reason.find("block 1") != std::string::npos);
        CHECK(stopped_by(actions) == (is_lost ? chain::code(chain::Fault::chain_damaged) : ""));
        CHECK(testing::messages_in<Blocks>(actions).size() == (is_lost ? 0 : 1));
    }
}

TEST_CASE("a validator that can't read the certificate of its last block doesn't begin to vote, and stops") {
    Solo solo;
    (void)solo.submit(solo.registration(0, "a"));
    sim::Rng rng{1};
    SECTION("since its header is gone") {
        solo.node.crash(rng);
        REQUIRE(solo.node.start());
        REQUIRE(lose_header(solo.node, 1));
        CHECK(stopped_by(solo.tick(20)) == chain::code(chain::Fault::chain_damaged));
    }
    SECTION("since the store fails") {
        solo.node.crash(rng);
        REQUIRE(solo.node.start());
        solo.node.chain_disk().fail_reads_after(0, chain::Fault::store_io);
        CHECK(stopped_by(solo.tick(20)) == chain::code(chain::Fault::store_io));
    }
}

TEST_CASE("a node that can't read the header of a quiet chain's last block, for a checkpoint, stops") {
    Late late;
    (void)late.fetch(late.good);
    sim::Rng rng{1};
    late.node.crash(rng);
    REQUIRE(late.node.start());  // since when no checkpoint was begun
    std::string wanted;
    SECTION("since it's gone") {
        REQUIRE(lose_header(late.node, 1));
        wanted = chain::code(chain::Fault::chain_damaged);
    }
    SECTION("since the store fails") {
        late.node.chain_disk().fail_reads_after(0, chain::Fault::store_io);
        wanted = chain::code(chain::Fault::store_io);
    }
    SECTION("as it is it can") {}
    CHECK(stopped_by(late.tick(20)) == wanted);
}

TEST_CASE("a validator that can't look for its last votes stops, rather than go on without its voice") {
    Voter voter;
    (void)voter.fetch(voter.good);
    (void)voter.chain.next({"c"});
    Snapshot offer = snapshot_of(voter.chain);
    for (const ledger::MemberId& peer : {node_0, node_1, node_2}) {
        (void)voter.hear(peer, Tip{.height = Height{2}, .votes = true, .first = Height{3}, .snapshot = Height{2}});
    }
    (void)voter.tick(20);
    const std::vector<FetchSnapshot> questions = messages_in<FetchSnapshot>(voter.tick(snapshot_lack_ms));
    REQUIRE(questions.size() == 1);
    offer.request = questions[0].request;
    for (const ledger::MemberId& peer : {node_0, node_1, node_2}) {
        CHECK(all_of<Halt>(voter.hear(peer, offer)).empty());  // one of them was asked
    }
    CHECK(all_of<Halt>(voter.tick(20)).empty());
    voter.node.chain_disk().fail_reads_after(0, chain::Fault::store_io);
    CHECK(stopped_by(voter.tick(20)) == chain::code(chain::Fault::store_io));
    CHECK(voter.tick(2 * snapshot_offer_ms).empty());
}

TEST_CASE("a node that can't store a checkpoint stops") {
    Solo solo;
    (void)solo.submit(solo.registration(0, "a"));
    (void)solo.submit(solo.registration(0, "b"));
    solo.node.chain_disk().fail_after(0, chain::Fault::store_io);
    CHECK(stopped_by(solo.tick(2 * cosign_window_ms)) == chain::code(chain::Fault::store_io));
    CHECK(solo.tick(20).empty());
}

}  // namespace datadeed::replica
