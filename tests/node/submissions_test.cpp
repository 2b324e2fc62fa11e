#include "node/submissions.h"

#include <vector>

#include "crypto/cose.h"
#include "ledger/transaction.h"
#include "node/limits.h"
#include "tests/support/catch.h"

namespace datadeed::node {
namespace {

using api::ApiError;
using api::Submitted;

constexpr std::chrono::seconds no_wait{0};

ledger::TxId id_of(std::uint8_t number) {
    ledger::TxId id;
    id.value[0] = number;
    return id;
}

replica::Reply accepted(std::uint64_t token, std::uint8_t id) {
    return {.token = replica::RequestToken{token}, .outcome = replica::Accepted{.tx = id_of(id)}};
}

replica::Reply committed(std::uint64_t token, std::uint8_t id) {
    return {.token = replica::RequestToken{token},
            .outcome = replica::Committed{.tx = id_of(id), .height = Height{3}, .log_index = 7, .time = TimeMs{1}}};
}

// A pool without threads takes what it is given and does nothing with it.
struct Bench {
    Metrics metrics{};
    Senders senders{{}};
    Inbox inbox{16};
    replica::TransactionCache cache{};
    ContextPicture context{std::make_shared<const replica::VerifyContext>(
        replica::VerifyContext{.chain = {},
                               .epochs = {consensus::ValidatorSet{{consensus::Validator{.name = "n0"}}}},
                               .cache = &cache,
                               .signatures = nullptr})};
    VerifyPool pool{1, context, inbox, senders, metrics, {.on_refused = [](auto, auto) {}}};
    Submissions submissions{pool, inbox, metrics};
    std::vector<Submitted> answers{};
    Submissions::Clock::time_point now{std::chrono::hours{1}};

    void submit(std::chrono::milliseconds wait, Bytes transaction = Bytes(10, 0)) {
        submissions.submit(std::move(transaction), wait, now,
                           [this](const Submitted& outcome) { answers.push_back(outcome); });
    }
};

TEST_CASE("a client that doesn't wait is answered when its transaction was accepted") {
    Bench bench;
    bench.submit(no_wait);
    CHECK(bench.answers.empty());
    bench.submissions.on_reply(accepted(1, 9), bench.now);
    REQUIRE(bench.answers.size() == 1);
    CHECK(std::holds_alternative<replica::Accepted>(bench.answers[0]));
    CHECK(bench.submissions.is_pending(id_of(9)));
    bench.submissions.on_reply(committed(1, 9), bench.now);
    CHECK(bench.answers.size() == 1);
    CHECK_FALSE(bench.submissions.is_pending(id_of(9)));
}

TEST_CASE("a client that waits is answered when its transaction is final") {
    Bench bench;
    bench.submit(std::chrono::seconds{60});
    bench.submissions.on_reply(accepted(1, 9), bench.now);
    CHECK(bench.answers.empty());
    CHECK(bench.submissions.is_pending(id_of(9)));
    bench.submissions.on_reply(committed(1, 9), bench.now);
    REQUIRE(bench.answers.size() == 1);
    CHECK(std::get<replica::Committed>(bench.answers[0]).log_index == 7);
    CHECK_FALSE(bench.submissions.is_pending(id_of(9)));
}

TEST_CASE("a client whose time is over is told that its transaction was accepted, or that the node is too slow") {
    Bench bench;
    bench.submit(std::chrono::seconds{1});
    bench.submit(std::chrono::seconds{1});
    bench.submissions.on_reply(accepted(1, 9), bench.now);
    const auto now = bench.now;
    bench.submissions.on_time(now);
    CHECK(bench.answers.empty());
    bench.submissions.on_time(now + std::chrono::seconds{2});
    REQUIRE(bench.answers.size() == 2);
    CHECK(std::get<replica::Accepted>(bench.answers[0]).tx == id_of(9));
    CHECK(std::get<ApiError>(bench.answers[1]) == ApiError::node_must_not_be_overloaded);
    CHECK(bench.submissions.is_pending(id_of(9)));
}

TEST_CASE("refusals and overload reach the client that asked") {
    Bench bench;
    bench.submit(no_wait);
    bench.submit(no_wait);
    const replica::Unusable why{.refusal = ledger::Refusal::tx_malformed, .broken = {}};
    bench.submissions.on_refused(replica::RequestToken{1}, why);
    bench.submissions.on_overload(replica::RequestToken{2});
    bench.submissions.on_refused(replica::RequestToken{77}, why);
    REQUIRE(bench.answers.size() == 2);
    CHECK(std::get<replica::Unusable>(bench.answers[0]) == why);
    CHECK(std::get<ApiError>(bench.answers[1]) == ApiError::node_must_not_be_overloaded);
}

TEST_CASE("the same transaction sent twice stays pending until both are answered") {
    Bench bench;
    bench.submit(std::chrono::seconds{60});
    bench.submit(std::chrono::seconds{60});
    bench.submissions.on_reply(accepted(1, 9), bench.now);
    bench.submissions.on_reply(accepted(2, 9), bench.now);
    bench.submissions.on_reply(committed(1, 9), bench.now);
    CHECK(bench.submissions.is_pending(id_of(9)));
    bench.submissions.on_reply(committed(2, 9), bench.now);
    CHECK_FALSE(bench.submissions.is_pending(id_of(9)));
}

Bytes signed_by(const crypto::SecretKey& key) {
    return crypto::encode_sign1(crypto::make_sign1(key, ledger::transaction_type, {}, Bytes{1}));
}

TEST_CASE("a key whose member's quota is full is refused unseen for a while, others aren't") {
    const crypto::SecretKey full = crypto::SecretKey::generate();
    const crypto::SecretKey other = crypto::SecretKey::generate();
    const auto not_taken = [](replica::Busy reason) {
        return replica::Reply{.token = replica::RequestToken{1},
                              .outcome = replica::NotTaken{.tx = {}, .reason = reason}};
    };
    Bench bench;
    bench.submit(no_wait, signed_by(full));
    CHECK(bench.answers.empty());
    bench.submissions.on_reply(not_taken(replica::Busy::member_has_too_many), bench.now);
    REQUIRE(bench.answers.size() == 1);
    bench.submit(no_wait, signed_by(full));
    bench.submit(no_wait, signed_by(other));
    bench.submit(no_wait);
    REQUIRE(bench.answers.size() == 2);
    for (const Submitted& answer : bench.answers) {
        CHECK(std::get<replica::NotTaken>(answer).reason == replica::Busy::member_has_too_many);
    }

    // Until then nothing of it was looked at.
    bench.now += throttle_time;
    bench.submit(no_wait, signed_by(full));
    CHECK(bench.answers.size() == 2);

    Bench crowded;
    crowded.submit(no_wait, signed_by(full));
    crowded.submissions.on_reply(not_taken(replica::Busy::pool_full), crowded.now);
    crowded.submit(no_wait, signed_by(full));
    CHECK(crowded.answers.size() == 1);
}

TEST_CASE("bytes beyond the share of clients are refused at once") {
    Bench bench;
    bench.submissions.submit(Bytes(clients_bytes, 0), no_wait, bench.now,
                             [&](const Submitted& outcome) { bench.answers.push_back(outcome); });
    REQUIRE(bench.answers.size() == 1);
    CHECK(std::get<ApiError>(bench.answers[0]) == ApiError::node_must_not_be_overloaded);
}

TEST_CASE("a stopping node answers everybody who waits and takes nothing more") {
    Bench bench;
    bench.submit(std::chrono::seconds{60});
    bench.submissions.stop();
    bench.submit(std::chrono::seconds{60});
    REQUIRE(bench.answers.size() == 2);
    for (const Submitted& answer : bench.answers)
        CHECK(std::get<ApiError>(answer) == ApiError::node_must_not_be_stopping);
}

}  // namespace
}  // namespace datadeed::node
