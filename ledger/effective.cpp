#include "ledger/effective.h"

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "ledger/lookup.h"

namespace datadeed::ledger {
namespace {

GrantRecord parent_of(const GrantRecord& grant, const StateView& state) {
    std::optional<GrantRecord> parent = find_grant(state, *grant.parent);
    DATADEED_ASSERT(parent.has_value());
    return std::move(*parent);
}

std::uint64_t own_uses_left(const GrantRecord& grant) {
    return grant.used >= grant.terms.uses ? 0 : grant.terms.uses - grant.used;
}

}  // namespace

std::string_view name(GrantStatus status) {
    switch (status) {
        case GrantStatus::active:
            return "active";
        case GrantStatus::not_yet:
            return "not_yet";
        case GrantStatus::exhausted:
            return "exhausted";
        case GrantStatus::expired:
            return "expired";
        case GrantStatus::revoked:
            return "revoked";
    }
    return "";
}

GrantStatus own_status(const GrantRecord& grant, TimeMs now) {
    if (grant.revocation) return GrantStatus::revoked;
    if (now >= grant.terms.until) return GrantStatus::expired;
    if (own_uses_left(grant) == 0) return GrantStatus::exhausted;
    if (grant.terms.from && now < *grant.terms.from) return GrantStatus::not_yet;
    return GrantStatus::active;
}

Effectiveness effective(const GrantId& id, const GrantRecord& grant, TimeMs now, const StateView& state) {
    Effectiveness worst{.status = own_status(grant, now), .cause = id};
    GrantRecord at = grant;
    while (at.parent) {
        const GrantId parent_id = *at.parent;
        at = parent_of(at, state);
        const GrantStatus status = own_status(at, now);
        if (status > worst.status) worst = {.status = status, .cause = parent_id};
    }
    return worst;
}

std::uint64_t uses_left(const GrantRecord& grant, const StateView& state) {
    std::uint64_t left = own_uses_left(grant);
    GrantRecord at = grant;
    while (at.parent) {
        at = parent_of(at, state);
        left = std::min(left, own_uses_left(at));
    }
    return left;
}

}  // namespace datadeed::ledger
