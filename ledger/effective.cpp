#include "ledger/effective.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "ledger/lookup.h"

namespace datadeed::ledger {
namespace {

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

Lineage lineage_of(const GrantId& id, GrantRecord grant, const StateView& state) {
    Lineage lineage = {{.id = id, .record = std::move(grant)}};
    while (const std::optional<GrantId> above = lineage.back().record.parent) {
        std::optional<GrantRecord> parent = find_grant(state, *above);
        DATADEED_ASSERT(parent.has_value());
        lineage.push_back({.id = *above, .record = std::move(*parent)});
    }
    return lineage;
}

Effectiveness effective(const Lineage& lineage, TimeMs now) {
    Effectiveness worst{.status = GrantStatus::active, .cause = lineage.front().id};
    for (const HeldGrant& held : lineage) {
        const GrantStatus status = own_status(held.record, now);
        if (status > worst.status) worst = {.status = status, .cause = held.id};
    }
    return worst;
}

std::uint64_t uses_left(const Lineage& lineage) {
    std::uint64_t left = own_uses_left(lineage.front().record);
    for (const HeldGrant& held : lineage) left = std::min(left, own_uses_left(held.record));
    return left;
}

}  // namespace datadeed::ledger
