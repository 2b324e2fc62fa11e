#pragma once

#include <cstdint>
#include <vector>

#include "client/problem.h"
#include "client/session.h"
#include "crypto/sign.h"
#include "ledger/types.h"

namespace datadeed::bench {

// A member made for one run. A node holds a bounded number of one member's transactions, so a load needs several.
struct LoadMember {
    ledger::MemberId id{};
    crypto::SecretKey key;
};

// Admits `count` new owners on the chain, signed by the operator whose session this is; each node of its profile knows
// them then.
[[nodiscard]] client::Outcome<std::vector<LoadMember>> admit_members(client::Session& operator_session,
                                                                     std::uint64_t count);

}  // namespace datadeed::bench
