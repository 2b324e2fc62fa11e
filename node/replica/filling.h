#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "ledger/parameters.h"
#include "ledger/types.h"
#include "node/replica/limits.h"
#include "node/replica/mempool.h"

namespace datadeed::replica {

// What goes into a block in the making: so many transactions, bytes and units of work (ledger::block_cost) in all. And
// once all that waits of a member is in it, so much of any other's work: who waits for this block and for no other must
// not wait long for what fills the next ones as well. One thread.
class Filling {
public:
    explicit Filling(const ledger::Parameters& rules);

    enum class Room : std::uint8_t {
        enough,
        not_for_it,      // it was refused on this state already, or too much was
        not_for_member,  // nor for what its member has behind it
        none,
    };
    // Of the next in turn, on the state of `tip`. Counts those members that there's no room for any more.
    [[nodiscard]] Room room_for(const Pending& pending, Height tip);

    // It applied, or it was refused: in any case there was room for it.
    void take(const Pending& pending, bool is_last_of_member);
    void refuse(const Pending& pending);

    [[nodiscard]] const std::vector<TransactionPtr>& taken() const { return taken_; }

private:
    [[nodiscard]] bool has_its_share(const Pending& pending) const;

    std::size_t transactions_max_;
    std::size_t bytes_max_;
    std::vector<TransactionPtr> taken_;
    std::size_t bytes_{0};
    std::size_t cost_{0};
    std::map<ledger::MemberId, std::size_t> shares_;  // of cost_
    std::size_t share_max_{build_cost_max};
    std::size_t passed_over_{0};
    std::size_t refused_cost_{0};
};

}  // namespace datadeed::replica
