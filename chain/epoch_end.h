#pragma once

#include <optional>

#include "base/fields.h"
#include "base/types.h"
#include "consensus/certificate.h"
#include "ledger/block.h"
#include "ledger/epoch.h"
#include "ledger/validators.h"

namespace datadeed::chain {

// How an epoch ended: what leads from its validators to those of the next one. The header of its last block holds the
// hash of the nodes that come after, and the validators of the epoch certified it, so nobody needs to trust whoever
// says it. Pure; any thread.
struct EpochEnd {
    ledger::BlockHeader header{};  // of its last block
    consensus::CommitCertificate certificate{};
    ledger::ValidatorSet nodes{};  // of the next epoch: ledger::hash(nodes) == header.validators_hash

    static constexpr void fields(auto& self, auto&& visit) {
        visit("header", self.header);
        visit("certificate", self.certificate);
        visit("nodes", self.nodes);
    }
    friend bool operator==(const EpochEnd&, const EpochEnd&) = default;
};

// No file and no peer shows more of them.
inline constexpr std::size_t epoch_ends_max = std::size_t{1} << 16U;

// The epoch that begins after `end`; nothing unless the validators of `present` certified that its nodes come after.
[[nodiscard]] std::optional<ledger::Epoch> follow(const ledger::Epoch& present, const EpochEnd& end,
                                                  const ChainId& chain, const consensus::VoteVerifier& signatures);

}  // namespace datadeed::chain
