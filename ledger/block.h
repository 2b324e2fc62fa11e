#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "ledger/error.h"
#include "ledger/parameters.h"
#include "ledger/transaction.h"
#include "ledger/types.h"

// What the validators agree on at one height. Values; any thread.

namespace datadeed::ledger {

inline constexpr std::uint32_t block_version = 1;
inline constexpr std::string_view block_context = "datadeed/block/1";

// All roots are those after the block.
struct BlockHeader {
    std::uint32_t version{block_version};
    Height height{};
    Digest prev{};  // hash of the header below; the chain id in block 1
    TimeMs time{};  // above that of the block before
    MemberId proposer{};
    std::uint64_t log_size{};
    Digest log_root{};  // RFC 9162 over all transactions of the chain, raw
    Digest state_root{};
    Digest prev_cert_hash{};   // of the certificate of the block before; all zero in block 1
    Digest validators_hash{};  // of the set that votes on the next block (validators.h)

    static constexpr void fields(auto& self, auto&& visit) {
        visit("version", self.version);
        visit("height", self.height);
        visit("prev", self.prev);
        visit("time_ms", self.time);
        visit("proposer", self.proposer, Limit{member_id_max});
        visit("log_size", self.log_size);
        visit("log_root", self.log_root);
        visit("state_root", self.state_root);
        visit("prev_cert_hash", self.prev_cert_hash);
        visit("validators_hash", self.validators_hash);
    }
    friend bool operator==(const BlockHeader&, const BlockHeader&) = default;
};

// SHA-256 of CBOR ["datadeed/block/1", header].
[[nodiscard]] Digest hash(const BlockHeader& header);

struct RawTransaction {
    Bytes bytes{};

    static constexpr void fields(auto& self, auto&& visit) { visit("bytes", self.bytes, Limit{transaction_size_max}); }
    friend bool operator==(const RawTransaction&, const RawTransaction&) = default;
};

// No genesis may allow more than this a block, so that decoding has a limit before any state is known.
inline constexpr std::size_t block_transactions_limit = 65'536;

// The header binds the transactions by its log root.
struct Block {
    BlockHeader header{};
    std::vector<RawTransaction> transactions{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("header", self.header);
        visit("transactions", self.transactions, Limit{block_transactions_limit});
    }
    friend bool operator==(const Block&, const Block&) = default;
};

// What a block must follow: the last one, or the genesis document.
struct Tip {
    Height height{};
    Digest hash{};  // of the header; the chain id at height 0
    TimeMs time{};
    std::uint64_t log_size{};
    Digest cert_hash{};  // of the certificate that made it final; all zero at height 0

    friend bool operator==(const Tip&, const Tip&) = default;
};

// The rules that need no execution: version, height, prev, time, prev_cert_hash, transactions within the chain's
// limits, log size; in this order.
[[nodiscard]] Result<void, Refusal> check_link(const Block& block, const Tip& tip, const Parameters& parameters);

// What executing the block gave.
struct BlockRoots {
    Digest log_root{};
    Digest state_root{};
    Digest validators_hash{};
};

// Whether the header says the same; in the order of the members.
[[nodiscard]] Result<void, Refusal> check_roots(const BlockHeader& header, const BlockRoots& computed);

}  // namespace datadeed::ledger
