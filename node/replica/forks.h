#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "chain/chain_view.h"
#include "chain/error.h"
#include "chain/snapshot_manifest.h"
#include "consensus/certificate.h"
#include "consensus/evidence.h"
#include "consensus/verified.h"
#include "ledger/block.h"
#include "node/replica/peer_event.h"

// Whether what a peer showed and what is final here are two branches of one chain (docs/decisions/0032). Pure functions
// of what they are given.

namespace datadeed::replica {

// Two blocks are certified at this height: more than f validators lie.
struct Fork {
    Height height{};
    std::vector<consensus::Evidence> evidence{};  // of who signed both; none where the certificates are of two views
};
using ForkFound = Result<std::optional<Fork>, chain::Error>;

// What is final here; tip and epoch are borrowed. Certificates of no other epoch than the present one count: whoever
// has the keys of one that is over could stop everybody.
struct Final {
    chain::ChainView chain;
    const ledger::Tip& tip;
    const consensus::Epoch& epoch;
};

// A verified block in place of one's own, or on another one than one's last. Errors: those of the store.
[[nodiscard]] ForkFound fork_in(const CheckedCertifiedBlock& shown, const Final& here);
// A verified certificate for another block than one's own: nothing above one's last.
[[nodiscard]] ForkFound fork_in(const consensus::CommitCertificate& shown, const Final& here);

// Whether the manifest's history leads to the present epoch as this chain has it, so that what it says of that epoch
// and of later ones is vouched for by those who vote now. Its own certificates only show that somebody had the keys of
// some epoch, perhaps long ago.
[[nodiscard]] Result<bool, chain::Error> is_of_this_chain(const chain::SnapshotManifest& manifest, const Final& here);

// The certificates that a vote brings: those of VIEW-CHANGEs for what their signers say is final. Borrowed from it.
[[nodiscard]] std::vector<const consensus::CommitCertificate*> certificates_in(
    const consensus::VerifiedMessage& message);

// Whether a block other than this one is final here at that height. False where none is, or its header was skipped.
[[nodiscard]] Result<bool, chain::Error> is_other_block(Height height, const Digest& hash,
                                                        const chain::ChainView& chain);

}  // namespace datadeed::replica
