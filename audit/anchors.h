#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "audit/epochs.h"
#include "audit/report.h"
#include "base/result.h"
#include "base/types.h"
#include "chain/chain_view.h"
#include "crypto/checkpoint.h"
#include "crypto/tlog_proof.h"

// What an auditor knows of the chain from elsewhere. A copy says by itself which chain it is and where that ends, so
// whoever made the copy could have made another chain, or cut this one short; only what comes from elsewhere shows that
// it wasn't so. Values; any thread.

namespace datadeed::audit {

// A signed note, and the checkpoint that it states. Who signed it is checked against the validators of its epoch.
struct KnownCheckpoint {
    std::string note{};
    crypto::Checkpoint content{};
};

// A receipt, with the checkpoint that it rests on.
struct KnownReceipt {
    crypto::TlogProof proof{};
    KnownCheckpoint checkpoint{};
};

struct Anchors {
    std::optional<ChainId> chain{};
    std::optional<KnownCheckpoint> checkpoint{};
    std::optional<KnownReceipt> receipt{};

    // The chain is the one that the auditor means: a log's origin has the chain id in it.
    [[nodiscard]] bool show_chain() const { return chain || checkpoint || receipt; }
    // The leaves that the auditor knows to be there; what comes behind them may have been cut off.
    [[nodiscard]] std::uint64_t leaves_known() const;
};

// The texts of files. Errors: those of parsing them.
[[nodiscard]] Result<KnownCheckpoint, crypto::Error> read_checkpoint(std::string_view note);
[[nodiscard]] Result<KnownReceipt, crypto::Error> read_receipt(std::string_view receipt);

// audit.other_chain: before anything is replayed.
[[nodiscard]] std::optional<FirstBad> check_chain(const Anchors& anchors, const ChainId& chain);

// A log that was replayed and found good, with the tiles that its roots are made from.
struct ReplayedLog {
    const chain::ChainView& blocks;
    const Epochs& epochs;
    std::span<const Digest> leaves{};
};

// Whether the known checkpoint, and the known receipt with its transaction, lie in the log: audit.checkpoint_*,
// audit.receipt_*.
[[nodiscard]] std::optional<FirstBad> check_anchors(const Anchors& anchors, const ReplayedLog& log);

}  // namespace datadeed::audit
