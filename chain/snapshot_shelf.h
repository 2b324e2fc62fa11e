#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chain/file.h"
#include "chain/snapshot_manifest.h"

namespace datadeed::chain {

// The snapshots that a node has and gives away: the last two of those that it wrote, each in a folder of its own
// (snapshot_files.h) under one folder. One stays until the next but one is begun. What the disk changed is given to
// nobody. One thread, but for the folder that begin_next() gives out.
class SnapshotShelf {
public:
    // Looks at what is there; a folder that isn't whole is as good as none, and so is one whose manifest is no longer
    // one, or can't be read (damaged()). The folder above must exist. Errors: file_*.
    [[nodiscard]] static Result<SnapshotShelf, Error> open(FileSystem& files, std::string folder);

    // Where the next one is to be written (write_snapshot): what was there isn't given away any more.
    [[nodiscard]] std::string begin_next();
    // What was written there is whole: it's given away from now on. Errors: file_*, snapshot_malformed.
    [[nodiscard]] Result<void, Error> add(const std::string& folder);

    // The height of the newest one; 0 when there is none.
    [[nodiscard]] Height newest() const;
    // The height of the one before; 0 for none.
    [[nodiscard]] Height older() const;
    // What open() found to be damaged.
    [[nodiscard]] const std::vector<Error>& damaged() const { return damaged_; }
    // The manifest of the snapshot of this height, encoded; nothing when there is none. Errors: file_*;
    // snapshot_malformed when the file isn't what it was, with its path.
    [[nodiscard]] Result<std::optional<Bytes>, Error> manifest(Height height) const;
    // The part with this root, as it's to be sent: of whichever snapshot has it; nothing when none has. Errors: file_*;
    // snapshot_part_wrong when the file isn't what was written, with its path.
    [[nodiscard]] Result<std::optional<Bytes>, Error> part(const Digest& root) const;
    // Gives none of them away any more, where one turned out to be damaged: until the next one is written, or the shelf
    // is opened again.
    void forget();

private:
    struct Item {
        Height height{};
        Digest manifest{};  // SHA-256 of its file
        std::map<Digest, std::pair<ledger::StatePart, ledger::TreePlace>> parts{};
    };
    SnapshotShelf(FileSystem& files, std::string folder) : files_{&files}, folder_{std::move(folder)} {}

    [[nodiscard]] std::string path_of(std::size_t slot) const;
    [[nodiscard]] Result<void, Error> load(std::size_t slot);

    FileSystem* files_;
    std::string folder_;
    std::array<std::optional<Item>, 2> items_{};
    std::vector<Error> damaged_{};
};

}  // namespace datadeed::chain
