#pragma once

#include "base/assert.h"
#include "base/fields.h"
#include "chain/chain_gaps.h"
#include "chain/chain_view.h"
#include "chain/keys.h"
#include "chain/memory_file.h"
#include "chain/records.h"
#include "chain/snapshot_writer.h"
#include "chain/state_store.h"
#include "tests/replica/late.h"

// Snapshots of a chain, and what a node lacks that has gone on from one.

namespace datadeed::replica::testing {

// Of all that the chain has.
inline Snapshot snapshot_of(const Chain& chain) {
    chain::MemoryFileSystem files;
    DATADEED_ASSERT(files.create_folder("s").has_value());
    const auto state = chain::StateSnapshot::open(*chain.bench.state_store).value();
    const auto manifest =
        chain::write_snapshot(files, "s/1", {.state = *state, .chain = chain::ChainView{*chain.bench.chain_store}}, {});
    return Snapshot{.request = 1, .manifest = encode(manifest.value())};
}

// As if it had gone on from a snapshot of block 1, which has two transactions.
inline void forget_first_block(sim::Node& node) {
    chain::Batch batch;
    batch.erase(chain::keys::of(chain::keys::block, 1));
    chain::put_record(batch, chain::keys::of(chain::keys::gap, 1),
                      chain::ChainGap{.first = Height{1}, .last = Height{1}, .log_begin = 0, .log_end = 2});
    chain::MemoryDisk& disk = node.chain_disk();
    batch.for_each([&](ByteView key, ByteView value) { disk.content()[to_bytes(key)] = to_bytes(value); },
                   [&](ByteView key) { disk.content().erase(to_bytes(key)); });
}

}  // namespace datadeed::replica::testing
