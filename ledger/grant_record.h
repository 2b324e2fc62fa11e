#pragma once

#include <optional>
#include <string>

#include "base/fields.h"
#include "ledger/terms.h"
#include "ledger/types.h"

// What the state says of a grant, encoded by its fields(). Plain values; any thread.

namespace datadeed::ledger {

struct Revocation {
    MemberId by{};
    std::string reason{};
    Height height{};
    TimeMs time{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("by", self.by, Limit{member_id_max});
        visit("reason", self.reason, Limit{reason_max});
        visit("height", self.height);
        visit("time_ms", self.time);
    }
    friend bool operator==(const Revocation&, const Revocation&) = default;
};

// Whether a grant is in effect stands nowhere: it is derived (effective.h).
struct GrantRecord {
    DatasetId data{};
    MemberId grantor{};
    MemberId grantee{};
    std::optional<GrantId> parent{};
    Terms terms{};
    std::uint64_t used{};  // uses recorded on this grant and on all below it
    std::optional<Revocation> revocation{};
    Height created{};
    TimeMs created_time{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("data", self.data, Limit{dataset_id_max});
        visit("grantor", self.grantor, Limit{member_id_max});
        visit("grantee", self.grantee, Limit{member_id_max});
        visit("parent", self.parent);
        visit("terms", self.terms);
        visit("used", self.used);
        visit("revocation", self.revocation);
        visit("created_height", self.created);
        visit("created_ms", self.created_time);
    }
    friend bool operator==(const GrantRecord&, const GrantRecord&) = default;
};

}  // namespace datadeed::ledger
