#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "crypto/sign.h"
#include "ledger/evidence.h"
#include "ledger/log_pair.h"
#include "ledger/types.h"

// Every key of the state on one page. The first byte says what it is: never reuse one. Member ids hold no zero byte, so
// a zero byte ends one; data set ids come after a byte with their length where more follows. Numbers stand big end
// first, so that keys sort as what they name. Indexes (*) repeat what records say, for lists; they follow from the
// records, and so they alone are not in the state tree (docs/decisions/0017).
//
//     'p'                               Parameters
//     'i'                               ChainId
//     'v'                               Epoch            the present one: its nodes vote on the next block
//     'e' number (4)                    Epoch            one that is over
//     'w' public key (32)               NodeKeyRecord
//     't'                               Totals (lookup.h)
//     'c' change (32)                   ChangeRecord
//     'x' member                        OpenChanges      the member's proposals that wait for votes
//     'q' evidence (32)                 EvidenceRecord
//     'y' epoch (4) offence (1) member  how many of them are this offence by this validator in this epoch
//     'm' member                        MemberRecord
//     'k' public key (32)               KeyRecord
//     'n' member                        NonceWindow (nonces.h)
//     'd' data                          DataRecord
//     'o' member 00 data                ShareBp          what the member owns *
//     'f' length data member            OfferRecord      a share of the data offered to the member
//     'g' grant (32)                    GrantRecord
//     'a' length data grant (32)        true             the grants over the data *
//     'b' member 00 grant (32)          GrantSide        the grants that the member gave or holds *
//     'l' low 00 high 00 epoch (8)      LogPairRecord

namespace datadeed::ledger::state_keys {

[[nodiscard]] Bytes parameters();
[[nodiscard]] Bytes chain();
[[nodiscard]] Bytes validators();
[[nodiscard]] Bytes past_epoch(EpochNumber number);
[[nodiscard]] Bytes node_key(const crypto::PublicKey& key);
[[nodiscard]] Bytes change(const ChangeId& id);
[[nodiscard]] Bytes open_changes(const MemberId& proposer);
[[nodiscard]] Bytes evidence(const EvidenceId& id);
[[nodiscard]] Bytes convictions(EpochNumber epoch, Offence offence, const MemberId& accused);
[[nodiscard]] Bytes totals();
[[nodiscard]] Bytes member(const MemberId& id);
[[nodiscard]] Bytes key(const crypto::PublicKey& key);
[[nodiscard]] Bytes nonces(const MemberId& member);
[[nodiscard]] Bytes data(const DatasetId& id);
[[nodiscard]] Bytes owned(const MemberId& owner, const DatasetId& data);
[[nodiscard]] Bytes offer(const DatasetId& data, const MemberId& to);
[[nodiscard]] Bytes grant(const GrantId& id);
[[nodiscard]] Bytes grant_of_data(const DatasetId& data, const GrantId& id);
[[nodiscard]] Bytes grant_of_member(const MemberId& member, const GrantId& id);
[[nodiscard]] Bytes log_pair(const LogPairId& id);

// What all keys of a kind begin with; for those with an owner, data set or member: of that one.
[[nodiscard]] Bytes all_changes();
[[nodiscard]] Bytes all_evidence();
[[nodiscard]] Bytes all_members();
[[nodiscard]] Bytes all_data();
[[nodiscard]] Bytes all_grants();
[[nodiscard]] Bytes all_owned(const MemberId& owner);
[[nodiscard]] Bytes all_offers(const DatasetId& data);
[[nodiscard]] Bytes all_grants_of(const DatasetId& data);
[[nodiscard]] Bytes all_grants_of(const MemberId& member);

[[nodiscard]] bool is_index(ByteView key);

}  // namespace datadeed::ledger::state_keys
