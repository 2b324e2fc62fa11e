#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "crypto/sign.h"
#include "node/api/backend.h"
#include "node/metrics.h"
#include "node/replica/events.h"
#include "node/throttled_keys.h"
#include "node/verify_pool.h"

namespace datadeed::node {

// Clients' transactions on their way: who waits for which answer, and until when. The API's thread only.
class Submissions {
public:
    using Clock = std::chrono::steady_clock;

    // Transactions whose clients have their answer already and that are still followed, so that /v1/tx can say
    // "pending" of them.
    static constexpr std::size_t followed_max = 8192;

    // All three must outlive it.
    Submissions(VerifyPool& pool, Inbox& inbox, Metrics& metrics) : pool_{&pool}, inbox_{&inbox}, metrics_{&metrics} {}

    // See api::Backend::submit.
    void submit(Bytes transaction, std::chrono::milliseconds wait, Clock::time_point now, api::WhenSubmitted done);

    // What came of it. Tokens that aren't known are ignored: their clients have stopped waiting.
    void on_reply(const replica::Reply& reply, Clock::time_point now);
    void on_refused(replica::RequestToken token, const replica::Unusable& why);
    void on_overload(replica::RequestToken token);

    // Answers those whose time to wait is over. To be called some ten times a second.
    void on_time(Clock::time_point now);

    // Answers everybody with node.stopping, now and from now on.
    void stop();

    [[nodiscard]] bool is_pending(const ledger::TxId& id) const { return accepted_.contains(id); }

private:
    using Deadlines = std::multimap<Clock::time_point, replica::RequestToken>;
    struct Waiting {
        api::WhenSubmitted done{};                  // empty when the client has its answer
        bool at_once{};                             // the client waits for Accepted only
        Deadlines::iterator deadline{};             // valid while the client waits
        std::optional<ledger::TxId> id{};           // once it was accepted
        std::optional<crypto::PublicKey> signer{};  // as it says itself; none when the bytes are no COSE_Sign1
    };
    using Entries = std::map<replica::RequestToken, Waiting>;

    [[nodiscard]] api::WhenSubmitted take_done(Entries::iterator entry);
    void on_not_taken(Entries::iterator entry, const replica::NotTaken& busy, Clock::time_point now);
    void on_accepted(Entries::iterator entry, const replica::Accepted& accepted);
    void answer(Entries::iterator entry, const api::Submitted& outcome);
    void finish(Entries::iterator entry, const api::Submitted& outcome);
    void erase(Entries::iterator entry);
    void count(const api::Submitted& outcome);

    VerifyPool* pool_;
    Inbox* inbox_;
    Metrics* metrics_;
    std::uint64_t last_token_{0};
    bool stopping_{false};
    Entries waiting_;
    std::map<ledger::TxId, std::uint32_t> accepted_;  // with how many entries of waiting_ name each
    Deadlines deadlines_;
    std::size_t followed_{0};
    ThrottledKeys throttled_;
};

}  // namespace datadeed::node
