#include "node/replica/gossip.h"

#include <algorithm>
#include <span>

#include "base/assert.h"
#include "node/replica/limits.h"
#include "tests/replica/late.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {

namespace {

const ledger::MemberId self{"self"};
const ledger::MemberId primary{"primary"};
const ledger::MemberId backup{"backup"};
const ledger::MemberId an_observer{"observer"};

// What stands in each message that was sent, one after another.
using Letters = std::vector<std::vector<TransactionPtr>>;

std::vector<TransactionPtr> joined(const Letters& letters) {
    std::vector<TransactionPtr> all;
    for (const auto& letter : letters) all.insert(all.end(), letter.begin(), letter.end());
    return all;
}

struct Town {
    Town() {
        for (const ledger::MemberId& peer : {primary, backup, an_observer}) outbox.set_up(peer);
    }
    TransactionPtr enter(const std::string& name, std::uint64_t now_ms) {
        return enter(solo.registration(0, name), now_ms);
    }
    TransactionPtr enter(const TransactionPtr& transaction, std::uint64_t now_ms) {
        DATADEED_ASSERT(pool.add({.tx = transaction, .admitted_ms = now_ms, .sound = true}).has_value());
        return transaction;
    }
    // More of them than one message may hold.
    std::vector<TransactionPtr> enter_large(std::uint64_t now_ms) {
        const ledger::RegisterData part{.data = ledger::DatasetId{"d"},
                                        .title = std::string(ledger::title_max, 'T'),
                                        .type = "t",
                                        .commitment = {}};
        const std::vector<ledger::Operation> operations(ledger::operations_max, part);
        std::vector<TransactionPtr> all;
        while (pool.bytes() < gossip_bytes_max * 3 / 4) all.push_back(enter(solo.make(0, operations), now_ms));
        return all;
    }
    // Each is within its size.
    Letters letters() {
        Letters all;
        const std::vector<Action> actions = outbox.take();
        for (const SendTo& send : testing::all_of<SendTo>(actions)) {
            CHECK(send.bytes->size() <= size_max_of(WireKind::transactions));
        }
        for (const Transactions& message : testing::messages_in<Transactions>(actions)) {
            all.emplace_back();
            for (const ledger::RawTransaction& raw : message.transactions) {
                all.back().push_back(sim::checked(solo.world, raw.bytes));
            }
        }
        return all;
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
    Mempool pool{{.member_transactions = 10'000, .member_memory = pool_memory_max}};
    Outbox outbox{{self, primary, backup}};
    Gossip gossip{self, pool, outbox};
};

using Peers = std::vector<ledger::MemberId>;

}  // namespace

TEST_CASE("what a client hands in is told to all validators at once, and its age begins") {
    Town town;
    const TransactionPtr own = town.enter("a", 1'000);
    town.gossip.add_own(own, Town::at(1'000));
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
    town.gossip.on_view(Town::at(1'100, backup));
    CHECK(town.told() == Peers{backup});
    CHECK(town.pool.find(waiting->tx.id())->offered_ms == 1'100);
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
    town.gossip.add_own(told, Town::at(1'000));
    town.gossip.tell_new(Town::at(1'000 + gossip_again_ms - 1));
    (void)town.told();
    const TransactionPtr untold = town.enter("b", 1'000);
    town.gossip.on_tick(Town::at(1'000 + gossip_again_ms));
    CHECK(town.told() == Peers{backup, primary});
    CHECK(town.pool.find(untold->tx.id())->told_ms == 1'000 + gossip_again_ms);
    CHECK(town.pool.find(told->tx.id())->told_ms == 1'000 + gossip_again_ms - 1);
}

TEST_CASE("what a primary is held to from when on is when it was told it, or could know it first") {
    Town town;
    const TransactionPtr waiting = town.enter("a", 1'000);
    const auto offered = [&] {
        const Pending* const pending = town.pool.find(waiting->tx.id());
        return std::pair{pending->offered_ms, pending->offered_at};
    };
    town.gossip.on_view(Town::at(1'100, backup));
    CHECK(offered() == std::pair{std::uint64_t{1'100}, Town::at(1'100).tip});
    town.gossip.on_view(Town::at(1'200, primary));
    CHECK(offered() == std::pair{std::uint64_t{1'200}, Town::at(1'200).tip});
    town.gossip.on_tick(Town::at(1'000 + gossip_again_ms));
    CHECK(offered() == std::pair{std::uint64_t{1'200}, Town::at(1'200).tip});
    town.gossip.on_view(Town::at(1'400, self));
    CHECK(offered().first == 1'200);
}

TEST_CASE(
    "a primary is held to what it was told when it can have checked what this node told before, at most so late") {
    Town town;
    constexpr std::size_t many = 1'000;
    std::vector<TransactionPtr> all;
    for (std::size_t i = 0; i < many; ++i) all.push_back(town.enter("t" + std::to_string(i), 1'000));
    const auto tell_all = [&](std::uint64_t now_ms) {
        for (const TransactionPtr& each : all) town.gossip.add_own(each, Town::at(now_ms));
        town.gossip.tell_new(Town::at(now_ms));
    };
    const auto offered = [&town](const std::string& name, std::uint64_t now_ms) {
        const TransactionPtr own = town.enter(name, now_ms);
        town.gossip.add_own(own, Town::at(now_ms));
        town.gossip.tell_new(Town::at(now_ms));
        return town.pool.find(own->tx.id())->offered_ms;
    };
    tell_all(1'000);
    CHECK(offered("a", 1'000) == 1'000 + (many + 1) * gossip_transaction_us / 1000);
    CHECK(offered("b", 1'000 + many) == 1'000 + many);
    // What another told and this node passes on stands behind as much.
    tell_all(5'000);
    const TransactionPtr heard = town.enter("c", 5'000);
    town.gossip.note_heard(heard, an_observer, true, Town::at(5'000));
    town.gossip.on_tick(Town::at(5'000 + gossip_pass_on_ms));
    CHECK(town.pool.find(heard->tx.id())->offered_ms >= 5'000 + many * gossip_transaction_us / 1000);
    for (std::size_t i = 0; i < gossip_lag_max_ms * 1000 / (many * gossip_transaction_us); ++i) tell_all(5'000);
    CHECK(offered("d", 5'000) == 5'000 + gossip_lag_max_ms);
    // A node that becomes the primary knows what it told, and what it tells.
    town.gossip.on_view(Town::at(5'100, self));
    CHECK(town.pool.find(heard->tx.id())->offered_ms == 5'100);
    const TransactionPtr own = town.enter("e", 5'100);
    town.gossip.add_own(own, Town::at(5'100, self));
    town.gossip.tell_new(Town::at(5'100, self));
    CHECK(town.pool.find(own->tx.id())->offered_ms == 5'100);
}

TEST_CASE("what a primary hears itself it passes to nobody, and its age begins") {
    Town town;
    const TransactionPtr heard = town.enter("a", 1'000);
    town.gossip.note_heard(heard, backup, true, Town::at(1'000, self));
    CHECK(town.pool.find(heard->tx.id())->offered_ms == 1'000);
    town.gossip.on_tick(Town::at(1'000 + gossip_pass_on_ms));
    CHECK(town.told().empty());
}

TEST_CASE("what is heard again from another peer isn't passed on once more") {
    Town town;
    const TransactionPtr heard = town.enter("a", 1'000);
    town.gossip.note_heard(heard, an_observer, false, Town::at(1'000));
    town.gossip.on_tick(Town::at(1'000 + gossip_pass_on_ms));
    CHECK(town.told().empty());
    CHECK(town.pool.find(heard->tx.id())->offered_ms == 0);
}

TEST_CASE("no more is kept to be passed on than a pool holds") {
    Town town;
    const TransactionPtr often = town.enter("a", 1'000);
    const TransactionPtr last = town.enter("b", 1'000);
    const TransactionPtr too_many = town.enter("c", 1'000);
    const Gossip::Moment now = Town::at(1'000);
    for (std::size_t i = 0; i + 1 < pool_transactions_max; ++i) town.gossip.note_heard(often, an_observer, true, now);
    town.gossip.note_heard(last, an_observer, true, now);
    town.gossip.note_heard(too_many, an_observer, true, now);
    town.gossip.on_tick(Town::at(1'000 + gossip_pass_on_ms));
    CHECK(town.letters() == Letters{{often, last}});
}

TEST_CASE("a new primary is told nothing by an empty pool, and a node that becomes it tells itself nothing") {
    Town town;
    town.gossip.on_view(Town::at(1'000));
    CHECK(town.letters().empty());
    (void)town.enter("a", 1'000);
    town.gossip.on_view(Town::at(1'500, self));
    CHECK(town.letters().empty());
}

TEST_CASE("what waits at a node that becomes the primary counts as offered from then on") {
    Town town;
    const TransactionPtr waiting = town.enter("a", 1'000);
    const TransactionPtr offered = town.enter("b", 1'000);
    const TransactionPtr last = town.enter("c", 1'000);
    town.gossip.note_heard(offered, primary, false, Town::at(1'200));
    town.gossip.on_view(Town::at(1'500, self));
    CHECK(town.pool.find(offered->tx.id())->offered_ms == 1'200);
    for (const TransactionPtr& each : {waiting, last}) CHECK(town.pool.find(each->tx.id())->offered_ms == 1'500);
}

TEST_CASE("only so many go again at once, each in its turn, and none that is young") {
    Town town;
    std::vector<TransactionPtr> old;
    for (std::size_t i = 0; i <= gossip_again_max; ++i) old.push_back(town.enter("d" + std::to_string(i), 1'000));
    const Letters oldest{{old.begin(), old.end() - 1}};
    const Letters last{{old.back()}};
    const auto again = [&town](std::uint64_t times) {
        town.gossip.on_tick(Town::at(1'000 + times * gossip_again_ms));
        return town.letters();
    };
    CHECK(again(1) == oldest);
    town.gossip.on_tick(Town::at(1'020 + gossip_again_ms));
    CHECK(town.letters().empty());
    CHECK(again(2) == Letters{joined({last[0], {old.begin(), old.end() - 2}})});
    CHECK(again(3) == Letters{joined({{old.end() - 2, old.end()}, {old.begin(), old.end() - 3}})});

    Town other;
    const TransactionPtr first = other.enter("a", 1'000);
    const TransactionPtr young = other.enter("b", 1'001);
    other.gossip.on_tick(Town::at(1'000 + gossip_again_ms));
    CHECK(other.letters() == Letters{{first}});
    CHECK(other.pool.find(young->tx.id())->told_ms == 0);
}

TEST_CASE("what doesn't fit into one message goes in several: to all what is new, to the primary what is passed on") {
    Town town;
    const std::vector<TransactionPtr> large = town.enter_large(1'000);
    for (const TransactionPtr& each : large) town.gossip.add_own(each, Town::at(1'000));
    town.gossip.tell_new(Town::at(1'000));
    const Letters told = town.letters();
    CHECK(told.size() > 1);
    CHECK(joined(told) == large);

    Town other;
    const std::vector<TransactionPtr> heard = other.enter_large(1'000);
    for (const TransactionPtr& each : heard) other.gossip.note_heard(each, an_observer, true, Town::at(1'000));
    other.gossip.on_tick(Town::at(1'000 + gossip_pass_on_ms));
    const Letters passed_on = other.letters();
    CHECK(passed_on.size() > 1);
    CHECK(joined(passed_on) == heard);
}

TEST_CASE("a new primary is told all that waits, a message each tick_period_ms, and held to what it was told") {
    Town town;
    const std::vector<TransactionPtr> large = town.enter_large(1'000);
    const auto marked = [&](auto mark, std::uint64_t ms) {
        const auto has = [&](const auto& each) { return town.pool.find(each->tx.id())->*mark == ms; };
        return static_cast<std::size_t>(std::ranges::count_if(large, has));
    };
    for (const TransactionPtr& each : large) town.pool.find(each->tx.id())->offered_ms = 1'050;
    town.gossip.on_view(Town::at(1'100));
    Letters shown = town.letters();
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].size() < large.size());
    const std::uint64_t first_checked_us = 1'100'000 + shown[0].size() * gossip_transaction_us;
    CHECK(marked(&Pending::offered_ms, first_checked_us / 1000) == shown[0].size());
    CHECK(marked(&Pending::offered_ms, 0) == large.size() - shown[0].size());
    town.gossip.on_tick(Town::at(1'100 + tick_period_ms - 1));
    CHECK(town.letters().empty());
    town.gossip.on_tick(Town::at(1'120));
    shown.push_back(joined(town.letters()));
    CHECK(joined(shown) == large);
    const std::uint64_t checked_us = std::max<std::uint64_t>(first_checked_us, 1'120'000);
    CHECK(marked(&Pending::offered_ms, (checked_us + shown[1].size() * gossip_transaction_us) / 1000) ==
          shown[1].size());
    town.gossip.on_tick(Town::at(1'140));
    CHECK(town.letters().empty());
    const std::vector<TransactionPtr> rest = shown[1];
    // To all again goes what fills a message, and then the rest.
    town.gossip.on_tick(Town::at(1'120 + gossip_again_ms));
    CHECK(town.letters() == Letters{shown[0]});
    CHECK(marked(&Pending::told_ms, 1'120 + gossip_again_ms) == shown[0].size());
    town.gossip.on_tick(Town::at(1'120 + 2 * gossip_again_ms));
    // Behind it what had its turn, as far as there's room.
    const TransactionPtr first = shown[0][0];
    shown = town.letters();
    REQUIRE(shown.size() == 1);
    CHECK(std::ranges::equal(rest, std::span{shown[0]}.first(rest.size())));
    CHECK((shown[0].size() > rest.size() && shown[0][rest.size()] == first));
}

TEST_CASE("what waits longest has its turn to be told again, however much comes after it") {
    Town town;
    const TransactionPtr oldest = town.enter("oldest", 1'000);
    std::vector<std::uint64_t> told_at;
    for (std::uint64_t ms = 1'000; ms < 1'000 + 8 * gossip_again_ms; ms += gossip_again_ms) {
        for (std::size_t i = 0; i < gossip_again_max; ++i) {
            (void)town.enter(std::to_string(ms) + "/" + std::to_string(i), ms);
        }
        town.gossip.on_tick(Town::at(ms));
        for (const auto& letter : town.letters()) {
            if (std::ranges::find(letter, oldest) != letter.end()) told_at.push_back(ms - 1'000);
        }
    }
    // Once more behind what came with it, and then behind what came before that message.
    CHECK(told_at == std::vector<std::uint64_t>{gossip_again_ms, 2 * gossip_again_ms, 5 * gossip_again_ms});
}

TEST_CASE("what keeps coming a little at a time takes no turn from what waits longest") {
    Town town;
    const TransactionPtr oldest = town.enter("oldest", 1'000);
    for (std::uint64_t times = 1; times < 6; ++times) {
        const TransactionPtr young = town.enter(std::to_string(times), 1'000 + (times - 1) * gossip_again_ms);
        town.gossip.on_tick(Town::at(1'000 + times * gossip_again_ms));
        const Letters told = town.letters();
        REQUIRE(told.size() == 1);
        CHECK(std::ranges::count(told[0], oldest) == 1);
        CHECK(std::ranges::count(told[0], young) == 1);
    }
}

TEST_CASE("what clients hand in again within a step, though a peer told it, is told once") {
    testing::Late late{sim::validator_name(1)};
    for (const ledger::MemberId& peer : {sim::validator_name(0), sim::validator_name(2)}) {
        (void)late.step(PeerUp{.peer = peer});
    }
    const TransactionPtr known = late.registration(1, "x");
    (void)late.hear(sim::validator_name(2), Transactions{.transactions = {{.bytes = known->tx.raw()}}});
    std::vector<Event> events;
    for (std::uint64_t token = 1; token <= 3; ++token) {
        events.emplace_back(SubmitTransaction{.transaction = known, .token = RequestToken{token}});
    }
    const auto told = testing::messages_in<Transactions>(late.node.replica().step(std::move(events)));
    REQUIRE(told.size() == 1);
    CHECK(told[0].transactions.size() == 1);
}

TEST_CASE("a new primary is told so many at once, and what has left meanwhile isn't missed") {
    Town town;
    std::vector<TransactionPtr> all;
    for (std::size_t i = 0; i < 2 * gossip_again_max + 1; ++i) all.push_back(town.enter(std::to_string(i), 1'000));
    town.gossip.on_view(Town::at(1'000));
    CHECK(town.letters() == Letters{{all.begin(), all.begin() + gossip_again_max}});
    REQUIRE(town.pool.remove(all[gossip_again_max - 1]->tx.id()));
    REQUIRE(town.pool.remove(all[gossip_again_max]->tx.id()));
    const TransactionPtr late = town.enter("late", 1'010);
    town.gossip.on_tick(Town::at(1'020));
    CHECK(town.letters() == Letters{{all.begin() + gossip_again_max + 1, all.end()}});
    CHECK(town.pool.find(late->tx.id())->offered_ms == 0);
    town.gossip.on_tick(Town::at(1'040));
    CHECK(town.letters().empty());
}

TEST_CASE("a new primary is told what waits, and held to it, when it can be reached") {
    Town town;
    const TransactionPtr waiting = town.enter("a", 1'000);
    town.outbox.set_down(backup);
    town.gossip.on_view(Town::at(1'100, backup));
    CHECK(town.pool.find(waiting->tx.id())->offered_ms == 0);
    town.outbox.set_up(backup);
    town.gossip.on_tick(Town::at(1'120, backup));
    CHECK(town.told() == Peers{backup});
    CHECK(town.pool.find(waiting->tx.id())->offered_ms == 1'120);
}

TEST_CASE("what has gone, or was told to all, isn't told to a new primary any more, nor what an earlier one lacked") {
    Town town;
    std::vector<TransactionPtr> large = town.enter_large(1'000);
    town.gossip.on_view(Town::at(1'100));
    const std::size_t told = joined(town.letters()).size();
    REQUIRE(told + 2 < large.size());
    REQUIRE(town.pool.remove(large[told]->tx.id()));
    town.pool.find(large[told + 1]->tx.id())->offered_ms = 1'110;
    town.gossip.on_tick(Town::at(1'120));
    CHECK(joined(town.letters()) == std::vector(large.begin() + static_cast<std::ptrdiff_t>(told) + 2, large.end()));
    town.gossip.on_view(Town::at(1'200, backup));
    (void)town.letters();
    town.gossip.on_view(Town::at(1'210, self));
    town.gossip.on_tick(Town::at(1'220, self));
    CHECK(town.letters().empty());
}

}  // namespace datadeed::replica
