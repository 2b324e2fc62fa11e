#pragma once

#include <cstddef>
#include <functional>

#include "chain/chain_store.h"
#include "chain/kv_store.h"
#include "chain/snapshot_manifest.h"

// Going on from a snapshot: its state into an empty state database, its block as the tip of the chain. First the state,
// whole and durable, then the chain: a state ahead of its chain can be seen and thrown away, a chain whose state is
// missing can't be replayed over the gap.

namespace datadeed::chain {

// The bytes of the part with this root as somebody sent or wrote them.
using PartReader = std::function<Result<Bytes, Error>(const Digest& root)>;

// Writes values, indexes and tree nodes of the snapshot's height, part by part, each checked before anything of it is
// written; the record of the height comes last. What a crash leaves behind has no such record: throw it away and begin
// again. The outcome is what replaying all blocks gives, but for history: the height is the oldest that's kept. Errors:
// folder_not_empty; snapshot_part_wrong with the part's number; snapshot_record_unknown likewise, with which nobody is
// to blame; store_*, those of `read`.
[[nodiscard]] Result<void, Error> install_state(KvStore& state, const ChainId& chain, const CheckedManifest& snapshot,
                                                const PartReader& read);

// Makes the snapshot's block the tip of the chain, in one synced batch: what was there stays, what lies between becomes
// a gap (chain_gaps.h), the next block can be appended. Open ChainStores must be opened again. What is there must be of
// the snapshot's history as far as both tell: the ends of epochs, their number, what follows on the tip, the length of
// the log. Errors: those of ChainStore::open; chain_block_not_next unless the snapshot is above the tip;
// snapshot_other_history, after which nothing was written and the node must stop: one of two certified histories is
// false.
[[nodiscard]] Result<void, Error> skip_to(KvStore& chain, const ChainStart& start, const CheckedManifest& snapshot);

}  // namespace datadeed::chain
