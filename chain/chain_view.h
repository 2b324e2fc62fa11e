#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "chain/kv_store.h"
#include "consensus/certificate.h"
#include "crypto/merkle.h"
#include "ledger/block.h"
#include "ledger/types.h"

// Reading the chain.

namespace datadeed::chain {

// What a header's prev_cert_hash says: SHA-256 of CBOR ["datadeed/certificate/1", certificate].
[[nodiscard]] Digest certificate_hash(const consensus::CommitCertificate& certificate);

struct StoredHeader {
    Digest hash{};
    ledger::BlockHeader header{};
    // The one that the next block names; at the tip the one that this node has.
    consensus::CommitCertificate certificate{};
};

struct StoredBlock {
    Digest hash{};
    ledger::Block block{};
    consensus::CommitCertificate certificate{};
};

// Where a transaction stands: in block `height`, as number `index` of it (from 0), as leaf `log_index` of the log.
struct TxPlace {
    Height height{};
    std::uint32_t index{};
    std::uint64_t log_index{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("height", self.height);
        visit("index", self.index);
        visit("log_index", self.log_index);
    }
    friend bool operator==(const TxPlace&, const TxPlace&) = default;
};

struct StoredCheckpoint {
    std::uint64_t size{};
    std::string note{};
};

inline constexpr unsigned tile_height = 8;
inline constexpr std::uint64_t tile_width = 256;

// Looks at the chain database, or at a snapshot of it, which must outlive this. Any number of threads, while another
// one appends: what was there stays, so no snapshot is needed for answers about one block, transaction or log size.
//
// Everything is checked before it's returned: seals, encodings, a header against its hash, a body against its header.
// Whatever doesn't fit is chain_damaged, with the key. "Nothing" is for what the chain doesn't have; what it has and
// this database doesn't (chain_gaps.h) is chain_pruned.
class ChainView {
public:
    explicit ChainView(const KvReader& reader) : reader_{&reader} {}

    // The last block, or height 0 with the chain id as hash and the genesis time when there's none.
    [[nodiscard]] Result<ledger::Tip, Error> tip() const;
    // From here on to the tip all blocks are here; above the tip when that one isn't.
    [[nodiscard]] Result<Height, Error> first_block() const;

    [[nodiscard]] Result<std::optional<StoredHeader>, Error> header(Height height) const;
    [[nodiscard]] Result<std::optional<StoredBlock>, Error> block(Height height) const;
    [[nodiscard]] Result<std::optional<TxPlace>, Error> find(const ledger::TxId& id) const;
    // The whole index by rising id, for a check of all of it: each entry's place, or how the entry is damaged. `visit`
    // must not read the database.
    using PlaceVisitor = std::function<void(const ledger::TxId& id, const Result<TxPlace, Error>& place)>;
    [[nodiscard]] Result<void, Error> places(const PlaceVisitor& visit) const;
    // A leaf of the log as it was signed.
    [[nodiscard]] Result<std::optional<Bytes>, Error> leaf(std::uint64_t log_index) const;

    // `count` leaves from `first` on, as far as there are; for entry bundles.
    [[nodiscard]] Result<std::vector<Bytes>, Error> leaves(std::uint64_t first, std::size_t count) const;

    // The hash of the complete subtree over the leaves [index << level, (index + 1) << level). All of them must be in
    // the log, else chain_not_found.
    [[nodiscard]] Result<Digest, Error> node(unsigned level, std::uint64_t index) const;
    // The hashes of a C2SP tile, 1 to 256 of them: full, or `width` of a partial one. Nothing when there aren't as
    // many.
    [[nodiscard]] Result<std::optional<Bytes>, Error> tile(unsigned level, std::uint64_t index,
                                                           std::uint64_t width) const;

    // Of the first `size` leaves, which must be in the log (else chain_not_found, as for every proof below).
    [[nodiscard]] Result<Digest, Error> root(std::uint64_t size) const;
    // That leaf `place.index` stands in the log of `place.size` leaves.
    [[nodiscard]] Result<std::vector<Digest>, Error> inclusion(const crypto::LeafPlace& place) const;

    // The cosigned checkpoint of the largest size, or the smallest one of at least `size` leaves that's kept.
    [[nodiscard]] Result<std::optional<StoredCheckpoint>, Error> latest_checkpoint() const;
    [[nodiscard]] Result<std::optional<StoredCheckpoint>, Error> checkpoint_of_at_least(std::uint64_t size) const;

private:
    template <class Make>
    auto with_nodes(std::uint64_t size, Make&& make) const -> Result<decltype(make(crypto::NodeReader{})), Error>;

    const KvReader* reader_{nullptr};
};

}  // namespace datadeed::chain
