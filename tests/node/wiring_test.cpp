#include "node/wiring.h"

#include <algorithm>

#include "node/replica/wire_codec.h"
#include "node/senders.h"
#include "tests/support/catch.h"

namespace datadeed::node {
namespace {

crypto::PublicKey key_of(std::uint8_t number) {
    crypto::PublicKey key;
    key.value[0] = number;
    return key;
}

const ledger::ValidatorSet nodes{
    .validators = {{.member = ledger::MemberId{"n0"}, .vote = key_of(1), .link = key_of(2), .cosign = key_of(3)},
                   {.member = ledger::MemberId{"n1"}, .vote = key_of(4), .link = key_of(5), .cosign = key_of(6)}},
    .observers = {{.member = ledger::MemberId{"o0"}, .link = key_of(7)}}};

NodeConfig config_of(std::vector<PeerConfig> peers) {
    NodeConfig config;
    config.name = "n0";
    config.peers = std::move(peers);
    return config;
}

PeerConfig peer(std::string name, std::optional<crypto::PublicKey> key = {}) {
    return {.name = std::move(name), .address = {.host = "127.0.0.1", .port = 1}, .key = key};
}

}  // namespace

TEST_CASE("links are welcome by the keys that the chain names") {
    const net::Welcome welcome = welcome_of(config_of({peer("n0"), peer("n1"), peer("later")}), nodes);
    REQUIRE(welcome.peers.size() == 1);
    CHECK(welcome.peers.front().name == "n1");
    CHECK(welcome.peers.front().key == key_of(5));
    CHECK(welcome.key_check(key_of(5)) == "n1");
    CHECK(welcome.key_check(key_of(7)) == "o0");
    CHECK_FALSE(welcome.key_check(key_of(4)));  // for votes
    CHECK_FALSE(welcome.key_check(key_of(9)));
    CHECK(welcome.always_welcome == std::set<std::string>{"n0", "n1"});
    CHECK(unknown_peers(config_of({peer("n1"), peer("later")}), nodes) == std::vector<std::string>{"later"});
}

TEST_CASE("a peer whose key the configuration pins is known by it, whatever the chain has come to here") {
    const NodeConfig config = config_of({peer("later", key_of(9)), peer("n1", key_of(10))});
    const net::Welcome welcome = welcome_of(config, nodes);
    REQUIRE(welcome.peers.size() == 2);
    CHECK(welcome.peers[0].key == key_of(9));
    CHECK(welcome.peers[1].key == key_of(10));
    CHECK(welcome.key_check(key_of(9)) == "later");
    CHECK(welcome.key_check(key_of(10)) == "n1");
    CHECK(welcome.key_check(key_of(5)) == "n1");
    CHECK(unknown_peers(config, nodes).empty());
    CHECK(pinned_peers(config) == std::vector<std::string>{"later", "n1"});
}

TEST_CASE("senders come and go with the epochs, and share what there is") {
    Senders senders{nodes, {"later"}};
    REQUIRE(senders.find("n1"));
    CHECK(senders.find("later"));
    CHECK_FALSE(senders.find("n2"));
    const std::size_t events = senders.events_max();
    const std::size_t number = *senders.find("n1");
    CHECK(senders.at(number).rank == Rank::validator);

    ledger::ValidatorSet next = nodes;
    next.observers.push_back({.member = ledger::MemberId{"n1"}, .link = key_of(5)});
    next.validators[1].member = ledger::MemberId{"n2"};
    next.observers.erase(next.observers.begin());
    senders.begin_epoch(next);
    CHECK(senders.find("n1") == number);
    CHECK(senders.at(number).rank == Rank::other);
    REQUIRE(senders.find("n2"));
    CHECK(senders.at(*senders.find("n2")).rank == Rank::validator);
    CHECK(senders.at(*senders.find("o0")).share.most() == 0);
    CHECK(senders.events_max() == events);
}

TEST_CASE("a question is a message that may be answered with much") {
    using replica::WireMessage;
    CHECK(is_question(encode(WireMessage{replica::FetchBlocks{}})));
    CHECK(is_question(encode(WireMessage{replica::FetchSnapshot{}})));
    CHECK(is_question(encode(WireMessage{replica::FetchPart{}})));
    CHECK_FALSE(is_question(encode(WireMessage{replica::Tip{}})));
    CHECK_FALSE(is_question(encode(WireMessage{replica::Blocks{}})));
    CHECK_FALSE(is_question(encode(WireMessage{replica::Part{}})));
    CHECK_FALSE(is_question({}));
}

}  // namespace datadeed::node
