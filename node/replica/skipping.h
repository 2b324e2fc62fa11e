#pragma once

#include "base/result.h"
#include "chain/chain_view.h"
#include "chain/snapshot_manifest.h"
#include "node/replica/replica.h"
#include "node/replica/sync.h"
#include "node/replica/verify.h"

namespace datadeed::replica {

// Whether a node may go on from a snapshot: what it skips it will never see (docs/decisions/0030). So many of those who
// certified it must say to have come as far that one of them is correct: else a block that nobody honest has yet could
// be skipped by all of them. And a node that would vote there under one of its keys must be known to have the record of
// all its votes, since a new one after the loss of another can only be told by blocks: a vote of its own, which the
// record then has, stands in one of its last certificates; or the record has come further than the chain, so it's the
// chain that was lost. Or it never votes again.
enum class MaySkip : std::uint8_t {
    no,
    yes,
    // Nobody keeps the blocks any more that could show whether the record is whole: if it gives its voice up first.
    without_voice,
};
struct Skipping {
    Sync& sync;
    const Identity& identity;
    const VerifyContext& voters;
    chain::ChainView chain;
    Height tip{};
    bool lost_blocks{};  // its record of votes has come further than the chain
    bool is_mute{};      // it never votes again under the keys that it has
    std::uint64_t now_ms{};
};
// Errors: those of chain::ChainView, of a certificate that should be here.
[[nodiscard]] Result<MaySkip, chain::Error> may_skip_to(const chain::CheckedManifest& manifest, const Skipping& node);

}  // namespace datadeed::replica
