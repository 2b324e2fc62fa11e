#pragma once

#include <concepts>
#include <string_view>
#include <variant>

#include "ledger/operations/add_key.h"
#include "ledger/operations/admit_member.h"
#include "ledger/operations/appoint_manager.h"
#include "ledger/operations/create_grant.h"
#include "ledger/operations/log_anchor.h"
#include "ledger/operations/propose_change.h"
#include "ledger/operations/record_uses.h"
#include "ledger/operations/register_data.h"
#include "ledger/operations/report_evidence.h"
#include "ledger/operations/retire_key.h"
#include "ledger/operations/revoke_grant.h"
#include "ledger/operations/revoke_manager.h"
#include "ledger/operations/set_roles.h"
#include "ledger/operations/transfer_accept.h"
#include "ledger/operations/transfer_offer.h"
#include "ledger/operations/transfer_withdraw.h"
#include "ledger/operations/vote_change.h"

// The one list of what a transaction can do. A new kind is a file in operations/, a number in context.h, and a line
// here; codec, JSON, command line and fuzzers follow from its fields().

namespace datadeed::ledger {

using Operation = std::variant<AdmitMember, SetRoles, AddKey, RetireKey, RegisterData, TransferOffer, TransferWithdraw,
                               TransferAccept, AppointManager, RevokeManager, CreateGrant, RevokeGrant, RecordUses,
                               LogAnchor, ProposeChange, VoteChange, ReportEvidence>;

template <class T>
concept OperationStruct =
    HasFields<T> && requires(const T& operation, const OperationContext& context, Overlay& state) {
        { T::kind } -> std::convertible_to<OperationKind>;
        { T::name } -> std::convertible_to<std::string_view>;
        { check(operation) } -> std::same_as<Result<void, Refusal>>;
        { apply(operation, context, state) } -> std::same_as<Result<void, Refusal>>;
    };

template <class... T>
constexpr bool all_are_operations(const std::variant<T...>*) {
    return (OperationStruct<T> && ...);
}
static_assert(all_are_operations(static_cast<const Operation*>(nullptr)));

[[nodiscard]] Result<void, Refusal> check(const Operation& operation);
[[nodiscard]] Result<void, Refusal> apply(const Operation& operation, const OperationContext& context, Overlay& state);

// "create_grant" and so on.
[[nodiscard]] std::string_view name(const Operation& operation);
[[nodiscard]] std::string_view name(OperationKind kind);

}  // namespace datadeed::ledger
