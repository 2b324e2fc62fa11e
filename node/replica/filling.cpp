#include "node/replica/filling.h"

#include <algorithm>

#include "ledger/cost.h"
#include "node/replica/limits.h"

namespace datadeed::replica {
namespace {

static_assert(ledger::transaction_block_cost_max <= build_cost_max, "no transaction waits for ever");

std::size_t cost_of(const Pending& pending) {
    return ledger::block_cost(pending.tx->tx.content());
}

}  // namespace

Filling::Filling(const ledger::Parameters& rules)
    : transactions_max_{rules.block_transactions_max},
      bytes_max_{std::min<std::size_t>(rules.block_bytes_max, build_bytes_max)} {}

Filling::Room Filling::room_for(const Pending& pending, Height tip) {
    if (taken_.size() >= transactions_max_) return Room::none;
    if (!pending.sound && (pending.checked == tip || refused_cost_ >= build_refused_cost_max)) return Room::not_for_it;
    if (bytes_ + pending.tx->tx.raw().size() > bytes_max_) return Room::none;
    if (has_its_share(pending)) return Room::not_for_member;
    if (cost_ + cost_of(pending) <= build_cost_max) return Room::enough;
    return ++passed_over_ < build_passed_over_max ? Room::not_for_member : Room::none;
}

bool Filling::has_its_share(const Pending& pending) const {
    const auto share = shares_.find(pending.member);
    return share != shares_.end() && share->second > share_max_;
}

// Turns are of equal work: whoever is done first has least to do.
void Filling::take(const Pending& pending, bool is_last_of_member) {
    const std::size_t cost = cost_of(pending);
    std::size_t& share = shares_[pending.member];
    share += cost;
    if (is_last_of_member) share_max_ = std::min(share_max_, std::max(share, build_member_cost_max));
    cost_ += cost;
    bytes_ += pending.tx->tx.raw().size();
    taken_.push_back(pending.tx);
}

void Filling::refuse(const Pending& pending) {
    refused_cost_ += ledger::applying_cost(pending.tx->tx.content());
}

}  // namespace datadeed::replica
