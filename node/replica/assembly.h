#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/parameters.h"
#include "ledger/types.h"
#include "node/replica/limits.h"
#include "node/replica/mempool.h"

namespace datadeed::replica {

// The most work (ledger::block_cost) after which a member begins nothing more in a block. What bounded one block holds
// on for share_bound_ms of block time, since those who wait have something in most blocks, not in each. One thread.
class ShareBound {
public:
    // Of a block of this time.
    [[nodiscard]] std::size_t at(TimeMs time) const { return holds(time) ? cost_ : build_cost_max; }
    // A block of this time found this; nothing changes while less holds.
    void set(std::size_t cost, TimeMs time);

private:
    // Not before it was set, either: clocks are set back.
    [[nodiscard]] bool holds(TimeMs time) const { return since_ <= time && time.value - since_.value < share_bound_ms; }

    std::size_t cost_{build_cost_max};
    TimeMs since_{};
};

// Decides what goes into a block in the making: bounds on transactions, bytes and ledger::block_cost. Once all that
// waits of a member is in it, the others' shares are bounded too, so that it doesn't wait for their bulk. One thread.
class BlockAssembly {
public:
    // Of no member more than `share_max` but for the one transaction that crosses it.
    explicit BlockAssembly(const ledger::Parameters& rules, std::size_t share_max = build_cost_max);

    // Nothing when it may be tried on the state of `tip`; else how to go on without it. Each call counts a member whose
    // next one costs more than is left, up to build_passed_over_max.
    [[nodiscard]] std::optional<Mempool::Wants> pass_over(const Pending& pending, Height tip);

    // It applied, or it was refused; it wasn't to be passed over.
    void take(const Pending& pending);
    void refuse(const Pending& pending);
    // Nothing more of this member waits.
    void note_end(const ledger::MemberId& member);
    // What the others stop behind since all that waited of a member is in the block; nothing when that is so of none.
    [[nodiscard]] std::optional<std::size_t> found_bound() const { return found_bound_; }

    [[nodiscard]] std::vector<TransactionPtr> finish() && { return std::move(taken_); }

private:
    [[nodiscard]] bool is_in_vain(const Pending& pending, Height tip) const;
    [[nodiscard]] bool has_its_share(const ledger::MemberId& member) const;
    [[nodiscard]] bool is_done() const;

    std::size_t transactions_max_;
    std::size_t bytes_max_;
    std::vector<TransactionPtr> taken_;
    std::size_t bytes_{0};
    std::size_t cost_{0};
    std::map<ledger::MemberId, std::size_t> shares_;  // of cost_
    std::size_t share_max_;
    std::optional<std::size_t> found_bound_;
    std::size_t passed_over_{0};
    std::size_t refused_cost_{0};
    std::map<ledger::MemberId, std::size_t> wasted_;  // of refused_cost_, by what was thought sound
};

// Beyond one, how many blocks it may take until each member's first sound one is in, of those that wait now.
[[nodiscard]] std::uint64_t blocks_for_firsts(const Mempool::Firsts& firsts, const ledger::Parameters& rules);

// The most of these numbers since a height: as firsts are ordered, fewer of them wait. One thread.
class MostSince {
public:
    // Heights rise.
    void note(Height height, std::uint64_t number);
    // 0 when none was noted from there on.
    [[nodiscard]] std::uint64_t since(Height height) const;

private:
    std::deque<std::pair<Height, std::uint64_t>> falling_;  // each less than the one before: what is hidden is gone
};

}  // namespace datadeed::replica
