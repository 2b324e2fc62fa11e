#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "chain/file.h"
#include "chain/snapshot_manifest.h"

namespace datadeed::chain {

// A snapshot on its way here: its parts come in any order, from whomever, and each is checked before a byte of it is
// kept. What has come survives a crash, and is checked again when the download goes on. The folder becomes that of a
// snapshot (snapshot_files.h) when all is there; until then "wanted" stands in it for the manifest. It says which
// download this is; no byte of it gets into the snapshot. One thread.
class SnapshotDownload {
public:
    // Goes on with what the folder has of this snapshot, or begins, keeping the parts that this list has too: somebody
    // else's list of the same block, cut otherwise, costs no more than it must. The folder above must exist; nodes use
    // no other `part_bytes`. Errors: snapshot_list_wrong when the parts that are there show it; file_*.
    [[nodiscard]] static Result<SnapshotDownload, Error> open(FileSystem& files, std::string folder,
                                                              CheckedManifest manifest,
                                                              std::size_t part_bytes = ledger::part_bytes);

    [[nodiscard]] const CheckedManifest& manifest() const { return manifest_; }
    // Numbers of the parts that are still to come; empty parts follow from the manifest.
    [[nodiscard]] const std::set<std::size_t>& missing() const { return missing_; }

    // Keeps a part, unless it is there already. Errors, of which the first two leave all as it was: snapshot_part_wrong
    // when it isn't of the root that the list says, the fault of who sent it for that root; snapshot_list_wrong when it
    // is, but no honest node cuts so, the fault of who made the list: too large for one part, or small enough to be one
    // with its other half; file_*.
    [[nodiscard]] Result<void, Error> put(std::size_t number, ByteView bytes);

    // With nothing missing (asserted): makes all of it durable and the folder a whole snapshot's, under the manifest
    // that was checked. Errors: file_*.
    [[nodiscard]] Result<void, Error> finish();

private:
    SnapshotDownload(FileSystem& files, std::string folder, CheckedManifest manifest, std::size_t part_bytes)
        : files_{&files},
          folder_{std::move(folder)},
          manifest_{std::move(manifest)},
          part_bytes_{part_bytes},
          sizes_(manifest_.places().size()) {}

    // Whether the file at this path is the manifest of this snapshot.
    [[nodiscard]] Result<bool, Error> is_named_by(const std::string& path) const;
    [[nodiscard]] Result<bool, Error> has_begun() const;
    [[nodiscard]] Result<void, Error> begin();
    [[nodiscard]] Result<void, Error> look_for_parts(bool looks_whole);
    // Its size if it's here and as the list says.
    [[nodiscard]] Result<std::optional<ledger::PartSize>, Error> find_part(std::size_t number) const;
    // Notes a part that is here; false when it shows that the list wasn't cut by the rule.
    [[nodiscard]] bool note_size(std::size_t number, const ledger::PartSize& size);
    // Whether this part and the next one are here and should have been one.
    [[nodiscard]] bool is_needless_cut(std::size_t number) const;
    [[nodiscard]] Result<void, Error> take_manifest_away();
    [[nodiscard]] Result<void, Error> write_empty_parts();

    FileSystem* files_;
    std::string folder_;
    CheckedManifest manifest_;
    std::size_t part_bytes_;
    std::vector<std::optional<ledger::PartSize>> sizes_;  // of the parts that are here
    std::set<std::size_t> missing_{};
};

}  // namespace datadeed::chain
