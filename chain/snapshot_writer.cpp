#include "chain/snapshot_writer.h"

#include <optional>
#include <utility>
#include <vector>

#include "chain/log_edge.h"
#include "chain/snapshot_files.h"
#include "ledger/lookup.h"
#include "ledger/part_cutter.h"
#include "ledger/state_keys.h"

namespace datadeed::chain {
namespace {

// Entries of the state read at once.
constexpr std::size_t page_entries = 256;

std::string at_height(Height height) {
    return "height " + std::to_string(height.value);
}

Result<StoredHeader, Error> header_of(const ChainView& chain, Height height) {
    Result<std::optional<StoredHeader>, Error> header = chain.header(height);
    if (!header) return fail(header.error());
    if (!*header) return fail(Error{.fault = Fault::chain_not_found, .place = at_height(height), .detail = {}});
    return std::move(**header);
}

Result<std::vector<EpochEnd>, Error> epoch_ends_of(const SnapshotSource& source) {
    const ledger::Epoch last = ledger::epoch_at(source.state, source.state.height());
    std::vector<EpochEnd> ends;
    for (ledger::EpochNumber number{1}; number <= last.number; number = ledger::EpochNumber{number.value + 1}) {
        std::optional<ledger::Epoch> epoch = ledger::find_epoch(source.state, number);
        if (!epoch) break;
        Result<StoredHeader, Error> header = header_of(source.chain, Height{epoch->from.value - 1});
        if (!header) return fail(header.error());
        ends.push_back({.header = std::move(header->header),
                        .certificate = std::move(header->certificate),
                        .nodes = std::move(epoch->nodes)});
    }
    return ends;
}

// All records, without indexes (docs/decisions/0017).
Result<void, Error> sort_records(const StateSnapshot& state, RecordSorter& sorter) {
    Bytes after;
    while (true) {
        std::vector<ledger::StateReader::Entry> page = state.scan({}, after, page_entries);
        if (state.error()) return fail(*state.error());
        if (page.empty()) return {};
        after = page.back().key;
        for (ledger::StateReader::Entry& entry : page) {
            if (ledger::state_keys::is_index(entry.key)) continue;
            if (entry.key.size() > ledger::record_key_max || entry.value.size() > ledger::record_value_max) {
                return fail(Error{.fault = Fault::state_damaged,
                                  .place = at_height(state.height()),
                                  .detail = "a record is larger than any can be"});
            }
            Result<void, Error> added = sorter.add({.key = std::move(entry.key), .value = std::move(entry.value)});
            if (!added) return added;
        }
    }
}

class PartWriter {
public:
    PartWriter(FileSystem& files, const std::string& folder, std::size_t bytes_max)
        : files_{files}, folder_{folder}, cutter_{bytes_max} {}

    Result<void, Error> add(ledger::StateRecord record) {
        cutter_.add(std::move(record));
        return write_ready();
    }
    Result<std::vector<ledger::StatePart>, Error> finish() {
        cutter_.end();
        if (const Result<void, Error> written = write_ready(); !written) return fail(written.error());
        if (const Result<void, Error> synced = files_.sync_folder(folder_); !synced) return fail(synced.error());
        return std::move(list_);
    }

private:
    Result<void, Error> write_ready() {
        while (const std::optional<ledger::PartCutter::Part> part = cutter_.next()) {
            const Bytes bytes = encode(part->content);
            if (Result<void, Error> written = write_part(files_, folder_, part->part.root, bytes); !written) {
                return written;
            }
            list_.push_back(part->part);
        }
        return {};
    }

    FileSystem& files_;
    const std::string& folder_;
    ledger::PartCutter cutter_;
    std::vector<ledger::StatePart> list_{};
};

Result<std::vector<ledger::StatePart>, Error> write_parts(FileSystem& files, const std::string& folder,
                                                          const StateSnapshot& state, const SnapshotWriting& writing) {
    RecordSorter sorter{files, folder + "/sorting", writing.sorting};
    if (const Result<void, Error> sorted = sort_records(state, sorter); !sorted) return fail(sorted.error());
    PartWriter writer{files, folder, writing.part_bytes};
    const Result<void, Error> written =
        sorter.visit([&writer](ledger::StateRecord record) { return writer.add(std::move(record)); });
    if (!written) return fail(written.error());
    return writer.finish();
}

Error too_large(const std::string& folder, std::string why) {
    return {.fault = Fault::file_too_large, .place = manifest_path(folder), .detail = std::move(why)};
}

// Everything but the parts.
Result<SnapshotManifest, Error> begin_manifest(const std::string& folder, const SnapshotSource& source,
                                               const SnapshotWriting& writing) {
    SnapshotManifest manifest;
    Result<StoredHeader, Error> header = header_of(source.chain, source.state.height());
    if (!header) return fail(header.error());
    Result<std::vector<EpochEnd>, Error> epoch_ends = epoch_ends_of(source);
    if (!epoch_ends) return fail(epoch_ends.error());
    Result<std::vector<LogTile>, Error> edge = log_edge_of(source.chain, header->header.log_size);
    if (!edge) return fail(edge.error());
    manifest.epoch_ends = std::move(*epoch_ends);
    manifest.header = std::move(header->header);
    manifest.certificate = std::move(header->certificate);
    manifest.log_edge = std::move(*edge);
    if (encode(manifest).size() > writing.manifest_size_max) {
        return fail(too_large(folder, "the ends of " + std::to_string(manifest.epoch_ends.size()) +
                                          " epochs leave no room for the parts in one manifest"));
    }
    return manifest;
}

Result<void, Error> write_all(FileSystem& files, const std::string& folder, const SnapshotSource& source,
                              const SnapshotWriting& writing, SnapshotManifest& manifest) {
    if (Result<void, Error> begun = begin_folder(files, folder); !begun) return begun;
    Result<std::vector<ledger::StatePart>, Error> parts = write_parts(files, folder, source.state, writing);
    if (!parts) return fail(parts.error());
    // What isn't what a quorum certified is given to nobody.
    if (ledger::root_of(*parts) != manifest.header.state_root) {
        return fail(Error{.fault = Fault::state_damaged,
                          .place = at_height(manifest.header.height),
                          .detail = "all records together don't give the root that the header says"});
    }
    manifest.parts = std::move(*parts);
    const Bytes bytes = encode(manifest);
    if (bytes.size() > writing.manifest_size_max) {
        return fail(too_large(folder, "the state has " + std::to_string(manifest.parts.size()) +
                                          " parts, too many for one manifest besides the ends of " +
                                          std::to_string(manifest.epoch_ends.size()) + " epochs"));
    }
    return replace_file(files, manifest_path(folder), bytes);
}

}  // namespace

Result<SnapshotManifest, Error> write_snapshot(FileSystem& files, const std::string& folder,
                                               const SnapshotSource& source, const SnapshotWriting& writing) {
    Result<SnapshotManifest, Error> manifest = begin_manifest(folder, source, writing);
    if (!manifest) return manifest;
    if (const Result<void, Error> written = write_all(files, folder, source, writing, *manifest); !written) {
        // Half a snapshot serves nobody and would keep a full disk full. The error that tells why is the first one.
        (void)begin_folder(files, folder);
        return fail(written.error());
    }
    return manifest;
}

}  // namespace datadeed::chain
