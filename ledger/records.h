#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "crypto/sign.h"
#include "ledger/state.h"
#include "ledger/terms.h"
#include "ledger/types.h"

// What the state says under the keys of state_keys.h, each encoded by its fields(). Plain values; any thread.

namespace datadeed::ledger {

inline constexpr std::size_t keys_max = 16;    // keys that a member holds at a time
inline constexpr std::size_t owners_max = 64;  // owners of one data set

// A key belongs to one member for ever; it signs for that member at heights in [from, until).
struct KeyRecord {
    MemberId member{};
    Height from{};
    std::optional<Height> until{};

    [[nodiscard]] bool holds_at(Height height) const { return from <= height && (!until || height < *until); }

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member, Limit{member_id_max});
        visit("from_height", self.from);
        visit("until_height", self.until);
    }
    friend bool operator==(const KeyRecord&, const KeyRecord&) = default;
};

struct MemberRecord {
    std::string organisation{};
    std::vector<Role> roles{};              // strictly rising
    std::vector<crypto::PublicKey> keys{};  // strictly rising; those not retired, some perhaps from the next height on
    Height admitted{};

    [[nodiscard]] bool has(Role role) const { return std::ranges::binary_search(roles, role); }

    static constexpr void fields(auto& self, auto&& visit) {
        visit("organisation", self.organisation, Limit{organisation_max});
        visit("roles", self.roles, Limit{roles_max});
        visit("keys", self.keys, Limit{keys_max});
        visit("admitted_height", self.admitted);
    }
    friend bool operator==(const MemberRecord&, const MemberRecord&) = default;
};

struct Ownership {
    MemberId member{};
    ShareBp share{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member, Limit{member_id_max});
        visit("share_bp", self.share);
    }
    friend bool operator==(const Ownership&, const Ownership&) = default;
};

struct Managership {
    MemberId member{};
    ManagerScope scope{};
    Height appointed{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member, Limit{member_id_max});
        visit("scope", self.scope);
        visit("appointed_height", self.appointed);
    }
    friend bool operator==(const Managership&, const Managership&) = default;
};

struct DataRecord {
    std::string title{};
    std::string type{};
    std::optional<Digest> commitment{};
    MemberId registrant{};
    Height registered{};
    std::vector<Ownership> owners{};  // by member; no share is 0; the sum is 10,000
    std::optional<Managership> manager{};

    // The member's share, 0 when it owns nothing.
    [[nodiscard]] ShareBp share_of(const MemberId& member_id) const {
        const auto found = std::ranges::find(owners, member_id, &Ownership::member);
        return found == owners.end() ? ShareBp{} : found->share;
    }

    static constexpr void fields(auto& self, auto&& visit) {
        visit("title", self.title, Limit{title_max});
        visit("type", self.type, Limit{data_type_max});
        visit("commitment", self.commitment);
        visit("registrant", self.registrant, Limit{member_id_max});
        visit("registered_height", self.registered);
        visit("owners", self.owners, Limit{owners_max});
        visit("manager", self.manager);
    }
    friend bool operator==(const DataRecord&, const DataRecord&) = default;
};

struct OfferRecord {
    MemberId from{};
    ShareBp share{};
    Height offered{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("from", self.from, Limit{member_id_max});
        visit("share_bp", self.share);
        visit("offered_height", self.offered);
    }
    friend bool operator==(const OfferRecord&, const OfferRecord&) = default;
};

}  // namespace datadeed::ledger
