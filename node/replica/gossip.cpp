#include "node/replica/gossip.h"

#include <algorithm>
#include <span>

#include "base/assert.h"
#include "node/replica/limits.h"
#include "node/replica/wire_codec.h"

namespace datadeed::replica {

// From here on the primary can know it.
void Gossip::mark_offered(Pending& pending, const Moment& moment) const {
    if (pending.offered_ms != 0) return;
    pending.offered_ms = std::max<std::uint64_t>(moment.now_ms, 1);
    pending.offered_at = moment.tip;
}

void Gossip::note_heard(const TransactionPtr& transaction, const ledger::MemberId& peer, bool entered,
                        const Moment& moment) {
    if (peer == moment.primary || self_ == moment.primary) {
        Pending* pending = pool_->find(transaction->tx.id());
        DATADEED_ASSERT(pending != nullptr);
        mark_offered(*pending, moment);
    } else if (entered && to_pass_on_.size() < pool_transactions_max) {
        to_pass_on_.emplace_back(moment.now_ms + gossip_pass_on_ms, transaction);
    }
}

// To all validators, in one message.
void Gossip::tell(std::span<const TransactionPtr> batch, const Moment& moment) {
    outbox_->send_validators(encode_transactions(batch), Lane::gossip);
    for (const TransactionPtr& transaction : batch) {
        Pending* pending = pool_->find(transaction->tx.id());
        if (pending == nullptr) continue;
        pending->told_ms = std::max<std::uint64_t>(moment.now_ms, 1);
        mark_offered(*pending, moment);
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
    tell_new_primary(moment);
    if (moment.now_ms >= tell_ms_ + gossip_again_ms) tell_again(moment);
}

void Gossip::pass_on(const Moment& moment) {
    std::vector<TransactionPtr> batch;
    for (; !to_pass_on_.empty() && to_pass_on_.front().first <= moment.now_ms; to_pass_on_.pop_front()) {
        Pending* pending = pool_->find(to_pass_on_.front().second->tx.id());
        if (pending == nullptr || pending->offered_ms != 0) continue;
        mark_offered(*pending, moment);
        batch.push_back(std::move(to_pass_on_.front().second));
    }
    for (std::size_t begin = 0; begin < batch.size();) {
        const std::size_t end = end_of_gossip(batch, begin);
        outbox_->send(moment.primary, encode_transactions(std::span{batch}.subspan(begin, end - begin)), Lane::gossip);
        begin = end;
    }
}

// It may have been lost on its way; whoever holds it tells it. To all, not to the primary alone: a node whose view
// nobody shares may be the only one that knows it. What fills a message has its turn again when all others had theirs.
void Gossip::tell_again(const Moment& moment) {
    tell_ms_ = moment.now_ms;
    std::vector<TransactionPtr> batch;
    const auto add_due = [&](const Pending& pending) {
        if (pending.admitted_ms + gossip_again_ms > moment.now_ms) return false;
        if (pending.told_ms + gossip_again_ms > moment.now_ms) return true;
        batch.push_back(pending.tx);
        return batch.size() < gossip_again_max;
    };
    pool_->for_each_by_age(add_due, tell_from_);
    if (batch.empty()) pool_->for_each_by_age(add_due);
    if (batch.empty()) return;
    batch.resize(end_of_gossip(batch, 0));
    tell_from_ = pool_->find(batch.back()->tx.id())->arrival + 1;
    tell(batch, moment);
}

void Gossip::on_view(const Moment& moment) {
    for_new_primary_.clear();
    if (moment.primary == self_) return;
    pool_->for_each_by_age([this](Pending& pending) {
        pending.offered_ms = 0;
        for_new_primary_.push_back(pending.tx);
        return true;
    });
    tell_new_primary(moment);
}

void Gossip::tell_new_primary(const Moment& moment) {
    if (!outbox_->is_up(moment.primary)) return;
    std::vector<TransactionPtr> batch;
    for (; !for_new_primary_.empty() && batch.size() < gossip_again_max; for_new_primary_.pop_front()) {
        // Told to all meanwhile, or gone.
        const Pending* const pending = pool_->find(for_new_primary_.front()->tx.id());
        if (pending != nullptr && pending->offered_ms == 0) batch.push_back(for_new_primary_.front());
    }
    if (batch.empty()) return;
    const std::size_t end = end_of_gossip(batch, 0);
    for_new_primary_.insert(for_new_primary_.begin(), batch.begin() + static_cast<std::ptrdiff_t>(end), batch.end());
    batch.resize(end);
    outbox_->send(moment.primary, encode_transactions(batch), Lane::gossip);
    for (const TransactionPtr& transaction : batch) mark_offered(*pool_->find(transaction->tx.id()), moment);
}

}  // namespace datadeed::replica
