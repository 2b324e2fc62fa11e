#include "node/turns.h"

#include <map>
#include <string>
#include <vector>

#include "node/conduct.h"
#include "tests/support/catch.h"

namespace datadeed::node {
namespace {

using TextTurns = Turns<std::string>;

constexpr TextTurns::Kind validator{.rank = Rank::validator};
constexpr TextTurns::Kind other{.rank = Rank::other};
constexpr TextTurns::Kind clients{.rank = Rank::other, .one_at_a_time = false};

// One thread's work, until nothing is left or `count` pieces are done.
std::vector<std::string> work_off(TextTurns& turns, std::size_t count = SIZE_MAX) {
    std::vector<std::string> done;
    while (done.size() < count) {
        std::optional<TextTurns::Turn> turn = turns.take();
        if (!turn) break;
        done.push_back(turn->work);
        (void)turns.done(turn->sender);
    }
    return done;
}

// How many bytes of each sender's work are done in the first `count` pieces, when each piece is its cost as text.
std::map<std::size_t, std::size_t> bytes_of(TextTurns& turns, std::size_t count) {
    std::map<std::size_t, std::size_t> bytes;
    for (std::size_t i = 0; i < count; ++i) {
        std::optional<TextTurns::Turn> turn = turns.take();
        REQUIRE(turn);
        bytes[turn->sender] += std::stoul(turn->work);
        (void)turns.done(turn->sender);
    }
    return bytes;
}

void fill(TextTurns& turns, std::size_t sender, std::size_t cost, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) turns.push(sender, cost, std::to_string(cost));
}

}  // namespace

TEST_CASE("what a sender has waiting keeps its order") {
    for (const TextTurns::Kind kind : {validator, other, clients}) {
        TextTurns turns;
        const std::size_t one = turns.add(kind);
        for (const char* const work : {"a", "b", "c", "d"}) turns.push(one, 10'000, work);
        CHECK(work_off(turns) == std::vector<std::string>{"a", "b", "c", "d"});
        CHECK(turns.is_empty());
    }
}

TEST_CASE("a validator's message is next, however much observers and clients have waiting") {
    TextTurns turns;
    const std::size_t client = turns.add(clients);
    const std::size_t watcher = turns.add(other);
    const std::size_t voter = turns.add(validator);
    fill(turns, client, 1'300, 10'000);
    fill(turns, watcher, 1'000'000, 16);
    CHECK(work_off(turns, 3).size() == 3);
    turns.push(voter, 1'200, "vote");
    turns.push(voter, 1'200, "vote");
    CHECK(work_off(turns, 2) == std::vector<std::string>{"vote", "vote"});
}

TEST_CASE("validators that flood leave a part for observers and clients") {
    TextTurns turns;
    const std::size_t client = turns.add(clients);
    const std::size_t flooder = turns.add(validator);
    fill(turns, client, 1'000, 1'000);
    fill(turns, flooder, 1'000, 9'000);
    const std::map<std::size_t, std::size_t> bytes = bytes_of(turns, 900);
    CHECK(bytes.at(client) == 100'000);
    CHECK(bytes.at(flooder) == validators_part * 100'000);
}

TEST_CASE("a sender whose rank changes keeps what it has waiting, and its order") {
    TextTurns turns;
    const std::size_t joining = turns.add(other);
    const std::size_t observer = turns.add(other);
    for (const char* const work : {"a", "b"}) turns.push(joining, 10'000, work);
    turns.push(observer, 10'000, "o");
    turns.set_rank(joining, Rank::validator);
    CHECK(work_off(turns) == std::vector<std::string>{"a", "b", "o"});
    turns.set_rank(joining, Rank::other);  // with nothing waiting
    turns.push(joining, 10'000, "c");
    turns.set_rank(observer, Rank::validator);
    turns.push(observer, 10'000, "p");
    CHECK(work_off(turns) == std::vector<std::string>{"p", "c"});
}

TEST_CASE("senders of one rank get the same, whatever the size of their messages") {
    for (const TextTurns::Kind kind : {validator, other}) {
        TextTurns turns;
        const std::size_t large = turns.add(kind);
        const std::size_t small = turns.add(kind);
        fill(turns, large, 1'000'000, 100);
        fill(turns, small, 1'250, 100'000);
        const std::map<std::size_t, std::size_t> bytes = bytes_of(turns, 20'000);
        CHECK(bytes.at(large) + 1'000'000 + turn_bytes > bytes.at(small));
        CHECK(bytes.at(small) + 1'000'000 + turn_bytes > bytes.at(large));
    }
}

TEST_CASE("a sender that is idle saves up nothing") {
    TextTurns turns;
    const std::size_t idler = turns.add(other);
    const std::size_t worker = turns.add(other);
    for (int i = 0; i < 1'000; ++i) {
        turns.push(idler, 1, "1");
        CHECK(work_off(turns).size() == 1);
    }
    fill(turns, worker, 1'000, 1'000);
    fill(turns, idler, 1'000, 1'000);
    const std::map<std::size_t, std::size_t> bytes = bytes_of(turns, 200);
    CHECK(bytes.at(idler) <= 100'000 + turn_bytes);
}

TEST_CASE("a peer's next message waits until its last one is done, a client's doesn't") {
    TextTurns turns;
    const std::size_t client = turns.add(clients);
    const std::size_t peer = turns.add(validator);
    fill(turns, peer, 1, 2);
    fill(turns, client, 1, 2);
    CHECK(turns.take()->sender == peer);
    CHECK(turns.take()->sender == client);
    CHECK(turns.take()->sender == client);
    CHECK_FALSE(turns.take());
    CHECK_FALSE(turns.is_empty());
    CHECK_FALSE(turns.done(client));
    CHECK(turns.done(peer));
    CHECK(turns.take()->sender == peer);
    CHECK_FALSE(turns.done(peer));
}

TEST_CASE("small messages are those of validators alone, and only where they are next") {
    TextTurns turns;
    const std::size_t watcher = turns.add(other);
    const std::size_t blocked = turns.add(validator);
    const std::size_t voter = turns.add(validator);
    turns.push(watcher, 10, "tip");
    turns.push(blocked, 1'000, "block");
    turns.push(blocked, 10, "vote behind it");
    CHECK_FALSE(turns.take_small(100));
    turns.push(voter, 10, "vote");
    CHECK(turns.take_small(100)->work == "vote");
    CHECK_FALSE(turns.take_small(100));
    CHECK(turns.take()->work == "block");
    CHECK_FALSE(turns.take_small(100));
    CHECK(turns.done(blocked));
    CHECK(turns.take_small(100)->work == "vote behind it");
}

TEST_CASE("so many bad messages within so long are too many") {
    Conduct burst;
    for (std::size_t i = 1; i < bad_messages_max; ++i) CHECK_FALSE(burst.is_too_bad(1, 5'000));
    CHECK(burst.is_too_bad(1, 5'000));
    // It begins anew.
    CHECK_FALSE(burst.is_too_bad(bad_messages_max - 1, 5'000));
    CHECK(burst.is_too_bad(1'000'000, 5'000));

    // Of two threads the one that looked at its clock first comes second, here by much.
    Conduct late;
    CHECK_FALSE(late.is_too_bad(1, 2 * bad_messages_ms));
    CHECK_FALSE(late.is_too_bad(bad_messages_max - 2, bad_messages_ms));
    CHECK(late.is_too_bad(1, 3 * bad_messages_ms - 1));

    Conduct slow;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        CHECK_FALSE(slow.is_too_bad(1, i * bad_messages_ms / (bad_messages_max - 1)));
    }
}

}  // namespace datadeed::node
