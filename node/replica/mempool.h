#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "ledger/error.h"
#include "ledger/types.h"
#include "node/replica/limits.h"
#include "node/replica/pending.h"

namespace datadeed::replica {

// Why a transaction does not enter the pool.
enum class PoolError : std::uint8_t {
    pool_must_have_room,
    member_must_have_room,
    transaction_must_be_new,
};

struct PoolLimits {
    std::size_t transactions{pool_transactions_max};
    std::size_t bytes{pool_bytes_max};    // as signed
    std::size_t memory{pool_memory_max};  // memory_of them
    // Of each member and source.
    std::size_t member_transactions{pool_member_transactions_max};
    std::size_t member_bytes{pool_member_bytes_max};
    std::size_t member_memory{pool_member_memory_max};
    // One part in so many of the pool is only for members of whom nothing else waits from that source.
    std::size_t reserved_parts{pool_reserved_parts};
};

// The transactions that wait, bounded for each member and in all. They leave by being committed, by expiring, by being
// found inapplicable, and, if a peer told them, by being displaced (leaving_for): a change of view takes none away.
// Each member's come in the order of their nonces; the members take turns of equal work. One thread.
class Mempool {
public:
    explicit Mempool(PoolLimits limits = {}) : limits_{limits} {}

    [[nodiscard]] Result<void, PoolError> add(Pending pending);
    // What would have to leave for it where the member's quota or the pool is full: peers' of the same member, unsound
    // ones first, then those with later nonces, the last first. The error says which room is missing even then.
    [[nodiscard]] Result<std::vector<ledger::TxId>, PoolError> leaving_for(const Pending& pending) const;
    // A client hands it in that a peer has told: it counts for the clients' quota from now on. Not when that has no
    // room for it, or the pool has only what is for firsts: else peers' next one would be a first again.
    [[nodiscard]] Result<void, PoolError> move_to_clients(Pending& pending);
    // Its key is known to be this member's: it goes to the member's queue, within its quota or not, and has no age yet.
    void move_to(const ledger::MemberId& member, Pending& pending);
    // False when it isn't there.
    bool remove(const ledger::TxId& id);
    // Borrowed until the pool changes. The marks of an entry are the caller's to set, but `sound` by set_sound.
    [[nodiscard]] Pending* find(const ledger::TxId& id);
    void set_sound(Pending& pending, bool sound);
    // A block has this nonce of the member: the age of its first sound one begins anew, if that comes later.
    void note_ordered(const ledger::MemberId& member, ledger::Nonce nonce);

    // Takes out what has expired at `time`; or names some of it.
    [[nodiscard]] std::vector<Pending> take_expired(TimeMs time);
    [[nodiscard]] std::vector<ledger::TxId> expired(TimeMs time, std::size_t count_max) const;

    // Calls `visit` for one transaction after another, a member's in order of nonces, always of the member whose
    // visited ones cost least in a block so far; of equals, of the one whose first sound one has been offered longest
    // (as of restart_ages). Until it has enough or none is left. `visit` must not change the pool.
    // `skip`: more, and this one counts for nothing; `others`: than this member's.
    // `is_last_of_member`: nothing else of it waits.
    enum class Wants : std::uint8_t { more, skip, others, nothing };
    using Visit = std::function<Wants(const Pending&, bool is_last_of_member)>;
    void for_each_in_turns(const Visit& visit) const;
    // All of them from this arrival on, oldest first, until `visit` returns false. It must not change the pool but for
    // marks.
    void for_each_by_age(const std::function<bool(Pending&)>& visit, std::uint64_t from = 0);
    // Of whatever enters next.
    [[nodiscard]] std::uint64_t next_arrival() const { return arrivals_; }
    // The ids of some that aren't sound, those first that were found so longest ago.
    [[nodiscard]] std::vector<ledger::TxId> unsound(std::size_t count_max) const;
    // The age of a member's first sound one begins anew when one before it is gone, and when it has become sound.
    void restart_ages(std::uint64_t now_ms, Height tip);
    // Of the members' first sound ones the one offered longest ago; null when there is none. Restarts ages before.
    [[nodiscard]] const Pending* oldest_sound(std::uint64_t now_ms, Height tip);
    // Of the members' first sound ones.
    struct Firsts {
        std::size_t transactions{};
        std::size_t bytes{};
        std::size_t cost{};  // ledger::block_cost
    };
    [[nodiscard]] Firsts firsts() const;

    [[nodiscard]] std::size_t size() const { return by_id_.size(); }
    [[nodiscard]] std::size_t bytes() const { return all_.bytes; }
    [[nodiscard]] std::size_t memory() const { return all_.memory; }
    [[nodiscard]] std::size_t sound() const { return by_id_.size() - unsound_.size(); }
    [[nodiscard]] std::size_t size_of(const ledger::MemberId& member) const;
    struct Usage {
        std::size_t transactions{};
        std::size_t bytes{};   // as signed
        std::size_t memory{};  // memory_of them

        void add(const CheckedTransaction& transaction);
        void remove(const CheckedTransaction& transaction);
        friend bool operator==(const Usage&, const Usage&) = default;
    };
    [[nodiscard]] Usage usage_of(const ledger::MemberId& member, Source source) const;

private:
    struct Place {
        ledger::Nonce nonce{};
        ledger::TxId id{};
        friend auto operator<=>(const Place&, const Place&) = default;
    };
    [[nodiscard]] static Place place_of(const CheckedTransaction& transaction);
    struct Entry {
        Pending pending{};
        std::uint64_t unsound_since{};  // its key in unsound_
    };
    struct Queue {
        std::map<Place, Entry*> entries{};
        std::array<Usage, 2> usage{};  // by source
        [[nodiscard]] Usage& usage_by(Source source) { return usage[static_cast<std::size_t>(source)]; }
    };

    [[nodiscard]] bool member_has_room(const Usage& used, const CheckedTransaction& more) const;
    [[nodiscard]] bool pool_has_room(const Usage& used, const CheckedTransaction& more, bool is_first) const;
    // Takes them out of what is used: of its member and source, and of all.
    [[nodiscard]] std::vector<ledger::TxId> displaced_by(const Pending& pending, Usage& member, Usage& all) const;
    void join_queue(Entry& entry);
    void leave_queue(const Entry& entry);
    void mark_unsound(Entry& entry);
    [[nodiscard]] static Entry* first_sound(const Queue& queue);
    [[nodiscard]] static std::uint64_t age_key(const Entry* first);

    PoolLimits limits_;
    std::map<ledger::TxId, std::unique_ptr<Entry>> by_id_;
    std::map<ledger::MemberId, Queue> by_member_;
    std::set<ledger::MemberId> age_restarts_;  // members the age of whose first sound one begins anew
    std::map<std::uint64_t, Entry*> by_arrival_;
    std::map<TimeMs, std::set<ledger::TxId>> by_expiry_;
    std::map<std::uint64_t, const Entry*> unsound_;  // in the order in which they were found so
    std::uint64_t arrivals_{0};
    std::uint64_t verdicts_{0};
    Usage all_{};
};

}  // namespace datadeed::replica
