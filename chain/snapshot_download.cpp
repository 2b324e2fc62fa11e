#include "chain/snapshot_download.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "chain/snapshot_files.h"

namespace datadeed::chain {
namespace {

std::string wanted_path(const std::string& folder) {
    return folder + "/wanted";
}

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

Result<void, Error> sync_file(FileSystem& files, const std::string& path) {
    const Result<std::unique_ptr<File>, Error> file = files.open(path, OpenMode::must_exist);
    if (!file) return fail(file.error());
    return (*file)->sync();
}

// Certificates of one block may differ from node to node; the block and the parts are what a download is of.
bool is_of_same(const SnapshotManifest& a, const SnapshotManifest& b) {
    return a.header == b.header && a.parts == b.parts;
}

}  // namespace

Result<SnapshotDownload, Error> SnapshotDownload::open(FileSystem& files, std::string folder, CheckedManifest manifest,
                                                       std::size_t part_bytes) {
    SnapshotDownload download{files, std::move(folder), std::move(manifest), part_bytes};
    const Result<bool, Error> has_begun = download.has_begun();
    if (!has_begun) return fail(has_begun.error());
    if (!*has_begun) {
        if (const Result<void, Error> begun = download.begin(); !begun) return fail(begun.error());
    }
    const Result<bool, Error> looks_whole = files.exists(manifest_path(download.folder_));
    if (!looks_whole) return fail(looks_whole.error());
    if (const Result<void, Error> looked = download.look_for_parts(*looks_whole); !looked) return fail(looked.error());
    if (download.missing_.empty()) return download;
    // While parts are written the folder mustn't look whole.
    if (*looks_whole) {
        const Result<void, Error> begun = download.take_manifest_away();
        if (!begun) return fail(begun.error());
    }
    if (const Result<void, Error> empty = download.write_empty_parts(); !empty) return fail(empty.error());
    return download;
}

Result<bool, Error> SnapshotDownload::is_named_by(const std::string& path) const {
    const Result<Bytes, Error> bytes = read_file(*files_, path, manifest_size_max);
    if (!bytes && bytes.error().fault != Fault::file_not_found) return fail(bytes.error());
    if (!bytes) return false;
    const Result<SnapshotManifest, Error> found = decode_manifest(*bytes);
    return found && is_of_same(*found, manifest_.content());
}

Result<bool, Error> SnapshotDownload::has_begun() const {
    const Result<bool, Error> is_under_way = is_named_by(wanted_path(folder_));
    if (!is_under_way || *is_under_way) return is_under_way;
    return is_named_by(manifest_path(folder_));
}

Result<void, Error> SnapshotDownload::begin() {
    std::set<std::string> kept;
    for (const ledger::StatePart& part : manifest_.content().parts) kept.insert(name_of(part_path("", part.root)));
    if (Result<void, Error> emptied = begin_folder(*files_, folder_, kept); !emptied) return emptied;
    return replace_file(*files_, wanted_path(folder_), encode(manifest_.content()));
}

Result<void, Error> SnapshotDownload::look_for_parts(bool looks_whole) {
    for (std::size_t number = 0; number < manifest_.places().size(); ++number) {
        const Result<std::optional<ledger::PartSize>, Error> found = find_part(number);
        if (!found) return fail(found.error());
        if (!*found) {
            missing_.insert(number);
            continue;
        }
        if (!note_size(number, **found)) return fail(about_part(Fault::snapshot_list_wrong, number));
        if (looks_whole) continue;
        // Whoever wrote it may have ended before it was durable.
        const std::string path = part_path(folder_, manifest_.content().parts[number].root);
        if (Result<void, Error> synced = sync_file(*files_, path); !synced) return synced;
    }
    return {};
}

// A crash may have torn a part, or the disk changed it: such a part is missing like one that never came.
Result<std::optional<ledger::PartSize>, Error> SnapshotDownload::find_part(std::size_t number) const {
    const ledger::StatePart& wanted = manifest_.content().parts[number];
    const Result<Bytes, Error> bytes = read_part(*files_, folder_, wanted.root);
    // One that can't be read is fetched again.
    if (!bytes) return std::optional<ledger::PartSize>{};
    const std::optional<ledger::CheckedPart> part = ledger::check_part(wanted, manifest_.places()[number], *bytes);
    return part ? std::optional{ledger::size_of(part->records)} : std::nullopt;
}

// Where a place is cut though it needn't be, the two smallest halves of that cut are parts of the list: looking at
// neighbours finds all of them.
bool SnapshotDownload::is_needless_cut(std::size_t number) const {
    const std::vector<ledger::TreePlace>& places = manifest_.places();
    if (number + 1 >= places.size() || !ledger::are_halves(places[number], places[number + 1])) return false;
    if (!sizes_[number] || !sizes_[number + 1]) return false;
    return ledger::is_one_part(*sizes_[number] + *sizes_[number + 1], part_bytes_);
}

bool SnapshotDownload::note_size(std::size_t number, const ledger::PartSize& size) {
    if (!ledger::is_one_part(size, part_bytes_)) return false;
    sizes_[number] = size;
    if (!is_needless_cut(number) && (number == 0 || !is_needless_cut(number - 1))) return true;
    sizes_[number].reset();
    return false;
}

Result<void, Error> SnapshotDownload::take_manifest_away() {
    Result<void, Error> renamed = files_->rename(manifest_path(folder_), wanted_path(folder_));
    if (!renamed) return renamed;
    return files_->sync_folder(folder_);
}

// Nobody needs to send them.
Result<void, Error> SnapshotDownload::write_empty_parts() {
    const std::set<std::size_t> missing = missing_;
    for (const std::size_t number : missing) {
        if (manifest_.content().parts[number].root != ledger::empty_state_root()) continue;
        if (Result<void, Error> written = put(number, encode(ledger::PartContent{})); !written) return written;
    }
    return {};
}

Result<void, Error> SnapshotDownload::put(std::size_t number, ByteView bytes) {
    if (number >= manifest_.places().size()) return fail(about_part(Fault::snapshot_part_wrong, number));
    const ledger::StatePart& wanted = manifest_.content().parts[number];
    const std::optional<ledger::CheckedPart> part = ledger::check_part(wanted, manifest_.places()[number], bytes);
    if (!part) return fail(about_part(Fault::snapshot_part_wrong, number));
    if (!missing_.contains(number)) return {};
    if (!note_size(number, ledger::size_of(part->records))) {
        return fail(about_part(Fault::snapshot_list_wrong, number));
    }
    if (Result<void, Error> written = write_part(*files_, folder_, wanted.root, bytes); !written) return written;
    missing_.erase(number);
    return {};
}

Result<void, Error> SnapshotDownload::finish() {
    DATADEED_ASSERT(missing_.empty());
    if (Result<void, Error> synced = files_->sync_folder(folder_); !synced) return synced;
    Result<void, Error> named = replace_file(*files_, manifest_path(folder_), encode(manifest_.content()));
    if (!named) return named;
    const Result<bool, Error> is_under_way = files_->exists(wanted_path(folder_));
    if (!is_under_way) return fail(is_under_way.error());
    if (!*is_under_way) return {};
    if (Result<void, Error> removed = files_->remove(wanted_path(folder_)); !removed) return removed;
    return files_->sync_folder(folder_);
}

}  // namespace datadeed::chain
