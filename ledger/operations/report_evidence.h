#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/result.h"
#include "ledger/context.h"
#include "ledger/error.h"
#include "ledger/evidence.h"
#include "ledger/overlay.h"

namespace datadeed::ledger {

// Puts proof on the chain that a validator contradicted itself. Any member may: the proof speaks for itself. Nothing
// happens to the accused but that everybody can see it; what to do about it validators vote on (ProposeChange).
struct ReportEvidence {
    static constexpr OperationKind kind = OperationKind::report_evidence;
    static constexpr std::string_view name = "report_evidence";

    Bytes evidence{};

    static constexpr void fields(auto& self, auto&& visit) {
        // More than may stand, so that too long a piece is refused by its own name.
        visit("evidence", self.evidence, Limit{evidence_size_max + 1024});
    }
    friend bool operator==(const ReportEvidence&, const ReportEvidence&) = default;
};

// The rules of form. Needs no state.
[[nodiscard]] Result<void, Refusal> check(const ReportEvidence& operation);

// Whether the chain still takes such an offence: how many of its kind it has of this validator in this epoch, fewer
// than convictions_max. Refusals: evidence_known, evidence_enough.
[[nodiscard]] Result<std::uint32_t, Refusal> check_new(const Charge& charge, const MemberId& accused,
                                                       const StateView& state);

// Carries it out, or names the first rule it breaks; what was written by then is for the caller to drop. The form was
// checked before.
[[nodiscard]] Result<void, Refusal> apply(const ReportEvidence& operation, const OperationContext& context,
                                          Overlay& state);

}  // namespace datadeed::ledger
