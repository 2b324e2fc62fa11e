#include "node/replica/assembly.h"

#include <algorithm>

#include "ledger/cost.h"

namespace datadeed::replica {
namespace {

static_assert(ledger::transaction_block_cost_max <= build_cost_max, "no transaction waits for ever");

std::size_t cost_of(const Pending& pending) {
    return ledger::block_cost(pending.tx->tx.content());
}

std::size_t bytes_max_of(const ledger::Parameters& rules) {
    return std::min<std::size_t>(rules.block_bytes_max, build_bytes_max);
}

}  // namespace

void ShareBound::set(std::size_t cost, TimeMs time) {
    if (cost > at(time)) return;
    cost_ = cost;
    since_ = time;
}

BlockAssembly::BlockAssembly(const ledger::Parameters& rules, std::size_t share_max)
    : transactions_max_{rules.block_transactions_max}, bytes_max_{bytes_max_of(rules)}, share_max_{share_max} {}

std::optional<Mempool::Wants> BlockAssembly::pass_over(const Pending& pending, Height tip) {
    using Wants = Mempool::Wants;
    if (is_done()) return Wants::nothing;
    if (is_in_vain(pending, tip)) return Wants::skip;
    const bool has_bytes = bytes_ + pending.tx->tx.raw().size() <= bytes_max_;
    const bool has_room = has_bytes && cost_ + cost_of(pending) <= build_cost_max;
    // What is behind it isn't kept out by what may never go in.
    if (!pending.sound && !has_room) return Wants::skip;
    if (!has_bytes) return Wants::nothing;
    if (has_its_share(pending.member)) return Wants::others;
    if (has_room) return std::nullopt;
    return ++passed_over_ < build_passed_over_max ? Wants::others : Wants::nothing;
}

// Or too much was tried in vain: the block goes without the rest.
bool BlockAssembly::is_done() const {
    return taken_.size() >= transactions_max_ || refused_cost_ >= build_cost_max;
}

// It was refused on this very state, or others have cost enough: of all, or, of what was thought sound, its member's.
// Even what applies to the tip may not, behind another.
bool BlockAssembly::is_in_vain(const Pending& pending, Height tip) const {
    if (!pending.sound) return pending.checked == tip || refused_cost_ >= build_refused_cost_max;
    const auto wasted = wasted_.find(pending.member);
    return wasted != wasted_.end() && wasted->second >= build_refused_cost_max;
}

bool BlockAssembly::has_its_share(const ledger::MemberId& member) const {
    const auto share = shares_.find(member);
    return share != shares_.end() && share->second > std::min(share_max_, found_bound_.value_or(build_cost_max));
}

// Two blocks in a row that have no room for the next one hold more together than one may, of transactions, bytes or
// work.
std::uint64_t blocks_for_firsts(const Mempool::Firsts& firsts, const ledger::Parameters& rules) {
    const auto blocks = [](std::size_t amount, std::size_t most) { return 2 * amount / most; };
    return blocks(firsts.transactions, rules.block_transactions_max) + blocks(firsts.bytes, bytes_max_of(rules)) +
           blocks(firsts.cost, build_cost_max);
}

void MostSince::note(Height height, std::uint64_t number) {
    while (!falling_.empty() && falling_.back().second <= number) falling_.pop_back();
    falling_.emplace_back(height, number);
}

std::uint64_t MostSince::since(Height height) const {
    const auto found = std::ranges::find_if(falling_, [&](const auto& each) { return each.first >= height; });
    return found == falling_.end() ? 0 : found->second;
}

void BlockAssembly::take(const Pending& pending) {
    const std::size_t cost = cost_of(pending);
    shares_[pending.member] += cost;
    cost_ += cost;
    bytes_ += pending.tx->tx.raw().size();
    taken_.push_back(pending.tx);
}

void BlockAssembly::refuse(const Pending& pending) {
    // What was thought sound is tried on the tip then (Admission::note_refused).
    const std::size_t cost = (pending.sound ? 2 : 1) * ledger::applying_cost(pending.tx->tx.content());
    refused_cost_ += cost;
    if (pending.sound) wasted_[pending.member] += cost;
}

// Turns are of equal work: whoever is done first has least to do.
void BlockAssembly::note_end(const ledger::MemberId& member) {
    const auto share = shares_.find(member);
    if (share == shares_.end()) return;
    const std::size_t bound = std::max(share->second, build_member_cost_max);
    found_bound_ = std::min(found_bound_.value_or(bound), bound);
}

}  // namespace datadeed::replica
