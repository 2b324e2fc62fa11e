#include "chain/snapshot_install.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "chain/chain_gaps.h"
#include "chain/keys.h"
#include "chain/records.h"
#include "chain/sealed.h"
#include "chain/state_records.h"
#include "ledger/indexes.h"
#include "ledger/tree_builder.h"

namespace datadeed::chain {
namespace {

// Tree nodes apart: where they have a database of their own, no other scan sees them (state_database.h).
Result<bool, Error> is_empty(const KvReader& store) {
    bool empty = true;
    const Bytes nodes = keys::of(keys::tree_node);
    for (const ByteView prefix : {ByteView{}, ByteView{nodes}}) {
        const Result<void, Error> scanned = store.scan({.prefix = prefix, .from = {}, .direction = Direction::forward},
                                                       [&empty](ByteView, ByteView) { return empty = false; });
        if (!scanned) return fail(scanned.error());
    }
    return empty;
}

void put_value(Batch& batch, Height height, ByteView key, ByteView value) {
    put_sealed(batch, keys::of(keys::value, key), encode_current(height, value));
}

void put_nodes(Batch& batch, ledger::TreeBuilder& tree) {
    for (const ledger::TreeUpdate::Node& node : tree.take_nodes()) {
        put_sealed(batch, keys::of(keys::tree_node, node.key.bytes()), node.bytes);
    }
}

// Nothing when a record isn't one that this version knows.
std::optional<Batch> batch_of(const ledger::CheckedPart& part, Height height, ledger::TreeBuilder& tree) {
    Batch batch;
    for (std::size_t i = 0; i < part.records.size(); ++i) {
        const ledger::StateRecord& record = part.records[i];
        tree.add(part.leaves[i]);
        put_value(batch, height, record.key, record.value);
        const std::optional<ledger::StateChanges> indexes = ledger::indexes_of(record);
        if (!indexes) return std::nullopt;
        for (const auto& [key, value] : *indexes) put_value(batch, height, key, *value);
    }
    put_nodes(batch, tree);
    return batch;
}

HeaderRecord header_record(const ledger::BlockHeader& header, const consensus::CommitCertificate& certificate) {
    return {.hash = ledger::hash(header), .header = header, .certificate = certificate};
}

void put_header(Batch& batch, const HeaderRecord& record) {
    put_record(batch, keys::of(keys::header, record.header.height.value), record);
}

// Appending reads these as the partial tiles of the log.
void put_edge(Batch& batch, const SnapshotManifest& manifest) {
    std::uint64_t count = manifest.header.log_size;
    for (unsigned level = 0; level < manifest.log_edge.size(); ++level, count /= tile_width) {
        const Bytes& tile = manifest.log_edge[level].hashes;
        if (!tile.empty()) put_sealed(batch, keys::tile_of(level, count / tile_width), tile);
    }
}

Error other_history(Height height, std::string detail) {
    return {.fault = Fault::snapshot_other_history,
            .place = "height " + std::to_string(height.value),
            .detail = std::move(detail)};
}

// That the tip is of the epoch that the snapshot's history has there. The view of its certificate tells.
Result<void, Error> compare_epoch(const ChainView& chain, const ledger::Tip& tip, const SnapshotManifest& snapshot) {
    if (tip.height == Height{0}) return {};
    const Result<std::optional<StoredHeader>, Error> header = chain.header(tip.height);
    if (!header) return fail(header.error());
    if (!*header) {
        return fail(damaged_value(Fault::chain_damaged, keys::of(keys::header, tip.height.value), "it's gone"));
    }
    const auto is_below = [&tip](const EpochEnd& end) { return end.header.height < tip.height; };
    const auto expected = std::ranges::count_if(snapshot.epoch_ends, is_below);
    const std::uint32_t own = consensus::Epoch::of((*header)->certificate.view);
    if (own == static_cast<std::uint64_t>(expected)) return {};
    return fail(other_history(tip.height, "this node's tip is of epoch " + std::to_string(own) +
                                              ", the snapshot's history has epoch " + std::to_string(expected) +
                                              " there"));
}

// A header that the snapshot brings, against what this node has at its height or below it.
Result<void, Error> compare_header(const ChainView& chain, const ledger::Tip& tip, const ledger::BlockHeader& theirs) {
    if (theirs.height == tip.height.next() && theirs.prev != tip.hash) {
        return fail(other_history(theirs.height, "the snapshot's block doesn't follow on this node's tip"));
    }
    if (theirs.height > tip.height) return {};
    const Result<std::optional<StoredHeader>, Error> own = chain.header(theirs.height);
    // Headers at which epochs end are kept in gaps too.
    if (!own && own.error().fault != Fault::chain_pruned) return fail(own.error());
    if (own && !*own) {
        return fail(damaged_value(Fault::chain_damaged, keys::of(keys::header, theirs.height.value), "it's gone"));
    }
    if (own && (*own)->header == theirs) return {};
    return fail(other_history(theirs.height, "this node has another block there"));
}

Result<void, Error> compare_histories(const ChainView& chain, const ledger::Tip& tip,
                                      const SnapshotManifest& snapshot) {
    for (const EpochEnd& end : snapshot.epoch_ends) {
        if (Result<void, Error> same = compare_header(chain, tip, end.header); !same) return same;
    }
    if (Result<void, Error> same = compare_header(chain, tip, snapshot.header); !same) return same;
    if (Result<void, Error> same = compare_epoch(chain, tip, snapshot); !same) return same;
    if (snapshot.header.log_size >= tip.log_size) return {};
    return fail(other_history(snapshot.header.height,
                              "the snapshot's log has " + std::to_string(snapshot.header.log_size) +
                                  " entries, this node's has " + std::to_string(tip.log_size) + " already"));
}

}  // namespace

Result<void, Error> install_state(KvStore& state, const ChainId& chain, const CheckedManifest& snapshot,
                                  const PartReader& read) {
    const Result<bool, Error> empty = is_empty(state);
    if (!empty) return fail(empty.error());
    if (!*empty) {
        return fail(
            Error{.fault = Fault::folder_not_empty, .place = "state", .detail = "a snapshot needs an empty one"});
    }
    const SnapshotManifest& manifest = snapshot.content();
    ledger::TreeBuilder tree{snapshot.height().value};
    for (std::size_t i = 0; i < manifest.parts.size(); ++i) {
        const Result<Bytes, Error> bytes = read(manifest.parts[i].root);
        if (!bytes) return fail(bytes.error());
        const std::optional<ledger::CheckedPart> part =
            ledger::check_part(manifest.parts[i], snapshot.places()[i], *bytes);
        if (!part) return fail(about_part(Fault::snapshot_part_wrong, i));
        const std::optional<Batch> batch = batch_of(*part, snapshot.height(), tree);
        if (!batch) return fail(about_part(Fault::snapshot_record_unknown, i));
        // Each synced: LevelDB doesn't promise that what was written buffered before a synced write is durable with it.
        if (Result<void, Error> written = state.write(*batch, Durability::synced); !written) return written;
    }
    const Digest root = tree.finish();
    DATADEED_ASSERT(root == manifest.header.state_root);
    Batch last;
    put_nodes(last, tree);
    put_record(last, keys::of(keys::meta),
               StateMeta{.chain = chain,
                         .height = snapshot.height(),
                         .block_hash = snapshot.block_hash(),
                         .oldest = snapshot.height(),
                         .log = snapshot.log()});
    return state.write(last, Durability::synced);
}

Result<void, Error> skip_to(KvStore& chain, const ChainStart& start, const CheckedManifest& snapshot) {
    const Result<ChainStore, Error> open = ChainStore::open(chain, start);
    if (!open) return fail(open.error());
    const ledger::Tip& tip = open->tip();
    const SnapshotManifest& manifest = snapshot.content();
    if (snapshot.height() <= tip.height) {
        return fail(Error{.fault = Fault::chain_block_not_next,
                          .place = "snapshot of height " + std::to_string(snapshot.height().value),
                          .detail = "the tip is at height " + std::to_string(tip.height.value)});
    }
    if (Result<void, Error> same = compare_histories(open->view(), tip, manifest); !same) return same;
    const ChainGap gap{.first = tip.height.next(),
                       .last = snapshot.height(),
                       .log_begin = tip.log_size,
                       .log_end = manifest.header.log_size};
    Batch batch;
    put_record(batch, keys::of(keys::gap, gap.first.value), gap);
    for (const EpochEnd& end : manifest.epoch_ends) {
        if (end.header.height > tip.height) put_header(batch, header_record(end.header, end.certificate));
    }
    put_header(batch, header_record(manifest.header, manifest.certificate));
    put_edge(batch, manifest);
    put_record(batch, keys::of(keys::meta),
               ChainMeta{.chain = start.chain,
                         .height = snapshot.height(),
                         .hash = snapshot.block_hash(),
                         .time = manifest.header.time,
                         .log_size = manifest.header.log_size,
                         .cert_hash = certificate_hash(manifest.certificate),
                         .votes_durable = open->votes_durable()});
    return chain.write(batch, Durability::synced);
}

}  // namespace datadeed::chain
