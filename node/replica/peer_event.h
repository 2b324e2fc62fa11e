#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "consensus/verified.h"
#include "node/replica/checked.h"
#include "node/replica/wire.h"

// Messages of peers as they reach the replica: decoded, every signature in them checked. Made by verify.h only.

namespace datadeed::replica {

// A vote, or a proposal together with its block.
struct CheckedVote {
    consensus::VerifiedMessage message;
    BlockPtr block{};  // of a PRE-PREPARE with its payload, else null
};

struct CheckedTransactions {
    std::vector<TransactionPtr> transactions{};
    std::size_t bad{};  // others that didn't verify
};

// A final block: its certificate holds and is for its hash.
struct CheckedCertifiedBlock {
    BlockPtr block{};
    Bytes payload{};
    consensus::Verified<consensus::CommitCertificate> certificate;
};

struct CheckedBlocks {
    std::uint64_t request{};
    Height from{};
    std::vector<CheckedCertifiedBlock> blocks{};
    std::uint32_t epoch{};  // the present one where they were checked
    bool cut_short{};       // what followed is of an epoch that isn't known here: too early for it, or too late
};

// A vote of another epoch than the present one, or a block of one whose validators aren't known here (yet, or any
// more): nothing can be done with it.
struct OtherEpoch {};

// A manifest that leads from the genesis document to all that it names; null when the sender has none.
struct CheckedSnapshot {
    std::uint64_t request{};
    std::shared_ptr<const chain::CheckedManifest> manifest{};
};

// A proposal that was asked for. Its hash is that of the header in `payload`.
struct CheckedBody {
    BlockPtr block{};
    Bytes payload{};
};

using PeerEvent = std::variant<CheckedVote, CheckedTransactions, FetchBlocks, CheckedBlocks, FetchBody, CheckedBody,
                               Cosignature, Tip, FetchSnapshot, CheckedSnapshot, FetchPart, Part, OtherEpoch>;

}  // namespace datadeed::replica
