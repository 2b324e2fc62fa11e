#include "node/replica/checked.h"

#include <algorithm>

namespace datadeed::replica {

std::size_t memory_of(const CheckedTransaction& transaction) {
    // As signed, once more as what is signed, and once in what the operations hold.
    return memory_per_transaction + 3 * transaction.tx.raw().size() +
           sizeof(ledger::Operation) * transaction.tx.content().operations.size();
}

std::size_t swelling_of(const CheckedTransaction& transaction) {
    const std::size_t usual = memory_per_transaction + memory_per_byte * transaction.tx.raw().size();
    return std::max(memory_of(transaction), usual) - usual;
}

TransactionPtr TransactionCache::find(const Digest& leaf) const {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(leaf);
    return found == entries_.end() ? nullptr : found->second;
}

void TransactionCache::add(const TransactionPtr& transaction) {
    const std::lock_guard lock{mutex_};
    if (!entries_.emplace(transaction->leaf, transaction).second) return;
    order_.push_back(transaction->leaf);
    memory_ += memory_of(*transaction);
    while (memory_ > memory_max_ && order_.size() > 1) {
        memory_ -= memory_of(*entries_.extract(order_.front()).mapped());
        order_.pop_front();
    }
}

std::size_t TransactionCache::size() const {
    const std::lock_guard lock{mutex_};
    return entries_.size();
}

}  // namespace datadeed::replica
