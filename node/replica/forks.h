#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "chain/chain_view.h"
#include "chain/error.h"
#include "consensus/certificate.h"
#include "consensus/evidence.h"
#include "ledger/block.h"
#include "node/replica/peer_event.h"

// Whether what a peer showed and what is final here are two branches of one chain (docs/decisions/0032). Pure functions
// of what they are given.

namespace datadeed::replica {

// Two blocks are certified at this height, by more than f validators that lie.
struct Fork {
    Height height{};
    std::vector<consensus::Evidence> evidence{};  // of who signed both; none where the certificates are of two views
};
using ForkFound = Result<std::optional<Fork>, chain::Error>;

// What is final here. Certificates of no other epoch than the present one count: whoever has the keys of one that is
// over could stop everybody.
struct Final {
    chain::ChainView chain;
    const ledger::Tip& tip;
    const consensus::Epoch& epoch;
};

// A verified block in place of one's own, or on another one than one's last. Errors: those of the store.
[[nodiscard]] ForkFound fork_in(const CheckedCertifiedBlock& shown, const Final& here);
// A verified certificate for another block than one's own: nothing above one's last.
[[nodiscard]] ForkFound fork_in(const consensus::CommitCertificate& shown, const Final& here);

// Whether another block is final here at that height. No for what isn't, and where the header was skipped.
[[nodiscard]] Result<bool, chain::Error> is_other_block(Height height, const Digest& hash,
                                                        const chain::ChainView& chain);

}  // namespace datadeed::replica
