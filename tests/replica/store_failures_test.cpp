#include "base/fields.h"
#include "node/replica/limits.h"
#include "node/replica/proposal.h"
#include "tests/replica/late.h"
#include "tests/support/catch.h"

// What a node that runs does when its chain database can't be read any more, at whatever read that begins.

namespace datadeed::replica {
using datadeed::replica::testing::all_of;
using datadeed::replica::testing::Late;

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
            for (Action& action : actions) said.push_back(std::move(action));
            return !all_of<Halt>(said).empty();
        };
        const auto submit = [&](std::size_t number) {
            const Result<ProposalPayload, cbor::DecodeError> payload = decode<ProposalPayload>(late.good.payload);
            const auto transaction =
                check_transaction(payload->block.transactions.at(number).bytes, *late.chain.bench.world.context);
            return late.node.replica().step(
                Event{SubmitTransaction{.transaction = *transaction, .token = RequestToken{number}}});
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
        if (halted) CHECK(late.tick(20).empty());
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

}  // namespace datadeed::replica
