#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "ledger/types.h"
#include "node/replica/mempool.h"
#include "node/replica/outbox.h"

namespace datadeed::replica {

// Who is told of which transaction, and when. What clients of this node hand in goes to all validators at once, so that
// backups watch over it. What peers hand in goes to the primary, unless it is decided within a moment: somebody may
// have told the backups only, and they would hold the primary to what it doesn't know. What still waits after a while
// goes to all again. The primary is held to each from when it can have checked what it was told before. One thread; the
// moment is handed in.
class Gossip {
public:
    // Borrows both.
    Gossip(ledger::MemberId self, Mempool& pool, Outbox& outbox)
        : self_{std::move(self)}, pool_{&pool}, outbox_{&outbox} {}

    struct Moment {
        std::uint64_t now_ms{};  // monotonic
        Height tip{};
        ledger::MemberId primary{};
    };

    // A client of this node handed it in, and it has entered the pool.
    void add_own(const TransactionPtr& transaction, const Moment& moment);
    // A peer has told it, and it is in the pool, now (`entered`) or before.
    void note_heard(const TransactionPtr& transaction, const ledger::MemberId& peer, bool entered,
                    const Moment& moment);

    // To all validators: what clients handed in since the last time.
    void tell_new(const Moment& moment);
    // Time has passed: to the primary what its time has come for, to all what has waited for long.
    void on_tick(const Moment& moment);
    // To a new primary all that waits, a message at once and one each tick_period_ms, what has waited longest first:
    // its time for each begins when it is told. When this node is the primary, what has no time yet, or a later one,
    // begins now.
    void on_view(const Moment& moment);

private:
    static void mark_offered(Pending& pending, std::uint64_t since_ms, const Moment& moment);
    [[nodiscard]] std::uint64_t checked_at(std::size_t transactions, const Moment& moment);
    void tell(std::span<const TransactionPtr> batch, const Moment& moment);
    void pass_on(const Moment& moment);
    void tell_again(const Moment& moment);
    void tell_new_primary(const Moment& moment);

    ledger::MemberId self_;
    Mempool* pool_;
    Outbox* outbox_;
    std::vector<TransactionPtr> to_tell_;
    std::deque<std::pair<std::uint64_t, TransactionPtr>> to_pass_on_;  // from when on; for gossip_pass_on_ms each
    // Arrivals in the pool, from the first on up to but without the second.
    struct Arrivals {
        std::uint64_t from{};
        std::uint64_t until{};
        [[nodiscard]] bool contains(std::uint64_t arrival) const { return from <= arrival && arrival < until; }
    };
    Arrivals for_new_primary_;  // what a new primary hasn't been told yet
    Arrivals round_;            // what is told again before the oldest has its turn again
    std::uint64_t tell_ms_{0};
    std::uint64_t new_primary_ms_{0};  // when a new primary was told some of it
    std::uint64_t checked_us_{0};      // when a primary has checked what it was told
};

}  // namespace datadeed::replica
