#include "node/replica/outbox.h"

#include "node/replica/limits.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {
namespace {

using datadeed::replica::testing::all_of;

const ledger::MemberId peer_a{"a"};
const ledger::MemberId peer_b{"b"};
const ledger::MemberId peer_c{"c"};

std::vector<ledger::MemberId> addressed(Outbox& outbox) {
    std::vector<ledger::MemberId> names;
    for (const SendTo& send : all_of<SendTo>(outbox.take())) {
        names.insert(names.end(), send.peers.begin(), send.peers.end());
    }
    return names;
}

}  // namespace

TEST_CASE("one of several is another one each time, of those that are up") {
    Outbox outbox;
    outbox.set_up(peer_a);
    outbox.set_up(peer_c);
    const std::vector<ledger::MemberId> holders{peer_a, peer_b, peer_c};
    for (int i = 0; i < 3; ++i) outbox.send_one_of(holders, Bytes(1), Lane::votes);
    CHECK(addressed(outbox) == std::vector{peer_a, peer_c, peer_a});
    outbox.set_down(peer_a);
    outbox.set_down(peer_c);
    outbox.send_one_of(holders, Bytes(1), Lane::votes);
    outbox.send_one_of({}, Bytes(1), Lane::votes);
    CHECK(addressed(outbox).empty());
}

TEST_CASE("what comers are to have goes to all that are up, and once to each that comes up later") {
    Outbox outbox;
    outbox.set_up(peer_a);
    outbox.send_all_and_comers(Bytes(1), Lane::votes);
    CHECK(addressed(outbox) == std::vector{peer_a});
    outbox.set_up(peer_b);
    CHECK(addressed(outbox) == std::vector{peer_b});
    CHECK(addressed(outbox).empty());
}

TEST_CASE("a peer is named once a minute for each thing that it does, with what else there is to say") {
    Outbox outbox;
    const auto lines = [&outbox] { return all_of<LogEvent>(outbox.take()).size(); };
    outbox.blame(peer_a, "peer.x", 0, {{"why", "so"}});
    const std::vector<LogEvent> log = all_of<LogEvent>(outbox.take());
    REQUIRE(log.size() == 1);
    CHECK(log[0].level == LogEvent::Level::warning);
    CHECK(log[0].fields == Outbox::Fields{{"peer", "a"}, {"why", "so"}});
    outbox.blame(peer_a, "peer.x", 1, {{"why", "otherwise"}});
    CHECK(lines() == 0);
    outbox.blame(peer_b, "peer.x", 1);
    outbox.blame(peer_a, "peer.y", 1);
    CHECK(lines() == 2);
    outbox.blame(peer_a, "peer.x", blame_again_ms - 1);
    CHECK(lines() == 0);
    outbox.blame(peer_a, "peer.x", blame_again_ms);
    CHECK(lines() == 1);
}

TEST_CASE("where nobody is up, nothing is sent to nobody") {
    Outbox outbox{{peer_a}};
    outbox.send(peer_a, Bytes(1), Lane::votes);
    outbox.send_validators(Bytes(1), Lane::votes);
    outbox.send_all(Bytes(1), Lane::votes);
    outbox.set_up(peer_b);
    outbox.send_validators(Bytes(1), Lane::votes);
    CHECK(outbox.take().empty());
    outbox.set_up(peer_a);
    outbox.send_validators(Bytes(1), Lane::votes);
    CHECK(addressed(outbox) == std::vector{peer_a});
}

TEST_CASE("of a step that ends badly the findings are kept, and nothing else leaves") {
    Outbox outbox;
    outbox.set_up(peer_a);
    outbox.send(peer_a, Bytes(1), Lane::votes);
    outbox.log(LogEvent::Level::info, "x");
    outbox.reply(RequestToken{1}, Accepted{});
    outbox.push(EvidenceFound{.accused = peer_b, .evidence = {}});
    outbox.keep_findings();
    const std::vector<Action> kept = outbox.take();
    REQUIRE(kept.size() == 2);
    CHECK(all_of<LogEvent>(kept).size() == 1);
    CHECK(all_of<EvidenceFound>(kept).size() == 1);
}

}  // namespace datadeed::replica
