#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/types.h"
#include "ledger/grant_record.h"
#include "ledger/state.h"
#include "ledger/types.h"

namespace datadeed::ledger {

// In the order in which one hides another: a grant that is both revoked and expired shows as revoked.
enum class GrantStatus : std::uint8_t {
    active = 1,
    not_yet = 2,    // its first moment is still to come
    exhausted = 3,  // no use is left
    expired = 4,
    revoked = 5,  // for ever
};

// "active", "not_yet", "exhausted", "expired", "revoked".
[[nodiscard]] std::string_view name(GrantStatus status);

struct Effectiveness {
    GrantStatus status{GrantStatus::active};
    GrantId cause{};  // the grant that it comes from: itself, or the nearest one above it. Itself when active.

    friend bool operator==(const Effectiveness&, const Effectiveness&) = default;
};

// What the grant's own record says at block time `now`, whatever is above it.
[[nodiscard]] GrantStatus own_status(const GrantRecord& grant, TimeMs now);

// A grant and all above it, itself first: at most depth_max + 1.
struct HeldGrant {
    GrantId id{};
    GrantRecord record{};
};
using Lineage = std::vector<HeldGrant>;

// Reads each of them once. The grants above `grant` must be in the state (asserted).
[[nodiscard]] Lineage lineage_of(const GrantId& id, GrantRecord grant, const StateView& state);

// Whether the first of them holds at block time `now` in this state: no grant does that hangs on one that doesn't. The
// worst status of all (rights semantics in docs/transactions.md). The state is the one at the height that is asked
// about. Pure.
[[nodiscard]] Effectiveness effective(const Lineage& lineage, TimeMs now);

// Uses left for the first of them: the least of what it and those above it have left.
[[nodiscard]] std::uint64_t uses_left(const Lineage& lineage);

}  // namespace datadeed::ledger
