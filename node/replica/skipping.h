#pragma once

#include "chain/chain_view.h"
#include "chain/snapshot_manifest.h"
#include "node/replica/replica.h"
#include "node/replica/sync.h"
#include "node/replica/verify.h"

namespace datadeed::replica {

// Whether a node may go on from a snapshot: what it skips it will never see (docs/decisions/0030). So many of those who
// certified it must say to have come as far that one of them is correct: else a block that nobody honest has yet could
// be skipped by all of them. And a node that would vote there under one of its keys must have voted with the record
// that it has: a vote of its own, which it then knows of, stands in one of its last certificates. Else that record may
// be a new one after the loss of another, which only blocks can show.
struct Skipping {
    const Sync& sync;
    const Identity& identity;
    const VerifyContext& voters;
    chain::ChainView chain;
    Height tip{};
};
[[nodiscard]] bool may_skip_to(const chain::CheckedManifest& manifest, const Skipping& node);

}  // namespace datadeed::replica
