#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "chain/epoch_end.h"
#include "chain/error.h"
#include "chain/log_edge.h"
#include "consensus/certificate.h"
#include "crypto/merkle.h"
#include "ledger/block.h"
#include "ledger/epoch.h"
#include "ledger/genesis.h"
#include "ledger/state_parts.h"

// A snapshot: what a node needs to go on from a height without the blocks below it. Its manifest leads from the genesis
// document to that block's validators, from their certificate to its header, and from there to the log's edge and to
// every part of the state (ledger/state_parts.h). Whoever checks it believes the genesis document and nobody else.
// Pure; any thread.

namespace datadeed::chain {

// Bytes of an encoded manifest: it must fit into one message between nodes. The ends of epochs and the parts share
// them; what that means for a state and for a chain's age stands in docs/decisions/0028.
inline constexpr std::size_t manifest_size_max = std::size_t{8} << 20U;

struct SnapshotManifest {
    static constexpr const char* format_name = "datadeed/snapshot/1";

    std::string format{format_name};
    std::vector<EpochEnd> epoch_ends{};  // of all epochs before the one that the header is of, from the first on
    ledger::BlockHeader header{};
    consensus::CommitCertificate certificate{};
    std::vector<LogTile> log_edge{};  // of the header's log size (log_edge.h)
    std::vector<ledger::StatePart> parts{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("format", self.format);
        visit("epoch_ends", self.epoch_ends, Limit{epoch_ends_max});
        visit("header", self.header);
        visit("certificate", self.certificate);
        visit("log_edge", self.log_edge, Limit{log_levels_max});
        visit("parts", self.parts, Limit{manifest_size_max / 36});
    }
    friend bool operator==(const SnapshotManifest&, const SnapshotManifest&) = default;
};

// Where a chain begins and what is known of it without asking anybody.
struct ChainRoot {
    const ledger::Genesis& genesis;
    ChainId id{};
};

// A manifest that leads from the genesis document to all that it names. Only check_manifest() makes one.
class CheckedManifest {
public:
    [[nodiscard]] const SnapshotManifest& content() const { return content_; }
    [[nodiscard]] Height height() const { return content_.header.height; }
    // Of the header.
    [[nodiscard]] const Digest& block_hash() const { return block_hash_; }
    // Where the parts lie, one for one.
    [[nodiscard]] const std::vector<ledger::TreePlace>& places() const { return places_; }
    // The log of the header's size.
    [[nodiscard]] const crypto::CompactRange& log() const { return log_; }
    // Whose validators certified the header.
    [[nodiscard]] const ledger::Epoch& epoch() const { return epoch_; }

    friend Result<CheckedManifest, Error> check_manifest(SnapshotManifest manifest, const ChainRoot& root,
                                                         const consensus::VoteVerifier& signatures);

private:
    CheckedManifest() = default;

    SnapshotManifest content_{};
    Digest block_hash_{};
    std::vector<ledger::TreePlace> places_{};
    crypto::CompactRange log_{};
    ledger::Epoch epoch_{};
};

// An error with one of the parts, by its place in the list.
[[nodiscard]] Error about_part(Fault fault, std::size_t number);

// Strict. Errors: snapshot_malformed.
[[nodiscard]] Result<SnapshotManifest, Error> decode_manifest(ByteView bytes);

// In this order: the epochs, the certificate (snapshot_not_certified), the edge of the log, the parts
// (snapshot_differs_from_header). The signatures come first, so that a stranger costs no hashing. That the state is cut
// where the rule says isn't seen here: many cuts give one root (SnapshotDownload).
[[nodiscard]] Result<CheckedManifest, Error> check_manifest(SnapshotManifest manifest, const ChainRoot& root,
                                                            const consensus::VoteVerifier& signatures);

}  // namespace datadeed::chain
