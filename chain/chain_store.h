#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "chain/chain_view.h"

namespace datadeed::chain {

// A final block, as it's appended. Everything is borrowed for the call.
struct NewBlock {
    const ledger::BlockHeader& header;
    // Raw, as signed; with the id and the leaf hash (crypto::leaf_hash of the raw bytes) of each.
    std::span<const ByteView> transactions{};
    std::span<const ledger::TxId> ids{};
    std::span<const Digest> leaf_hashes{};
    const consensus::CommitCertificate& certificate;
    // Of the block before: the one that this header names, which replaces the node's own. Nothing at height 1.
    const consensus::CommitCertificate* prev_certificate{nullptr};
    // VoteFile::durable_count, so that a vote file that went back shows at the next start. 0 for an observer.
    std::uint64_t votes_durable{0};
};

// The beginning of a chain: what the tip is at height 0.
struct ChainStart {
    ChainId chain{};
    TimeMs time{};
};

// The chain database, written. One thread has it; others read through a ChainView of the same KvStore. After an error
// the process ends.
class ChainStore {
public:
    // Begins the chain in an empty database. Errors: folder_other_chain, chain_damaged, store_*.
    [[nodiscard]] static Result<ChainStore, Error> open(KvStore& store, const ChainStart& start);

    // Adds a block in one synced batch: block, certificate, places of its transactions, tiles. Refuses one that doesn't
    // follow on the tip (height, prev, log size, counts of the lists, prev_cert_hash): chain_block_not_next. Whether it
    // is certified and its roots are right, the caller knows.
    [[nodiscard]] Result<void, Error> append(const NewBlock& block);

    // Keeps a cosigned checkpoint of `size` leaves; the latest checkpoints_kept of them stay. Not synced: it can be
    // gathered again.
    [[nodiscard]] Result<void, Error> put_checkpoint(std::uint64_t size, std::string_view note);

    [[nodiscard]] const ledger::Tip& tip() const { return tip_; }
    [[nodiscard]] ChainView view() const { return ChainView{*store_}; }
    // For VoteFileOptions::count_min.
    [[nodiscard]] std::uint64_t votes_durable() const { return votes_durable_; }

    static constexpr std::size_t checkpoints_kept = 64;

private:
    explicit ChainStore(KvStore& store) : store_{&store} {}

    [[nodiscard]] Result<void, Error> load(const ChainStart& start);
    [[nodiscard]] Result<void, Error> load_edge();
    [[nodiscard]] Result<void, Error> load_checkpoints();
    [[nodiscard]] Result<void, Error> check_next(const NewBlock& block) const;
    void put_block(Batch& batch, const NewBlock& block, const Digest& hash) const;
    [[nodiscard]] Result<void, Error> put_prev_certificate(Batch& batch, const NewBlock& block) const;
    void put_hashes(Batch& batch, std::span<const Digest> leaf_hashes);
    // Adds a hash to the partial tile of this level; a full one is written and its root goes one level up.
    void add_hash(Batch& batch, std::size_t level, std::uint64_t number, const Digest& hash);

    KvStore* store_;
    ChainId chain_{};
    ledger::Tip tip_{};
    std::uint64_t votes_durable_{0};
    // The partial tile of each level, from level 0 up: fewer than 256 hashes each.
    std::vector<Bytes> edge_{};
    // Of the checkpoints that are kept, rising.
    std::deque<std::uint64_t> checkpoints_{};
};

}  // namespace datadeed::chain
