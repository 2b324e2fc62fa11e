#pragma once

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
};

// A proposal that was asked for. Its hash is that of the header in `payload`.
struct CheckedBody {
    BlockPtr block{};
    Bytes payload{};
};

using PeerEvent = std::variant<CheckedVote, CheckedTransactions, FetchBlocks, CheckedBlocks, FetchBody, CheckedBody,
                               Cosignature, Tip>;

}  // namespace datadeed::replica
