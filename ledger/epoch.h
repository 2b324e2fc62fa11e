#pragma once

#include <cstdint>

#include "base/fields.h"
#include "base/types.h"
#include "crypto/sign.h"
#include "ledger/types.h"
#include "ledger/validators.h"

// Who serves from when on, and whose the keys of nodes are. Encoded by their fields() into the state. Plain values; any
// thread.

namespace datadeed::ledger {

// A span of heights in which the same nodes serve. It ends where the next one begins; `nodes` are those that vote on
// the blocks at its heights.
struct Epoch {
    EpochNumber number{};  // 0 at genesis
    Height from{};         // 1 at genesis
    ValidatorSet nodes{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("number", self.number);
        visit("from_height", self.from);
        visit("nodes", self.nodes);
    }
    friend bool operator==(const Epoch&, const Epoch&) = default;
};

// What a node's key signs. Numbers stand in the state: never reuse one.
enum class NodeKeyPurpose : std::uint8_t { vote = 1, link = 2, cosign = 3 };
[[nodiscard]] constexpr bool is_known(NodeKeyPurpose purpose) {
    return purpose >= NodeKeyPurpose::vote && purpose <= NodeKeyPurpose::cosign;
}

// A node's key belongs to one member and one purpose for ever, in use or not.
struct NodeKeyRecord {
    MemberId member{};
    NodeKeyPurpose purpose{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("member", self.member, Limit{member_id_max});
        visit("purpose", self.purpose);
    }
    friend bool operator==(const NodeKeyRecord&, const NodeKeyRecord&) = default;
};

}  // namespace datadeed::ledger
