#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "ledger/execution.h"
#include "node/replica/actions.h"
#include "node/replica/executor.h"
#include "node/replica/mempool.h"

namespace datadeed::replica {

// Decides what enters the pool and what leaves it unordered. Every node does so by itself and by the same rules: a
// transaction is tried on the state of the tip with what has entered since. One that applies is sound: consensus waits
// for it. One that doesn't is refused at once, unless something on its way may still make it apply (a block in the
// making, an earlier transaction of the same member, blocks that this node lacks): then it waits, unsound, and is tried
// again after each block. So a hopeless transaction that one primary dropped is dropped by all, and its client gets the
// same code wherever it asked. One thread.
class Admission {
public:
    // Borrows both.
    Admission(const Executor& executor, Mempool& pool) : executor_{&executor}, pool_{&pool} {}

    // What is known about the moment.
    struct Moment {
        std::uint64_t now_ms{};  // monotonic
        TimeMs wall{};
        bool unsettled{};  // a proposal is being decided, or certified blocks are missing here
    };

    // Another node, which told a transaction.
    struct Peer {
        ledger::MemberId name{};
        bool observes{};  // it has no vote
    };

    struct Entered {};
    struct AlreadyIn {};
    using Verdict = std::variant<Entered, AlreadyIn, ledger::Refusal, Busy>;
    // A peer's that applies may displace what peers told of its member: unsound ones, and those with later nonces.
    // `peer` told it; nobody: a client handed it in.
    [[nodiscard]] Verdict admit(const TransactionPtr& transaction, const std::optional<Peer>& peer,
                                const Moment& moment);
    // What a peer told in one message, in the order in which it is to be admitted: as told, if all of it may be tried.
    // Else what isn't here yet, of the signer first that costs least in it, each signer's as told; behind it what waits
    // here already: what costs much, or is told again and again, uses up what may be tried behind the others'.
    [[nodiscard]] std::vector<TransactionPtr> cheapest_signers_first(const std::vector<TransactionPtr>& told,
                                                                     const Peer& peer) const;
    // Time has passed (monotonic): a budget begins, if the present one is tick_period_ms old. Of one, admit() tries of
    // each validator, of all observers together, and of all clients, what costs admit_cost_max (the last refused one
    // costs twice), and then says too_much_at_once; but for observers, admit_small_cost_max more of those that cost
    // little, so that dear ones turn nobody away; of one observer what costs admit_observer_cost_max, but its first may
    // cost all that observers have left, and it owes what is beyond its part of the next ones. What would displace
    // others and is refused costs its sender displacing_time_parts times its time before the next such is tried.
    void on_tick(std::uint64_t now_ms);
    void begin_budget();  // what on_tick() does when it is time

    using Dropped = std::vector<std::pair<ledger::TxId, ledger::Refusal>>;
    // Tries again what waits unsound, once a tip and at rest once in trial_lives_ms, and sound ones that several blocks
    // have passed by; when `idle`, the oldest sound ones as often, since rights end. What costs more than
    // review_cost_max has its turn the next time. Returns what has left the pool for good.
    [[nodiscard]] Dropped review(const Moment& moment, bool idle);

    // Of the members' first sound ones the one that has been offered longest: what consensus holds the primary to. One
    // that waits for long applies to the tip itself; what doesn't any more is marked so. Null when there is none, or
    // none was found for review_cost_max.
    [[nodiscard]] const Pending* oldest_waiting(const Moment& moment);

    // By how many blocks it was passed by since it was offered, but for those that it may take to order one transaction
    // of each member: the most that it did on a tip since then.
    [[nodiscard]] std::uint64_t passed_by(const Pending& offered) const;
    // There's a new tip, and what its block has is gone.
    void note_tip();

    // A block of the chain has it: it leaves the pool, and what its member has behind it was not passed by.
    void note_ordered(const CheckedTransaction& transaction);
    // A transaction of the pool was tried in a block of this node's and refused. Tries it on the tip if it was sound.
    void note_refused(const ledger::TxId& id, const Moment& moment);
    // The tip has moved, or something has left the pool: what was tried stands on a state that is gone. To be called
    // before the next admit or review.
    void forget_trial() { trial_.reset(); }

private:
    [[nodiscard]] std::size_t left_of_budget(const std::optional<Peer>& peer) const;
    // For a transaction of this whole cost.
    void spend(const std::optional<Peer>& peer, std::size_t spent, std::size_t whole);
    [[nodiscard]] static std::optional<ledger::MemberId> payer_of(const std::optional<Peer>& peer);
    [[nodiscard]] bool is_small(const std::optional<Peer>& peer, std::size_t cost) const;
    [[nodiscard]] bool may_try(const std::optional<Peer>& peer, std::size_t cost) const;
    [[nodiscard]] bool may_displace(const ledger::MemberId& peer, const Moment& moment) const;
    void note_displaced_none(const ledger::MemberId& peer, std::size_t cost, const Moment& moment);
    [[nodiscard]] ledger::MemberId member_of(const crypto::PublicKey& signer) const;
    [[nodiscard]] Verdict enter(Pending pending, const std::vector<ledger::TxId>& leaving);
    [[nodiscard]] Result<void, ledger::Refusal> try_on_tip(const CheckedTransaction& transaction, TimeMs wall) const;
    [[nodiscard]] Result<void, ledger::Refusal> try_on_trial(const CheckedTransaction& transaction, TimeMs wall);
    // What doesn't apply any more.
    [[nodiscard]] std::vector<ledger::TxId> renew_trial(const Moment& moment);
    [[nodiscard]] bool is_refused_now(const Pending& pending, const Moment& moment) const;
    [[nodiscard]] std::vector<ledger::TxId> due_again(const Moment& moment, bool idle) const;
    [[nodiscard]] Verdict admit_again(Pending& known, const std::optional<Peer>& peer, const Moment& moment);
    [[nodiscard]] std::optional<ledger::Refusal> review_one(Pending& pending, const Moment& moment);

    const Executor* executor_;
    Mempool* pool_;
    std::optional<ledger::BlockExecution> trial_;  // on the tip's state; gone when that changes
    std::size_t trial_count_{0};
    std::map<std::optional<ledger::MemberId>, std::size_t>
        admit_costs_;  // of this budget, by validator; of all clients
    std::map<std::optional<ledger::MemberId>, std::size_t> small_costs_;  // and what small ones alone have
    std::map<ledger::MemberId, std::size_t> observer_costs_;              // with what each owes from before
    std::size_t observers_cost_{0};                                       // of this budget, of all of them
    std::map<ledger::MemberId, std::uint64_t> displacing_free_us_;        // of each peer: its time is used up to then
    std::uint64_t budget_ms_{0};                                          // when it began
    std::uint64_t renewed_ms_{0};
    MostSince blocks_for_firsts_;
};

}  // namespace datadeed::replica
