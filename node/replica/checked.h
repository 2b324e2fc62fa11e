#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/types.h"
#include "consensus/certificate.h"
#include "ledger/block.h"
#include "ledger/transaction.h"
#include "node/replica/limits.h"

// What has been checked before it reaches the replica, in the form in which it is passed on: shared, never copied.

namespace datadeed::replica {

// A client's transaction with its signature checked, and its leaf of the log, hashed once.
struct CheckedTransaction {
    ledger::VerifiedTransaction tx;
    Digest leaf{};  // SHA-256(0x00 || raw), RFC 9162 section 2.1.1
};
using TransactionPtr = std::shared_ptr<const CheckedTransaction>;

// About the bytes of memory that it takes: a list of many small operations is dozens of times as long as it was signed.
[[nodiscard]] std::size_t memory_of(const CheckedTransaction& transaction);
// What of that is beyond what any transaction takes for its bytes (memory_per_byte).
[[nodiscard]] std::size_t swelling_of(const CheckedTransaction& transaction);

// A block whose form is right and whose clients' signatures hold. Whether it may follow a given tip is for the
// executor.
struct CheckedBlock {
    Digest hash{};  // of the header
    ledger::Block block{};
    std::vector<TransactionPtr> transactions{};  // those of `block`, in its order
    // The certificate of the block before, which the header names; it holds. Nothing at height 1.
    std::optional<consensus::CommitCertificate> prev_certificate{};
};
using BlockPtr = std::shared_ptr<const CheckedBlock>;

// Transactions that this process has checked, by their leaf: one that comes by client, by gossip and in a proposal is
// parsed and verified once. The leaf covers every byte, so another signature over the same payload is another entry.
// Bounded by memory_of them; the oldest go first. Any thread: those who check share it, and it holds the only lock of
// this room.
class TransactionCache {
public:
    explicit TransactionCache(std::size_t memory_max = checked_memory_max) : memory_max_{memory_max} {}

    // Null when it isn't known.
    [[nodiscard]] TransactionPtr find(const Digest& leaf) const;
    void add(const TransactionPtr& transaction);
    [[nodiscard]] std::size_t size() const;

private:
    std::size_t memory_max_;
    mutable std::mutex mutex_;
    std::map<Digest, TransactionPtr> entries_;
    std::deque<Digest> order_;
    std::size_t memory_{0};
};

}  // namespace datadeed::replica
