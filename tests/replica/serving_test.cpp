#include "node/replica/serving.h"

#include "tests/replica/late.h"
#include "tests/replica/solo.h"
#include "tests/support/catch.h"

namespace datadeed::replica {

namespace {

constexpr std::size_t mib = std::size_t{1} << 20U;
constexpr std::uint64_t saved = serve_bytes_per_second * serve_saved_ms / 1'000;
constexpr std::uint64_t saved_for_all = serve_bytes_per_second_all * serve_saved_ms / 1'000;
const ledger::MemberId liar{"a"};
const ledger::MemberId slow_peer{"b"};

// Asks as often as it can at each of these moments, for answers of so many bytes; gives the bytes that it got.
std::uint64_t served(Serving& serving, const ledger::MemberId& peer, std::uint64_t from_ms, std::uint64_t to_ms,
                     std::size_t bytes) {
    std::uint64_t sum = 0;
    for (std::uint64_t now = from_ms; now < to_ms; ++now) {
        while (serving.may_answer(peer, now)) {
            serving.spend(peer, bytes);
            sum += bytes;
        }
    }
    return sum;
}

}  // namespace

TEST_CASE("a peer is served so many bytes a second, however often it asks") {
    Serving serving;
    // What it begins with, ten seconds' worth, and the one answer that goes beyond.
    const std::uint64_t sum = served(serving, liar, 1'000, 11'000, 3 * mib);
    CHECK(sum <= 10 * serve_bytes_per_second + saved + 3 * mib);
    CHECK(sum >= 10 * serve_bytes_per_second);
    CHECK(served(serving, slow_peer, 10'999, 11'000, mib) >= saved);
}

TEST_CASE("small answers and questions in vain are counted as the work that they make") {
    Serving serving;
    std::uint64_t answers = 0;
    for (; serving.may_answer(liar, 1'000); ++answers) serving.spend(liar, 0);
    CHECK(answers == saved / serve_bytes_min);
}

TEST_CASE("all peers together are served so many bytes a second") {
    Serving serving;
    std::uint64_t sum = 0;
    for (int i = 0; i < 20; ++i) {
        const ledger::MemberId peer{"p" + std::to_string(i)};
        sum += served(serving, peer, 1'000, 1'001, mib);
    }
    CHECK(sum <= saved_for_all + mib);
    CHECK(sum >= saved_for_all);
}

TEST_CASE("questions that come too early wait, a few of each peer, and peers take turns") {
    Serving serving;
    serving.spend(liar, saved);
    serving.spend(slow_peer, saved);
    for (std::uint64_t request = 1; request <= 100; ++request) serving.defer(liar, FetchBlocks{.request = request});
    serving.defer(slow_peer, FetchPart{.request = 1});
    CHECK_FALSE(serving.take_turn(0).has_value());
    CHECK_FALSE(serving.may_answer(liar, 1'000));  // not before those that wait
    std::vector<ledger::MemberId> turns;
    while (const std::optional<Serving::Turn> turn = serving.take_turn(1'000)) turns.push_back(turn->peer);
    CHECK(turns.size() == questions_waiting_max + 1);
    CHECK(turns[0] != turns[1]);
    CHECK(serving.may_answer(liar, 1'000));
}

TEST_CASE("a node answers a peer's questions within its allowance, not as often as there are ticks") {
    testing::Solo solo;
    const ledger::MemberId peer{"observer"};
    (void)solo.submit(solo.registration(0, "a"));
    (void)solo.node.replica().step(Event{PeerUp{.peer = peer}});
    const auto ask = [&](std::uint64_t ms) {
        std::vector<Event> events;
        for (std::uint64_t i = 0; i < 100; ++i) {
            events.emplace_back(
                Tick{.now = MonotonicMs{solo.now_ms + ms}, .wall = TimeMs{sim::epoch_ms + solo.now_ms + ms}});
            events.emplace_back(
                PeerMessage{.peer = peer, .message = FetchBlocks{.request = i, .from = Height{1}, .max = 1}});
        }
        return testing::all_of<SendTo>(solo.node.replica().step(std::move(events))).size();
    };
    std::uint64_t answers = 0;
    constexpr std::uint64_t passed_ms = 1;
    for (std::uint64_t i = 0; i < 100; ++i) answers += ask(passed_ms);
    const std::uint64_t due = saved + serve_bytes_per_second * passed_ms / 1'000;
    CHECK(answers >= saved / serve_bytes_min);
    CHECK(answers <= due / serve_bytes_min + fetches_in_flight_max);
}

TEST_CASE("an answer ends behind the block that passes what one may hold") {
    testing::Solo solo;
    const ledger::MemberId peer{"observer"};
    const std::string title(ledger::title_max, 't');
    for (std::uint64_t block = 0; block < fetch_blocks_max; ++block) {
        std::vector<Event> events;
        for (std::size_t i = 0; i < 4; ++i) {
            std::vector<ledger::Operation> operations;
            for (std::size_t k = 0; k < ledger::operations_max; ++k) {
                const ledger::DatasetId data{std::to_string(block) + "/" + std::to_string(i) + "/" + std::to_string(k)};
                operations.emplace_back(ledger::RegisterData{.data = data, .title = title, .type = "table"});
            }
            events.emplace_back(SubmitTransaction{.transaction = solo.make(i % 3, std::move(operations)),
                                                  .token = RequestToken{4 * block + i}});
        }
        (void)solo.node.replica().step(std::move(events));
        (void)solo.tick(20);
    }
    (void)solo.node.replica().step(Event{PeerUp{.peer = peer}});
    const FetchBlocks question{.request = 1, .from = Height{1}, .max = fetch_blocks_max};
    const auto answers = testing::messages_in<Blocks>(
        solo.node.replica().step(Event{PeerMessage{.peer = peer, .message = question}}), peer);
    REQUIRE(answers.size() == 1);
    const std::vector<CertifiedBlock>& blocks = answers[0].blocks;
    std::size_t bytes = 0;
    for (const CertifiedBlock& block : blocks) bytes += block.payload.size();
    REQUIRE(blocks.size() < fetch_blocks_max);
    CHECK(bytes >= fetch_bytes_max);
    CHECK(bytes - blocks.back().payload.size() < fetch_bytes_max);
}

}  // namespace datadeed::replica
