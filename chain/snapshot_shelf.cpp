#include "chain/snapshot_shelf.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/fields.h"
#include "chain/snapshot_files.h"
#include "crypto/hash.h"

namespace datadeed::chain {
namespace {

Height height_of(const auto& item) {
    return item ? item->height : Height{};
}

Error malformed(std::string path, std::string why) {
    return {.fault = Fault::snapshot_malformed, .place = std::move(path), .detail = std::move(why)};
}

}  // namespace

std::string SnapshotShelf::path_of(std::size_t slot) const {
    return folder_ + "/" + std::to_string(slot);
}

Result<SnapshotShelf, Error> SnapshotShelf::open(FileSystem& files, std::string folder) {
    if (Result<void, Error> made = files.create_folder(folder); !made) return fail(made.error());
    SnapshotShelf shelf{files, std::move(folder)};
    for (std::size_t slot = 0; slot < shelf.items_.size(); ++slot) {
        const Result<bool, Error> is_whole = files.exists(manifest_path(shelf.path_of(slot)));
        if (!is_whole) return fail(is_whole.error());
        if (!*is_whole) continue;
        const Result<void, Error> loaded = shelf.load(slot);
        if (!loaded) shelf.damaged_.push_back(loaded.error());
    }
    return shelf;
}

// What it was made from was checked when it was written; that its parts cover the tree is checked again, since where a
// part lies follows from that.
Result<void, Error> SnapshotShelf::load(std::size_t slot) {
    const std::string path = manifest_path(path_of(slot));
    const Result<Bytes, Error> bytes = read_file(*files_, path, manifest_size_max);
    if (!bytes) return fail(bytes.error());
    const Result<SnapshotManifest, Error> manifest = decode_manifest(*bytes);
    if (!manifest) return fail(malformed(path, manifest.error().detail));
    const auto places = ledger::places_of(manifest->parts);
    if (!places) return fail(malformed(path, "its parts don't cover the state"));
    Item item{.height = manifest->header.height, .manifest = crypto::sha256(*bytes), .parts = {}};
    for (std::size_t i = 0; i < places->size(); ++i) {
        item.parts.emplace(manifest->parts[i].root, std::pair{manifest->parts[i], (*places)[i]});
    }
    items_[slot] = std::move(item);
    return {};
}

std::string SnapshotShelf::begin_next() {
    const auto oldest = std::ranges::min_element(items_, {}, [](const auto& item) { return height_of(item); });
    oldest->reset();
    return path_of(static_cast<std::size_t>(oldest - items_.begin()));
}

Result<void, Error> SnapshotShelf::add(const std::string& folder) {
    for (std::size_t slot = 0; slot < items_.size(); ++slot) {
        if (path_of(slot) == folder) return load(slot);
    }
    DATADEED_ASSERT(false);
    return {};
}

Height SnapshotShelf::newest() const {
    return std::max(height_of(items_[0]), height_of(items_[1]));
}

Height SnapshotShelf::older() const {
    return std::min(height_of(items_[0]), height_of(items_[1]));
}

Result<std::optional<Bytes>, Error> SnapshotShelf::manifest(Height height) const {
    for (std::size_t slot = 0; slot < items_.size(); ++slot) {
        if (height.value == 0 || height_of(items_[slot]) != height) continue;
        Result<Bytes, Error> bytes = read_file(*files_, manifest_path(path_of(slot)), manifest_size_max);
        if (!bytes) return fail(bytes.error());
        if (crypto::sha256(*bytes) != items_[slot]->manifest) {
            return fail(malformed(manifest_path(path_of(slot)), "it isn't what it was"));
        }
        return std::optional{std::move(*bytes)};
    }
    return std::optional<Bytes>{};
}

Result<std::optional<Bytes>, Error> SnapshotShelf::part(const Digest& root) const {
    for (std::size_t slot = 0; slot < items_.size(); ++slot) {
        if (!items_[slot]) continue;
        const auto found = items_[slot]->parts.find(root);
        if (found == items_[slot]->parts.end()) continue;
        Result<Bytes, Error> bytes = read_part(*files_, path_of(slot), root);
        if (!bytes) return fail(bytes.error());
        if (!ledger::check_part(found->second.first, found->second.second, *bytes)) {
            return fail(
                Error{.fault = Fault::snapshot_part_wrong, .place = part_path(path_of(slot), root), .detail = {}});
        }
        return std::optional{std::move(*bytes)};
    }
    return std::optional<Bytes>{};
}

void SnapshotShelf::forget() {
    for (auto& item : items_) item.reset();
}

}  // namespace datadeed::chain
