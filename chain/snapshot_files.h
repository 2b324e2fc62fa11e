#pragma once

#include <set>
#include <string>

#include "base/bytes.h"
#include "chain/file.h"
#include "chain/snapshot_manifest.h"

// A snapshot on disk: a folder with its manifest and its parts, each a file named for its root, so that a part stays
// what it is in another list that has it too. The manifest comes last, so a folder that has one is whole.

namespace datadeed::chain {

// Where a node with this folder of snapshots keeps the one that it fetches.
[[nodiscard]] std::string incoming_path(const std::string& snapshots);
[[nodiscard]] std::string manifest_path(const std::string& folder);
// part- and the root in hex. Two parts of one root are the same part, or both empty.
[[nodiscard]] std::string part_path(const std::string& folder, const Digest& root);

// As it was sent or written; who uses it checks it. Errors: file_*, snapshot_malformed.
[[nodiscard]] Result<SnapshotManifest, Error> read_manifest(FileSystem& files, const std::string& folder);
[[nodiscard]] Result<Bytes, Error> read_part(FileSystem& files, const std::string& folder, const Digest& root);

// A folder at this path with nothing in it but the files with the names in `kept`; the folder above must exist. The
// manifest goes first, so that a crash leaves no folder that looks whole.
[[nodiscard]] Result<void, Error> begin_folder(FileSystem& files, const std::string& folder,
                                               const std::set<std::string>& kept = {});

// Writes and syncs a part. Its name is durable after sync_folder.
[[nodiscard]] Result<void, Error> write_part(FileSystem& files, const std::string& folder, const Digest& root,
                                             ByteView bytes);

}  // namespace datadeed::chain
