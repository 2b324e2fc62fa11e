#include "node/replica/checked.h"

namespace datadeed::replica {

TransactionPtr TransactionCache::find(const Digest& leaf) const {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(leaf);
    return found == entries_.end() ? nullptr : found->second;
}

void TransactionCache::add(const TransactionPtr& transaction) {
    const std::lock_guard lock{mutex_};
    if (!entries_.emplace(transaction->leaf, transaction).second) return;
    order_.push_back(transaction->leaf);
    bytes_ += transaction->tx.raw().size();
    while (bytes_ > bytes_max_ && order_.size() > 1) {
        bytes_ -= entries_.extract(order_.front()).mapped()->tx.raw().size();
        order_.pop_front();
    }
}

std::size_t TransactionCache::size() const {
    const std::lock_guard lock{mutex_};
    return entries_.size();
}

}  // namespace datadeed::replica
