#include "node/replica/gossip.h"

#include "base/assert.h"
#include "node/replica/limits.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {

namespace {

const ledger::MemberId self{"self"};
const ledger::MemberId primary{"primary"};
const ledger::MemberId backup{"backup"};
const ledger::MemberId an_observer{"observer"};

struct Town {
    Town() {
        for (const ledger::MemberId& peer : {primary, backup, an_observer}) outbox.set_up(peer);
    }
    TransactionPtr enter(const std::string& name, std::uint64_t now_ms) {
        const TransactionPtr transaction = solo.registration(0, name);
        DATADEED_ASSERT(pool.add({.tx = transaction, .admitted_ms = now_ms, .sound = true}).has_value());
        return transaction;
    }
    // Who was sent something since the last time.
    std::vector<ledger::MemberId> told() {
        std::vector<ledger::MemberId> peers;
        for (const SendTo& send : testing::all_of<SendTo>(outbox.take())) {
            peers.insert(peers.end(), send.peers.begin(), send.peers.end());
        }
        return peers;
    }
    static Gossip::Moment at(std::uint64_t now_ms, const ledger::MemberId& reigns = primary) {
        return {.now_ms = now_ms, .tip = Height{now_ms / 10}, .primary = reigns};
    }

    testing::Solo solo;
    Mempool pool;
    Outbox outbox{{self, primary, backup}};
    Gossip gossip{self, pool, outbox};
};

using Peers = std::vector<ledger::MemberId>;

}  // namespace

TEST_CASE("what a client hands in is told to all validators at once, and its age begins") {
    Town town;
    const TransactionPtr own = town.enter("a", 1'000);
    town.gossip.add_own(own);
    town.gossip.tell_new(Town::at(1'000));
    CHECK(town.told() == Peers{backup, primary});
    CHECK(town.pool.find(own->tx.id())->offered_ms == 1'000);
    town.gossip.tell_new(Town::at(1'010));
    CHECK(town.told().empty());
}

TEST_CASE("what somebody told to backups only reaches the primary soon, and its age begins then") {
    Town town;
    const TransactionPtr heard = town.enter("a", 1'000);
    town.gossip.note_heard(heard, an_observer, true, Town::at(1'000));
    town.gossip.on_tick(Town::at(1'000 + gossip_pass_on_ms - 1));
    CHECK(town.told().empty());
    CHECK(town.pool.find(heard->tx.id())->offered_ms == 0);
    town.gossip.on_tick(Town::at(1'000 + gossip_pass_on_ms));
    CHECK(town.told() == Peers{primary});
    CHECK(town.pool.find(heard->tx.id())->offered_ms == 1'000 + gossip_pass_on_ms);
    CHECK(town.pool.find(heard->tx.id())->offered_at == Town::at(1'000 + gossip_pass_on_ms).tip);
}

TEST_CASE("what is decided within a moment, or came from the primary, isn't passed on") {
    Town town;
    const TransactionPtr decided = town.enter("a", 1'000);
    town.gossip.note_heard(decided, backup, true, Town::at(1'000));
    REQUIRE(town.pool.remove(decided->tx.id()));
    const TransactionPtr known = town.enter("b", 1'000);
    town.gossip.note_heard(known, primary, true, Town::at(1'000));
    const TransactionPtr both = town.enter("c", 1'000);
    town.gossip.note_heard(both, backup, true, Town::at(1'000));
    town.gossip.note_heard(both, primary, false, Town::at(1'010));
    town.gossip.on_tick(Town::at(1'000 + gossip_pass_on_ms));
    CHECK(town.told().empty());
    CHECK(town.pool.find(known->tx.id())->offered_ms == 1'000);
    CHECK(town.pool.find(both->tx.id())->offered_ms == 1'010);
}

TEST_CASE("a new primary is told what waits, and what waits for long is told to all again") {
    Town town;
    const TransactionPtr waiting = town.enter("a", 1'000);
    town.gossip.on_view(Town::at(1'500, backup));
    CHECK(town.told() == Peers{backup});
    CHECK(town.pool.find(waiting->tx.id())->offered_ms == 1'500);
    town.gossip.on_tick(Town::at(1'000 + gossip_again_ms, backup));
    CHECK(town.told() == Peers{backup, primary});
    town.gossip.on_tick(Town::at(1'000 + 2 * gossip_again_ms - 1, backup));
    CHECK(town.told().empty());
    town.gossip.on_tick(Town::at(1'000 + 2 * gossip_again_ms, backup));
    CHECK(town.told() == Peers{backup, primary});
}

TEST_CASE("what was told a moment ago keeps nothing else from being told again") {
    Town town;
    const TransactionPtr told = town.enter("a", 1'000);
    town.gossip.add_own(told);
    town.gossip.tell_new(Town::at(1'000 + gossip_again_ms - 1));
    (void)town.told();
    const TransactionPtr untold = town.enter("b", 1'000);
    town.gossip.on_tick(Town::at(1'000 + gossip_again_ms));
    CHECK(town.told() == Peers{backup, primary});
    CHECK(town.pool.find(untold->tx.id())->told_ms == 1'000 + gossip_again_ms);
    CHECK(town.pool.find(told->tx.id())->told_ms == 1'000 + gossip_again_ms - 1);
}

}  // namespace datadeed::replica
