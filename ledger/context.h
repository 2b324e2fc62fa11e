#pragma once

#include <cstdint>

#include "base/types.h"
#include "ledger/parameters.h"
#include "ledger/types.h"

namespace datadeed::ledger {

class EvidenceJudge;

// Where and by whom an operation is carried out.
struct OperationContext {
    MemberId signer{};
    Height height{};  // of the block
    TimeMs time{};    // of the block
    TxId tx{};
    std::uint32_t index{};  // the operation's place in the transaction, from 0
    Parameters parameters{};
    const EvidenceJudge* judge{};  // borrowed
};

// Numbers stand in transactions: never reuse one. The list of structs is in operation.h.
enum class OperationKind : std::uint8_t {
    admit_member = 1,
    set_roles = 2,
    add_key = 3,
    retire_key = 4,
    register_data = 5,
    transfer_offer = 6,
    transfer_withdraw = 7,
    transfer_accept = 8,
    appoint_manager = 9,
    revoke_manager = 10,
    create_grant = 11,
    revoke_grant = 12,
    record_uses = 13,
    log_anchor = 14,
    propose_change = 15,
    vote_change = 16,
    report_evidence = 17,
};

}  // namespace datadeed::ledger
