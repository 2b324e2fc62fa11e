#pragma once

#include <optional>
#include <vector>

#include "audit/report.h"
#include "base/types.h"
#include "chain/chain_view.h"
#include "consensus/certificate.h"
#include "consensus/validator_set.h"
#include "ledger/block.h"
#include "ledger/transaction.h"

// The part of a replay that needs no state, so that all cores can do it: every transaction's form and signature, and
// the certificate's signatures. Whose they must be is for the state to say: here it's taken to be those who voted
// lately, and the result says with whom it was checked, so that the replay can check again where others had come by
// then.

namespace datadeed::audit {

struct CheckedBlock {
    Height height{};
    ledger::Block block{};
    std::vector<ledger::VerifiedTransaction> transactions{};
    std::vector<Digest> leaves{};  // of the log, one for each transaction
    consensus::CommitCertificate certificate{};
    Digest certificate_hash{};
    std::optional<FirstBad> bad{};  // but for the certificate; then the rest may be incomplete

    consensus::Epoch epoch{};                   // whose validators the certificate was checked with
    std::optional<FirstBad> certificate_bad{};  // if they are those who vote on the block
};

// Any thread. Costs some 60 microseconds a transaction.
// `height` is where the block was found.
[[nodiscard]] CheckedBlock check_block(const ChainId& chain, const consensus::ValidatorSet& voters, Height height,
                                       chain::StoredBlock stored);

// Whether these certified the block. Any thread.
[[nodiscard]] std::optional<FirstBad> check_certificate(const ChainId& chain, const consensus::ValidatorSet& voters,
                                                        const CheckedBlock& checked);

}  // namespace datadeed::audit
