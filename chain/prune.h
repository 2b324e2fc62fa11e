#pragma once

#include "base/types.h"
#include "chain/kv_store.h"

namespace datadeed::chain {

// Erases the blocks up to this height, in one synced batch with the gap that says so (chain_gaps.h). Headers,
// certificates, the places of transactions and the log stay, so what they prove can still be proven. All blocks from
// ChainView::first_block() to `last` must be here, and archived. Does nothing where that is above `last`. The disk
// shrinks with compact() of keys::block. Errors: chain_damaged, store_*.
[[nodiscard]] Result<void, Error> prune_blocks(KvStore& chain, Height last);

}  // namespace datadeed::chain
