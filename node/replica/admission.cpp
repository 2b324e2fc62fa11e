#include "node/replica/admission.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "ledger/cost.h"
#include "ledger/views.h"
#include "node/replica/limits.h"

namespace datadeed::replica {
namespace {

// Whatever comes: a used nonce stays used, and the window only moves up. So a transaction that is final already is
// never taken in again, and its sender is told its place at once.
bool is_for_good(ledger::Refusal refusal) {
    return refusal == ledger::Refusal::tx_nonce_used || refusal == ledger::Refusal::tx_nonce_below_window;
}

// What it cost to find it out: these are looked for before any operation.
std::size_t cost_until(ledger::Refusal refusal, std::size_t whole) {
    using enum ledger::Refusal;
    constexpr std::array early{tx_expired,       key_not_found,          key_not_yet_valid, key_retired,
                               tx_nonce_too_old, tx_nonce_too_far_ahead, tx_nonce_used,     tx_nonce_below_window};
    return std::ranges::find(early, refusal) != early.end() ? ledger::transaction_base_cost : whole;
}

Busy busy_of(PoolError error) {
    return error == PoolError::member_must_have_room ? Busy::member_has_too_many : Busy::pool_full;
}

static_assert(ledger::transaction_cost_max <= admit_cost_max,
              "one transaction is never more than may be tried at once");

}  // namespace

Result<void, ledger::Refusal> Admission::try_on_tip(const CheckedTransaction& transaction, TimeMs wall) const {
    const ledger::BlockContext context{.height = executor_->tip().height.next(), .time = executor_->time_of_next(wall)};
    ledger::BlockExecution execution{executor_->committer().state(), context, executor_->committer().judge()};
    return execution.apply(transaction.tx);
}

Result<void, ledger::Refusal> Admission::try_on_trial(const CheckedTransaction& transaction, TimeMs wall) {
    if (trial_count_ >= trial_transactions_max) trial_.reset();
    if (!trial_) {
        const ledger::BlockContext context{.height = executor_->tip().height.next(),
                                           .time = executor_->time_of_next(wall)};
        trial_.emplace(executor_->committer().state(), context, executor_->committer().judge());
        trial_count_ = 0;
    }
    ++trial_count_;
    return trial_->apply(transaction.tx);
}

// Empty when nobody's.
ledger::MemberId Admission::member_of(const crypto::PublicKey& signer) const {
    const std::optional<ledger::KeyRecord> key = ledger::find_key(executor_->committer().state(), signer);
    return key ? key->member : ledger::MemberId{};
}

// Nodes tick whenever something comes.
void Admission::on_tick(std::uint64_t now_ms) {
    if (now_ms < budget_ms_ + tick_period_ms) return;
    budget_ms_ = now_ms;
    begin_budget();
}

void Admission::begin_budget() {
    admit_costs_.clear();
    small_costs_.clear();
    observers_cost_ = 0;
    for (auto& [observer, cost] : observer_costs_) cost -= std::min(cost, admit_observer_cost_max);
    std::erase_if(observer_costs_, [](const auto& of_observer) { return of_observer.second == 0; });
}

// Of admit_cost_max, and of what one observer may have of it.
std::size_t Admission::left_of_budget(const std::optional<Peer>& peer) const {
    const auto left = [](std::size_t most, const auto& costs, const auto& name) {
        const auto found = costs.find(name);
        return found == costs.end() ? most : most - std::min(most, found->second);
    };
    if (!peer || !peer->observes) return left(admit_cost_max, admit_costs_, payer_of(peer));
    const std::size_t of_all = admit_cost_max - std::min(admit_cost_max, observers_cost_);
    return std::min(of_all, left(admit_observer_cost_max, observer_costs_, peer->name));
}

std::optional<ledger::MemberId> Admission::payer_of(const std::optional<Peer>& peer) {
    return peer ? std::optional{peer->name} : std::nullopt;
}

void Admission::spend(const std::optional<Peer>& peer, std::size_t spent, std::size_t whole) {
    if (peer && peer->observes) {
        observer_costs_[peer->name] += spent;
        observers_cost_ += spent;
        return;
    }
    (is_small(peer, whole) ? small_costs_ : admit_costs_)[payer_of(peer)] += spent;
}

// Whether what is for small ones alone pays for it.
bool Admission::is_small(const std::optional<Peer>& peer, std::size_t cost) const {
    if (cost > small_cost_max || (peer && peer->observes)) return false;
    const auto spent = small_costs_.find(payer_of(peer));
    return spent == small_costs_.end() || spent->second < admit_small_cost_max;
}

// An observer's first may cost all that observers have left.
bool Admission::may_try(const std::optional<Peer>& peer, std::size_t cost) const {
    if (is_small(peer, cost)) return true;
    const bool is_first = peer && peer->observes && !observer_costs_.contains(peer->name);
    return cost <= (is_first ? admit_cost_max - std::min(admit_cost_max, observers_cost_) : left_of_budget(peer));
}

// Who tells it again may know it to apply by now.
Admission::Verdict Admission::admit_again(Pending& known, const std::optional<Peer>& peer, const Moment& moment) {
    const std::size_t cost = ledger::applying_cost(known.tx->tx.content());
    if (!known.sound && known.checked != executor_->tip().height && may_try(peer, cost)) {
        (void)review_one(known, moment);
        spend(peer, known.sound ? cost : cost_until(known.refusal, cost), cost);
    }
    if (peer) return AlreadyIn{};
    const Result<void, PoolError> moved = pool_->move_to_clients(known);
    return moved ? Verdict{AlreadyIn{}} : Verdict{busy_of(moved.error())};
}

Admission::Verdict Admission::admit(const TransactionPtr& transaction, const std::optional<Peer>& peer,
                                    const Moment& moment) {
    const Source source = peer ? Source::peer : Source::client;
    const std::size_t cost = ledger::applying_cost(transaction->tx.content());
    if (Pending* const known = pool_->find(transaction->tx.id())) return admit_again(*known, peer, moment);
    const bool affordable = may_try(peer, cost);  // before anything is spent: an observer's first may cost more
    if (peer && !affordable && left_of_budget(peer) == 0) return Busy::too_much_at_once;
    Pending pending{.tx = transaction,
                    .member = member_of(transaction->tx.signer()),
                    .source = source,
                    .admitted_ms = moment.now_ms,
                    .admitted_at = executor_->tip().height,
                    .checked = executor_->tip().height,
                    .refused_ms = moment.now_ms};
    // Before it costs more, and before the trial holds it: what couldn't enter even if it applied isn't executed. A
    // client is told so, and its key throttled; a peer may go on, so that to look costs it something.
    const Result<std::vector<ledger::TxId>, PoolError> leaving = pool_->leaving_for(pending);
    if (peer) spend(peer, pool_->size_of(pending.member) / pool_looks_per_unit + 1, cost);
    if (!leaving) return busy_of(leaving.error());
    DATADEED_ASSERT(peer || leaving->empty());
    if (!affordable) return Busy::too_much_at_once;
    if (!leaving->empty() && !may_displace(peer->name, moment)) return Busy::too_much_at_once;
    Result<void, ledger::Refusal> alone = try_on_trial(*transaction, moment.wall);
    spend(peer, alone ? cost : cost_until(alone.error(), cost), cost);
    if (!alone) {
        alone = try_on_tip(*transaction, moment.wall);
        spend(peer, alone ? cost : cost_until(alone.error(), cost), cost);
        if (!alone && !leaving->empty()) note_displaced_none(peer->name, cost, moment);
        if (!alone && is_for_good(alone.error())) return alone.error();
        const bool may_change = moment.unsettled || pool_->size_of(pending.member) > 0 || alone.has_value();
        if (!alone && !may_change) return alone.error();
    }
    pending.sound = alone.has_value();
    if (!alone) pending.refusal = alone.error();
    return enter(std::move(pending), *leaving);
}

bool Admission::may_displace(const ledger::MemberId& peer, const Moment& moment) const {
    const auto free_us = displacing_free_us_.find(peer);
    return free_us == displacing_free_us_.end() || free_us->second <= (moment.now_ms + displacing_saved_ms) * 1000;
}

// What is refused and forgotten comes again as soon as anybody likes; what has displaced others doesn't.
void Admission::note_displaced_none(const ledger::MemberId& peer, std::size_t cost, const Moment& moment) {
    std::uint64_t& free_us = displacing_free_us_[peer];
    free_us = std::max(free_us, moment.now_ms * 1000) + displacing_time_parts * cost;
}

// A later one may need an earlier one, of the same signer or of another: their order is kept while it costs nobody.
std::vector<TransactionPtr> Admission::cheapest_signers_first(const std::vector<TransactionPtr>& told,
                                                              const Peer& peer) const {
    std::size_t all = 0;
    for (const TransactionPtr& each : told) all += ledger::applying_cost(each->tx.content());
    // Each may be refused, twice as dear, and is looked for in its member's queue.
    constexpr std::size_t look_max = 1 + 2 * pool_member_transactions_max / pool_looks_per_unit;
    if (2 * all + look_max * told.size() <= left_of_budget(peer)) return told;
    std::map<crypto::PublicKey, std::size_t> costs;
    for (const TransactionPtr& each : told) costs[each->tx.signer()] += ledger::applying_cost(each->tx.content());
    struct Turn {
        bool is_known{};
        std::size_t cost{};  // of its signer
        std::size_t place{};
        auto operator<=>(const Turn&) const = default;
    };
    std::vector<Turn> order;
    for (const TransactionPtr& each : told) {
        const bool is_known = pool_->find(each->tx.id()) != nullptr;
        order.push_back({.is_known = is_known, .cost = costs.at(each->tx.signer()), .place = order.size()});
    }
    std::ranges::sort(order);
    std::vector<TransactionPtr> turns;
    for (const Turn& turn : order) turns.push_back(told[turn.place]);
    return turns;
}

// Others make room only for one that applies.
Admission::Verdict Admission::enter(Pending pending, const std::vector<ledger::TxId>& leaving) {
    if (!leaving.empty() && !pending.sound) return Busy::member_has_too_many;
    for (const ledger::TxId& id : leaving) pool_->remove(id);
    if (!leaving.empty()) forget_trial();
    const Result<void, PoolError> added = pool_->add(std::move(pending));
    DATADEED_ASSERT(added.has_value());
    return Entered{};
}

// Whether it was refused on this very state a moment ago: then it would be again, unless time has ended it since.
bool Admission::is_refused_now(const Pending& pending, const Moment& moment) const {
    const bool was_refused = !pending.sound && pending.refused_ms && pending.checked == executor_->tip().height;
    return was_refused && moment.now_ms < *pending.refused_ms + trial_lives_ms &&
           pending.tx->tx.content().expires >= executor_->time_of_next(moment.wall);
}

std::optional<ledger::Refusal> Admission::review_one(Pending& pending, const Moment& moment) {
    const Height tip = executor_->tip().height;
    if (!is_refused_now(pending, moment)) {
        const Result<void, ledger::Refusal> applies = try_on_tip(*pending.tx, moment.wall);
        pending.checked = tip;
        pending.refused_ms = moment.now_ms;
        if (!applies) pending.refusal = applies.error();
        pool_->set_sound(pending, applies.has_value());
        // A key that was nobody's when it came.
        if (applies && pending.member == ledger::MemberId{})
            pool_->move_to(member_of(pending.tx->tx.signer()), pending);
    }
    if (pending.sound) return std::nullopt;
    // Two blocks have passed since it came, or nothing is on its way: what it waits for isn't coming.
    const bool waited = tip.value >= pending.admitted_at.value + 2;
    const bool nothing_comes = !moment.unsettled && pool_->sound() == 0;
    return waited || nothing_comes ? std::optional{pending.refusal} : std::nullopt;
}

// What one transaction costs can't be known to be little: whoever makes hopeless ones would have them tried without
// end.
std::vector<ledger::TxId> Admission::due_again(const Moment& moment, bool idle) const {
    const Height tip = executor_->tip().height;
    std::vector<ledger::TxId> due;
    std::size_t cost = 0;
    const auto take = [&](const Pending& pending) {
        if (!is_refused_now(pending, moment)) cost += ledger::applying_cost(pending.tx->tx.content());
        due.push_back(pending.tx->tx.id());
    };
    for (const ledger::TxId& id : pool_->unsound(review_transactions_max)) {
        take(*pool_->find(id));
        if (cost >= review_cost_max) return due;
    }
    std::size_t budget = idle ? review_transactions_max : review_after_block_max;
    pool_->for_each_by_age([&](const Pending& pending) {
        // A sound one that was there two blocks ago and is still here lost against another, or the primary leaves it
        // out.
        if (pending.sound && pending.checked.value + (idle ? 1 : 2) <= tip.value) take(pending);
        return --budget > 0 && cost < review_cost_max;
    });
    return due;
}

Admission::Dropped Admission::review(const Moment& moment, bool idle) {
    std::vector<ledger::TxId> due = due_again(moment, idle);
    for (const ledger::TxId& id : pool_->expired(executor_->time_of_next(moment.wall), review_transactions_max)) {
        due.push_back(id);
    }
    if (idle && moment.now_ms >= renewed_ms_ + trial_lives_ms) {
        for (const ledger::TxId& id : renew_trial(moment)) due.push_back(id);
    }
    Dropped dropped;
    for (const ledger::TxId& id : due) {
        Pending* pending = pool_->find(id);
        if (pending == nullptr) continue;  // named twice, and dropped
        const std::optional<ledger::Refusal> refusal = review_one(*pending, moment);
        if (!refusal) continue;
        dropped.emplace_back(id, *refusal);
        pool_->remove(id);
    }
    if (!dropped.empty()) forget_trial();
    return dropped;
}

// At rest no block says that time passes, and rights end: who waited for what no primary can include would leave one
// after the other.
std::vector<ledger::TxId> Admission::renew_trial(const Moment& moment) {
    forget_trial();
    renewed_ms_ = moment.now_ms;
    std::vector<ledger::TxId> refused;
    std::size_t seen = 0;
    std::size_t cost = 0;
    pool_->for_each_by_age([&](const Pending& pending) {
        if (pending.sound) cost += ledger::applying_cost(pending.tx->tx.content());
        if (pending.sound && !try_on_trial(*pending.tx, moment.wall)) refused.push_back(pending.tx->tx.id());
        return ++seen < review_transactions_max && cost < review_cost_max;
    });
    return refused;
}

// Whoever could order only others would be left for it. A sound mark may be many blocks old. To look for the oldest
// costs something for each that waits, and then it is tried.
const Pending* Admission::oldest_waiting(const Moment& moment) {
    for (std::size_t cost = 0; cost < review_cost_max;) {
        const Pending* const oldest = pool_->oldest_sound(moment.now_ms, executor_->tip().height);
        if (oldest == nullptr || oldest->offered_ms == 0 || oldest->checked == executor_->tip().height) return oldest;
        if (moment.now_ms < oldest->offered_ms + age_tried_ms) return oldest;
        cost += pool_->size() / pool_looks_per_unit + ledger::applying_cost(oldest->tx->tx.content());
        Pending& tried = *pool_->find(oldest->tx->tx.id());
        (void)review_one(tried, moment);
        if (tried.sound) return &tried;
    }
    return nullptr;
}

std::uint64_t Admission::passed_by(const Pending& offered) const {
    const std::uint64_t blocks = executor_->tip().height.value - offered.offered_at.value;
    return blocks - std::min(blocks, blocks_for_firsts_.since(offered.offered_at));
}

void Admission::note_tip() {
    blocks_for_firsts_.note(executor_->tip().height, blocks_for_firsts(pool_->firsts(), executor_->rules()));
}

void Admission::note_ordered(const CheckedTransaction& transaction) {
    if (pool_->size() == 0) return;  // catching up: spares a look-up of the key for each
    const ledger::VerifiedTransaction& tx = transaction.tx;
    const Pending* const known = pool_->find(tx.id());
    pool_->note_ordered(known != nullptr ? known->member : member_of(tx.signer()), tx.content().nonce);
    pool_->remove(tx.id());
}

// What others stood before may apply to the tip: backups, who try it there, go on counting its time.
void Admission::note_refused(const ledger::TxId& id, const Moment& moment) {
    Pending* pending = pool_->find(id);
    DATADEED_ASSERT(pending != nullptr);
    if (pending->sound) {
        (void)review_one(*pending, moment);
    } else {
        pending->checked = executor_->tip().height;
        pending->refused_ms.reset();
    }
}

}  // namespace datadeed::replica
