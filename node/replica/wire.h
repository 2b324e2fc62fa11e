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

// What nodes say to each other. A message is a CBOR array [kind, fields...] (base/fields.h); kinds are never reused:
//
//     1 votes         [1, message]                consensus/messages.h
//     2 transactions  [2, [[raw], ...]]           transactions as signed
//     3 fetch blocks  [3, request, from, max]
//     4 blocks        [4, request, from, [[block, certificate], ...]]
//     5 fetch body    [5, height, hash]
//     6 body          [6, height, hash, payload]
//     7 cosignature   [7, height, time_s, signature]
//     8 tip           [8, height, hash, votes]    the sender's last final block, and whether it votes
//
// Nothing here is trusted: see verify.h. Plain values; any thread.

namespace datadeed::replica {

// clang-format off
enum class WireKind : std::uint8_t {
    votes = 1, transactions = 2, fetch_blocks = 3, blocks = 4, fetch_body = 5, body = 6, cosignature = 7, tip = 8,
};
// clang-format on

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

struct Tip {
    static constexpr WireKind kind = WireKind::tip;
    Height height{};
    Digest hash{};
    bool votes{};  // whether the sender takes part in consensus now: a validator that isn't silenced

    static constexpr void fields(auto& self, auto&& visit) {
        visit("height", self.height);
        visit("hash", self.hash);
        visit("votes", self.votes);
    }
    friend bool operator==(const Tip&, const Tip&) = default;
};

using WireMessage = std::variant<Votes, Transactions, FetchBlocks, Blocks, FetchBody, Body, Cosignature, Tip>;

// The most bytes that any message can have, what a link must be able to carry in one frame; and one of this kind.
inline constexpr std::size_t wire_size_max = consensus::message_bytes_max;
[[nodiscard]] std::size_t size_max_of(WireKind kind);

}  // namespace datadeed::replica
