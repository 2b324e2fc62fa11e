#include "node/replica/mempool.h"

#include <algorithm>
#include <limits>
#include <ranges>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "ledger/cost.h"

namespace datadeed::replica {

Mempool::Place Mempool::place_of(const CheckedTransaction& transaction) {
    return {.nonce = transaction.tx.content().nonce, .id = transaction.tx.id()};
}

Result<void, PoolError> Mempool::add(Pending pending) {
    const ledger::TxId id = pending.tx->tx.id();
    if (by_id_.contains(id)) return fail(PoolError::transaction_must_be_new);
    const auto leaving = leaving_for(pending);
    if (!leaving) return fail(leaving.error());
    if (!leaving->empty()) return fail(PoolError::member_must_have_room);
    auto entry = std::make_unique<Entry>(Entry{.pending = std::move(pending)});
    entry->pending.arrival = arrivals_++;
    join_queue(*entry);
    all_.add(*entry->pending.tx);
    if (!entry->pending.sound) mark_unsound(*entry);
    by_arrival_.emplace(entry->pending.arrival, entry.get());
    by_expiry_[entry->pending.tx->tx.content().expires].insert(id);
    by_id_.emplace(id, std::move(entry));
    return {};
}

bool Mempool::remove(const ledger::TxId& id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return false;
    const Entry& entry = *found->second;
    leave_queue(entry);
    all_.remove(*entry.pending.tx);
    unsound_.erase(entry.unsound_since);
    by_arrival_.erase(entry.pending.arrival);
    const auto expiry = by_expiry_.find(entry.pending.tx->tx.content().expires);
    expiry->second.erase(id);
    if (expiry->second.empty()) by_expiry_.erase(expiry);
    by_id_.erase(found);
    return true;
}

void Mempool::join_queue(Entry& entry) {
    Queue& queue = by_member_[entry.pending.member];
    queue.entries.emplace(place_of(*entry.pending.tx), &entry);
    queue.usage_by(entry.pending.source).add(*entry.pending.tx);
}

void Mempool::leave_queue(const Entry& entry) {
    const auto queue = by_member_.find(entry.pending.member);
    if (first_sound(queue->second) == &entry) age_restarts_.insert(entry.pending.member);
    queue->second.entries.erase(place_of(*entry.pending.tx));
    queue->second.usage_by(entry.pending.source).remove(*entry.pending.tx);
    if (!queue->second.entries.empty()) return;
    age_restarts_.erase(entry.pending.member);
    by_member_.erase(queue);
}

void Mempool::move_to(const ledger::MemberId& member, Pending& pending) {
    Entry& entry = *by_id_.at(pending.tx->tx.id());
    leave_queue(entry);
    pending.member = member;
    pending.offered_ms = 0;
    join_queue(entry);
}

Mempool::Usage Mempool::usage_of(const ledger::MemberId& member, Source source) const {
    const auto queue = by_member_.find(member);
    return queue == by_member_.end() ? Usage{} : queue->second.usage[static_cast<std::size_t>(source)];
}

void Mempool::Usage::add(const CheckedTransaction& transaction) {
    ++transactions;
    bytes += transaction.tx.raw().size();
    memory += memory_of(transaction);
}

void Mempool::Usage::remove(const CheckedTransaction& transaction) {
    --transactions;
    bytes -= transaction.tx.raw().size();
    memory -= memory_of(transaction);
}

bool Mempool::member_has_room(const Usage& used, const CheckedTransaction& more) const {
    Usage with = used;
    with.add(more);
    return with.transactions <= limits_.member_transactions && with.bytes <= limits_.member_bytes &&
           with.memory <= limits_.member_memory;
}

// However much some members have waiting: a primary that had no room for others' first would be left for it.
bool Mempool::pool_has_room(const Usage& used, const CheckedTransaction& more, bool is_first) const {
    Usage with = used;
    with.add(more);
    const auto fits = [&](std::size_t amount, std::size_t most) {
        return amount <= (is_first ? most : most - most / limits_.reserved_parts);
    };
    return fits(with.transactions, limits_.transactions) && fits(with.bytes, limits_.bytes) &&
           fits(with.memory, limits_.memory);
}

// As many as it needs; all that may be, when they aren't enough.
std::vector<ledger::TxId> Mempool::displaced_by(const Pending& pending, Usage& member, Usage& all) const {
    const auto queue = by_member_.find(pending.member);
    std::vector<ledger::TxId> leaving;
    if (pending.source != Source::peer || queue == by_member_.end()) return leaving;
    const auto let_leave = [&](bool sound) {
        for (const auto& [place, entry] : queue->second.entries | std::views::reverse) {
            const bool is_first = member.transactions == 0;
            if (member_has_room(member, *pending.tx) && pool_has_room(all, *pending.tx, is_first)) return;
            if (sound && place < place_of(*pending.tx)) return;  // it comes first
            if (entry->pending.source != Source::peer || entry->pending.sound != sound) continue;
            leaving.push_back(place.id);
            for (Usage* const usage : {&member, &all}) usage->remove(*entry->pending.tx);
        }
    };
    let_leave(false);
    let_leave(true);
    return leaving;
}

Result<std::vector<ledger::TxId>, PoolError> Mempool::leaving_for(const Pending& pending) const {
    Usage member = usage_of(pending.member, pending.source);
    Usage all = all_;
    std::vector<ledger::TxId> leaving = displaced_by(pending, member, all);
    if (!pool_has_room(all, *pending.tx, member.transactions == 0)) return fail(PoolError::pool_must_have_room);
    if (!member_has_room(member, *pending.tx)) return fail(PoolError::member_must_have_room);
    return leaving;
}

Result<void, PoolError> Mempool::move_to_clients(Pending& pending) {
    if (pending.source == Source::client) return {};
    Queue& queue = by_member_.at(pending.member);
    const Usage& member = queue.usage_by(Source::client);
    if (!member_has_room(member, *pending.tx)) return fail(PoolError::member_must_have_room);
    Usage others = all_;
    others.remove(*pending.tx);
    if (!pool_has_room(others, *pending.tx, member.transactions == 0)) return fail(PoolError::pool_must_have_room);
    queue.usage_by(Source::peer).remove(*pending.tx);
    queue.usage_by(Source::client).add(*pending.tx);
    pending.source = Source::client;
    return {};
}

Pending* Mempool::find(const ledger::TxId& id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second->pending;
}

void Mempool::set_sound(Pending& pending, bool sound) {
    Entry& entry = *by_id_.at(pending.tx->tx.id());
    if (!sound && first_sound(by_member_.at(pending.member)) == &entry) age_restarts_.insert(pending.member);
    unsound_.erase(entry.unsound_since);
    const bool has_become_sound = sound && !pending.sound;
    pending.sound = sound;
    if (!sound) mark_unsound(entry);
    if (has_become_sound && first_sound(by_member_.at(pending.member)) == &entry) age_restarts_.insert(pending.member);
}

void Mempool::note_ordered(const ledger::MemberId& member, ledger::Nonce nonce) {
    const auto queue = by_member_.find(member);
    if (queue == by_member_.end()) return;
    const Entry* const first = first_sound(queue->second);
    if (first != nullptr && nonce < first->pending.tx->tx.content().nonce) age_restarts_.insert(member);
}

void Mempool::mark_unsound(Entry& entry) {
    entry.unsound_since = ++verdicts_;
    unsound_.emplace(entry.unsound_since, &entry);
}

std::vector<Pending> Mempool::take_expired(TimeMs time) {
    std::vector<Pending> expired;
    while (!by_expiry_.empty() && by_expiry_.begin()->first < time) {
        const ledger::TxId id = *by_expiry_.begin()->second.begin();
        expired.push_back(*find(id));
        remove(id);
    }
    return expired;
}

std::vector<ledger::TxId> Mempool::expired(TimeMs time, std::size_t count_max) const {
    std::vector<ledger::TxId> ids;
    for (const auto& [expires, expiring] : by_expiry_) {
        if (expires >= time) break;
        for (const ledger::TxId& id : expiring) {
            if (ids.size() >= count_max) return ids;
            ids.push_back(id);
        }
    }
    return ids;
}

// Of members with equal work that one is first for which backups would leave this primary first (oldest_sound).
void Mempool::for_each_in_turns(const Visit& visit) const {
    struct Turn {
        std::size_t cost{};  // of what was visited of the member
        std::uint64_t age{};
        std::size_t order{};
        std::map<Place, Entry*>::const_iterator next;
        std::map<Place, Entry*>::const_iterator end;
    };
    std::vector<Turn> turns;
    for (const auto& [member, queue] : by_member_) {
        turns.push_back({.age = age_key(first_sound(queue)),
                         .order = turns.size(),
                         .next = queue.entries.begin(),
                         .end = queue.entries.end()});
    }
    const auto is_later = [](const Turn& a, const Turn& b) {
        return std::tuple{a.cost, a.age, a.order} > std::tuple{b.cost, b.age, b.order};
    };
    std::ranges::make_heap(turns, is_later);
    while (!turns.empty()) {
        std::ranges::pop_heap(turns, is_later);
        Turn& turn = turns.back();
        const Pending& pending = turn.next->second->pending;
        const bool is_last = ++turn.next == turn.end;
        const Wants wants = visit(pending, is_last);
        if (wants == Wants::nothing) return;
        if (wants == Wants::more) turn.cost += ledger::block_cost(pending.tx->tx.content());
        if (is_last || wants == Wants::others) {
            turns.pop_back();
        } else {
            std::ranges::push_heap(turns, is_later);
        }
    }
}

void Mempool::for_each_by_age(const std::function<bool(Pending&)>& visit, std::uint64_t from) {
    for (auto at = by_arrival_.lower_bound(from); at != by_arrival_.end(); ++at) {
        if (!visit(at->second->pending)) return;
    }
}

std::vector<ledger::TxId> Mempool::unsound(std::size_t count_max) const {
    std::vector<ledger::TxId> ids;
    for (const auto& [since, entry] : unsound_) {
        if (ids.size() >= count_max) break;
        ids.push_back(entry->pending.tx->tx.id());
    }
    return ids;
}

Mempool::Entry* Mempool::first_sound(const Queue& queue) {
    const auto found =
        std::ranges::find_if(queue.entries, [](const auto& entry) { return entry.second->pending.sound; });
    return found == queue.entries.end() ? nullptr : found->second;
}

// Less is older. What the primary can't know yet has 0, which wraps around to the youngest.
std::uint64_t Mempool::age_key(const Entry* first) {
    return first == nullptr ? std::numeric_limits<std::uint64_t>::max() : first->pending.offered_ms - 1;
}

void Mempool::restart_ages(std::uint64_t now_ms, Height tip) {
    for (const ledger::MemberId& member : age_restarts_) {
        Entry* const first = first_sound(by_member_.at(member));
        if (first == nullptr || first->pending.offered_ms == 0) continue;
        first->pending.offered_ms = std::max(first->pending.offered_ms, now_ms);
        first->pending.offered_at = tip;
    }
    age_restarts_.clear();
}

const Pending* Mempool::oldest_sound(std::uint64_t now_ms, Height tip) {
    restart_ages(now_ms, tip);
    const Entry* oldest = nullptr;
    for (const auto& [member, queue] : by_member_) {
        Entry* const first = first_sound(queue);
        // Blocks count from when the primary can know it, too.
        if (first != nullptr && first->pending.offered_ms > now_ms) first->pending.offered_at = tip;
        if (first != nullptr && (oldest == nullptr || age_key(first) < age_key(oldest))) oldest = first;
    }
    return oldest == nullptr ? nullptr : &oldest->pending;
}

Mempool::Firsts Mempool::firsts() const {
    Firsts all;
    for (const auto& [member, queue] : by_member_) {
        const Entry* const first = first_sound(queue);
        if (first == nullptr) continue;
        ++all.transactions;
        all.bytes += first->pending.tx->tx.raw().size();
        all.cost += ledger::block_cost(first->pending.tx->tx.content());
    }
    return all;
}

std::size_t Mempool::size_of(const ledger::MemberId& member) const {
    const auto found = by_member_.find(member);
    return found == by_member_.end() ? 0 : found->second.entries.size();
}

}  // namespace datadeed::replica
