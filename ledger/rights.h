#pragma once

#include <vector>

#include "base/result.h"
#include "crypto/sign.h"
#include "ledger/context.h"
#include "ledger/effective.h"
#include "ledger/error.h"
#include "ledger/overlay.h"
#include "ledger/records.h"
#include "ledger/types.h"

// What several operations ask and do. For the operations of this room alone; one thread.

namespace datadeed::ledger {

// The form of a member's roles and first keys: rules shared by admission and the genesis document.
[[nodiscard]] Result<void, Refusal> check_roles(const std::vector<Role>& roles);
[[nodiscard]] Result<void, Refusal> check_keys(const std::vector<crypto::PublicKey>& keys,
                                               const std::vector<Role>& roles);

// Whether the signer is a member with this role.
[[nodiscard]] bool signer_has(Role role, const OperationContext& context, const StateView& state);

// Whether the signer alone holds more of the data set than the chain's quorum.
[[nodiscard]] bool signer_has_majority(const DataRecord& data, const OperationContext& context);

// Whether the appointment has reached the end of its scope by block time `now`.
[[nodiscard]] bool is_over(const Managership& manager, TimeMs now);

// Whether the signer manages the data set and its appointment isn't over.
[[nodiscard]] bool signer_manages(const DataRecord& data, const OperationContext& context);

// Whether a member or a node ever had the key: nobody else may have it.
[[nodiscard]] bool is_key_taken(const StateView& state, const crypto::PublicKey& key);

// Success when active, else the status as a refusal.
[[nodiscard]] Result<void, Refusal> must_be_active(const Effectiveness& effectiveness);

// A new key of a member that holds from `from` on. The key must not be known yet.
void put_new_key(Overlay& state, const crypto::PublicKey& key, const MemberId& member, Height from);

// Gives a member more, or less, of the data set, and keeps the list of what the member owns in step. A share that is
// taken must be held (asserted). Writing `data` is the caller's.
void add_share(Overlay& state, const DatasetId& id, DataRecord& data, const Ownership& more);
void take_share(Overlay& state, const DatasetId& id, DataRecord& data, const Ownership& less);

}  // namespace datadeed::ledger
