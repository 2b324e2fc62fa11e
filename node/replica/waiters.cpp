#include "node/replica/waiters.h"

#include <utility>

namespace datadeed::replica {

bool Waiters::add(const ledger::TxId& id, RequestToken token) {
    if (by_token_.size() >= count_max_) return false;
    if (!by_token_.emplace(token, id).second) return false;
    by_id_[id].push_back(token);
    return true;
}

void Waiters::forget(RequestToken token) {
    const auto found = by_token_.find(token);
    if (found == by_token_.end()) return;
    const auto waiting = by_id_.find(found->second);
    std::erase(waiting->second, token);
    if (waiting->second.empty()) by_id_.erase(waiting);
    by_token_.erase(found);
}

std::vector<RequestToken> Waiters::take(const ledger::TxId& id) {
    auto found = by_id_.extract(id);
    if (found.empty()) return {};
    for (const RequestToken token : found.mapped()) by_token_.erase(token);
    return std::move(found.mapped());
}

}  // namespace datadeed::replica
