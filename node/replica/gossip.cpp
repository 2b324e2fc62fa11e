#include "node/replica/gossip.h"

#include <algorithm>
#include <span>

#include "base/assert.h"
#include "node/replica/limits.h"
#include "node/replica/wire_codec.h"

namespace datadeed::replica {

// From then on the primary can know it.
void Gossip::mark_offered(Pending& pending, std::uint64_t since_ms, const Moment& moment) {
    if (pending.offered_ms != 0) return;
    pending.offered_ms = std::max<std::uint64_t>(since_ms, 1);
    pending.offered_at = moment.tip;
}

// Clients can make a node tell much more than one checks of a peer: an honest primary would be left for what still
// waits there to be checked.
std::uint64_t Gossip::checked_at(std::size_t transactions, const Moment& moment) {
    const std::uint64_t now_us = moment.now_ms * 1000;
    checked_us_ = std::max(checked_us_, now_us) + transactions * gossip_transaction_us;
    checked_us_ = std::min(checked_us_, now_us + gossip_lag_max_ms * 1000);
    return checked_us_ / 1000;
}

// It counts as told at once: who hands it in again within this step has it told once.
void Gossip::add_own(const TransactionPtr& transaction, const Moment& moment) {
    Pending* const pending = pool_->find(transaction->tx.id());
    DATADEED_ASSERT(pending != nullptr);
    pending->told_ms = std::max<std::uint64_t>(moment.now_ms, 1);
    to_tell_.push_back(transaction);
}

void Gossip::note_heard(const TransactionPtr& transaction, const ledger::MemberId& peer, bool entered,
                        const Moment& moment) {
    if (peer == moment.primary || self_ == moment.primary) {
        Pending* pending = pool_->find(transaction->tx.id());
        DATADEED_ASSERT(pending != nullptr);
        mark_offered(*pending, moment.now_ms, moment);
    } else if (entered && to_pass_on_.size() < pool_transactions_max) {
        to_pass_on_.emplace_back(moment.now_ms + gossip_pass_on_ms, transaction);
    }
}

// To all validators, in one message.
void Gossip::tell(std::span<const TransactionPtr> batch, const Moment& moment) {
    outbox_->send_validators(encode_transactions(batch), Lane::gossip);
    const std::uint64_t checked_ms = self_ == moment.primary ? moment.now_ms : checked_at(batch.size(), moment);
    for (const TransactionPtr& transaction : batch) {
        Pending* pending = pool_->find(transaction->tx.id());
        if (pending == nullptr) continue;
        pending->told_ms = std::max<std::uint64_t>(moment.now_ms, 1);
        mark_offered(*pending, checked_ms, moment);
    }
}

void Gossip::tell_new(const Moment& moment) {
    for (std::size_t begin = 0; begin < to_tell_.size();) {
        const std::size_t end = end_of_gossip(to_tell_, begin);
        tell(std::span{to_tell_}.subspan(begin, end - begin), moment);
        begin = end;
    }
    to_tell_.clear();
}

void Gossip::on_tick(const Moment& moment) {
    pass_on(moment);
    if (moment.now_ms >= new_primary_ms_ + tick_period_ms) tell_new_primary(moment);
    if (moment.now_ms >= tell_ms_ + gossip_again_ms) tell_again(moment);
}

void Gossip::pass_on(const Moment& moment) {
    std::vector<TransactionPtr> batch;
    for (; !to_pass_on_.empty() && to_pass_on_.front().first <= moment.now_ms; to_pass_on_.pop_front()) {
        Pending* pending = pool_->find(to_pass_on_.front().second->tx.id());
        if (pending == nullptr || pending->offered_ms != 0) continue;
        mark_offered(*pending, checked_at(1, moment), moment);
        batch.push_back(std::move(to_pass_on_.front().second));
    }
    for (std::size_t begin = 0; begin < batch.size();) {
        const std::size_t end = end_of_gossip(batch, begin);
        outbox_->send(moment.primary, encode_transactions(std::span{batch}.subspan(begin, end - begin)), Lane::gossip);
        begin = end;
    }
}

// It may have been lost on its way; whoever holds it tells it. To all, not to the primary alone: a node whose view
// nobody shares may be the only one that knows it. What fills a message has its turn again when all others had theirs
// that were there when it had its own: not when nothing new comes.
void Gossip::tell_again(const Moment& moment) {
    tell_ms_ = moment.now_ms;
    std::vector<TransactionPtr> batch;
    const Arrivals before = round_;
    const auto add_round = [&](const Arrivals& but) {
        const auto add_due = [&](const Pending& pending) {
            if (pending.arrival >= round_.until || pending.admitted_ms + gossip_again_ms > moment.now_ms) return false;
            const bool is_due = pending.told_ms + gossip_again_ms <= moment.now_ms;
            if (is_due && !but.contains(pending.arrival)) batch.push_back(pending.tx);
            return batch.size() < gossip_again_max;
        };
        pool_->for_each_by_age(add_due, round_.from);
    };
    add_round({});
    if (batch.size() < gossip_again_max) {
        round_ = {.from = 0, .until = pool_->next_arrival()};
        add_round(before);
    }
    if (batch.empty()) return;
    batch.resize(end_of_gossip(batch, 0));
    const std::uint64_t last = pool_->find(batch.back()->tx.id())->arrival;
    round_ = {.from = last + 1, .until = before.contains(last) ? before.until : round_.until};
    tell(batch, moment);
}

void Gossip::on_view(const Moment& moment) {
    for_new_primary_ = {};
    if (moment.primary == self_) {
        pool_->for_each_by_age([&](Pending& pending) {
            pending.offered_ms = std::min(pending.offered_ms, moment.now_ms);
            mark_offered(pending, moment.now_ms, moment);
            return true;
        });
        return;
    }
    for_new_primary_.until = pool_->next_arrival();
    pool_->for_each_by_age([](Pending& pending) {
        pending.offered_ms = 0;
        return true;
    });
    tell_new_primary(moment);
}

void Gossip::tell_new_primary(const Moment& moment) {
    if (!outbox_->is_up(moment.primary)) return;
    new_primary_ms_ = moment.now_ms;
    std::vector<TransactionPtr> batch;
    const auto add = [&](const Pending& pending) {
        if (pending.arrival >= for_new_primary_.until) return false;
        if (pending.offered_ms == 0) batch.push_back(pending.tx);  // else it was told to all meanwhile
        return batch.size() < gossip_again_max;
    };
    pool_->for_each_by_age(add, for_new_primary_.from);
    for_new_primary_.from = for_new_primary_.until;
    if (batch.empty()) return;
    batch.resize(end_of_gossip(batch, 0));
    for_new_primary_.from = pool_->find(batch.back()->tx.id())->arrival + 1;
    outbox_->send(moment.primary, encode_transactions(batch), Lane::gossip);
    const std::uint64_t checked_ms = checked_at(batch.size(), moment);
    for (const TransactionPtr& each : batch) mark_offered(*pool_->find(each->tx.id()), checked_ms, moment);
}

}  // namespace datadeed::replica
