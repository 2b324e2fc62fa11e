#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fields.h"
#include "crypto/sign.h"
#include "ledger/epoch.h"
#include "ledger/evidence.h"
#include "ledger/grant_record.h"
#include "ledger/log_pair.h"
#include "ledger/node_change.h"
#include "ledger/nonces.h"
#include "ledger/parameters.h"
#include "ledger/records.h"
#include "ledger/state.h"
#include "ledger/types.h"
#include "ledger/validators.h"

// Single records of the state: `get` for what every chain has, `find` for what may be absent. A record that doesn't
// decode means a damaged store and is asserted. As many threads as the state behind allows.

namespace datadeed::ledger {

// How many there are on the chain.
struct Totals {
    std::uint64_t members{};
    std::uint64_t data{};
    std::uint64_t grants{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("members", self.members);
        visit("data", self.data);
        visit("grants", self.grants);
    }
    friend bool operator==(const Totals&, const Totals&) = default;
};

// Why a grant is on a member's list.
enum class GrantSide : std::uint8_t { grantee = 1, grantor = 2 };
[[nodiscard]] constexpr bool is_known(GrantSide side) {
    return side == GrantSide::grantee || side == GrantSide::grantor;
}
[[nodiscard]] std::string_view name(GrantSide side);

[[nodiscard]] Parameters get_parameters(const StateView& state);
[[nodiscard]] ChainId get_chain(const StateView& state);
// The present epoch: its nodes vote on the next block. get_validators is its nodes.
[[nodiscard]] Epoch get_epoch(const StateView& state);
[[nodiscard]] ValidatorSet get_validators(const StateView& state);
[[nodiscard]] Totals get_totals(const StateView& state);

// Any epoch so far, the present one included.
[[nodiscard]] std::optional<Epoch> find_epoch(const StateView& state, EpochNumber number);
// The epoch whose nodes vote on the block at this height: of the chain so far, or the next one. What will hold above
// that nobody knows; the answer is then the present epoch. Some binary search of records.
[[nodiscard]] Epoch epoch_at(const StateView& state, Height height);
[[nodiscard]] std::optional<NodeKeyRecord> find_node_key(const StateView& state, const crypto::PublicKey& key);
[[nodiscard]] std::optional<ChangeRecord> find_change(const StateView& state, const ChangeId& id);
// Empty for a member that never proposed any.
[[nodiscard]] OpenChanges find_open_changes(const StateView& state, const MemberId& proposer);

[[nodiscard]] std::optional<EvidenceRecord> find_evidence(const StateView& state, const EvidenceId& id);
// How many offences of this kind by this validator in this epoch are recorded.
[[nodiscard]] std::uint32_t find_convictions(const StateView& state, EpochNumber epoch, Offence offence,
                                             const MemberId& accused);

[[nodiscard]] std::optional<MemberRecord> find_member(const StateView& state, const MemberId& id);
[[nodiscard]] bool has_member(const StateView& state, const MemberId& id);
[[nodiscard]] std::optional<KeyRecord> find_key(const StateView& state, const crypto::PublicKey& key);
[[nodiscard]] NonceWindow find_nonces(const StateView& state, const MemberId& member);
[[nodiscard]] std::optional<DataRecord> find_data(const StateView& state, const DatasetId& id);
[[nodiscard]] std::optional<OfferRecord> find_offer(const StateView& state, const DatasetId& data, const MemberId& to);
[[nodiscard]] std::optional<GrantRecord> find_grant(const StateView& state, const GrantId& id);
[[nodiscard]] std::optional<LogPairRecord> find_log_pair(const StateView& state, const LogPairId& id);

}  // namespace datadeed::ledger
