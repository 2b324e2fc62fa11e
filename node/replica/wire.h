#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "consensus/messages.h"
#include "ledger/block.h"
#include "node/replica/limits.h"
#include "node/replica/wire_kind.h"
#include "node/replica/wire_snapshots.h"

// What nodes say to each other; wire_kind.h has all of it in one list.
//
// Nothing here is trusted: see verify.h. Plain values; any thread.

namespace datadeed::replica {

struct Votes {
    static constexpr WireKind kind = WireKind::votes;
    consensus::Message message{};

    static constexpr void fields(auto& self, auto&& visit) { visit("message", self.message); }
};

struct Transactions {
    static constexpr WireKind kind = WireKind::transactions;
    std::vector<ledger::RawTransaction> transactions{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("transactions", self.transactions, Limit{gossip_transactions_max});
    }
};

// "Send me certified blocks from this height on." The answer repeats `request`.
struct FetchBlocks {
    static constexpr WireKind kind = WireKind::fetch_blocks;
    std::uint64_t request{};
    Height from{};
    std::uint32_t max{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("request", self.request);
        visit("from", self.from);
        visit("max", self.max);
    }
};

// A block as it was proposed, with a quorum's signatures on its hash.
struct CertifiedBlock {
    Bytes payload{};
    consensus::CommitCertificate certificate{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("payload", self.payload, Limit{consensus::payload_bytes_max});
        visit("certificate", self.certificate);
    }
};

// Blocks from `from` on, one height after another; none when the sender has none.
struct Blocks {
    static constexpr WireKind kind = WireKind::blocks;
    std::uint64_t request{};
    Height from{};
    std::vector<CertifiedBlock> blocks{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("request", self.request);
        visit("from", self.from);
        visit("blocks", self.blocks, Limit{fetch_blocks_max});
    }
};

// "Send me the proposal with this hash", final or not.
struct FetchBody {
    static constexpr WireKind kind = WireKind::fetch_body;
    Height height{};
    Digest hash{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("height", self.height);
        visit("hash", self.hash);
    }
};

struct Body {
    static constexpr WireKind kind = WireKind::body;
    Height height{};
    Digest hash{};
    Bytes payload{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("height", self.height);
        visit("hash", self.hash);
        visit("payload", self.payload, Limit{consensus::payload_bytes_max});
    }
};

// The sending validator's cosignature (C2SP tlog-cosignature) of the checkpoint at `height`.
struct Cosignature {
    static constexpr WireKind kind = WireKind::cosignature;
    Height height{};
    std::uint64_t time_s{};
    crypto::Signature signature{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("height", self.height);
        visit("time_s", self.time_s);
        visit("signature", self.signature);
    }
};

// Where the sender stands.
struct Tip {
    static constexpr WireKind kind = WireKind::tip;
    Height height{};    // of its last final block,
    Digest hash{};      // and its hash
    bool votes{};       // whether it takes part in consensus now: a validator that isn't silenced
    Height first{};     // from here on it has all blocks
    Height snapshot{};  // of its newest snapshot; 0 without

    static constexpr void fields(auto& self, auto&& visit) {
        visit("height", self.height);
        visit("hash", self.hash);
        visit("votes", self.votes);
        visit("first", self.first);
        visit("snapshot", self.snapshot);
    }
    friend bool operator==(const Tip&, const Tip&) = default;
};

using WireMessage = std::variant<Votes, Transactions, FetchBlocks, Blocks, FetchBody, Body, Cosignature, Tip,
                                 FetchSnapshot, Snapshot, FetchPart, Part>;

// The most bytes that any message can have, what a link must be able to carry in one frame; and one of this kind.
inline constexpr std::size_t wire_size_max = consensus::message_bytes_max;
[[nodiscard]] std::size_t size_max_of(WireKind kind);

}  // namespace datadeed::replica
