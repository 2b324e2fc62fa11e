#pragma once

#include <functional>

#include "audit/anchors.h"
#include "audit/report.h"
#include "base/types.h"
#include "chain/archive.h"
#include "chain/chain_view.h"
#include "ledger/genesis.h"

namespace datadeed::audit {

struct ReplayOptions {
    unsigned threads{0};               // that check signatures; 0 means as many as the machine has cores
    chain::Archive* archive{nullptr};  // for blocks that the database doesn't keep; borrowed, may be null
    Anchors anchors{};                 // what the chain must be, or hold, for the auditor to believe that it is whole
    // Told now and then how far it is; called on the caller's thread.
    std::function<void(Height done, Height tip)> progress{};
};

// Replays everything that the database has, from genesis, with old blocks out of an archive where they are there only:
// every seal, signature, certificate, rule, root, log hash, index entry and checkpoint; last the anchors. Stops at the
// first that is wrong. Starts threads of its own and waits for them.
[[nodiscard]] ReplayReport replay(const ledger::Genesis& genesis, const ChainId& chain, const chain::ChainView& blocks,
                                  const ReplayOptions& options);

}  // namespace datadeed::audit
