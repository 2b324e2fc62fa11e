#include "chain/snapshot_files.h"

#include <memory>
#include <vector>

namespace datadeed::chain {

std::string incoming_path(const std::string& snapshots) {
    return snapshots + "/incoming";
}

std::string manifest_path(const std::string& folder) {
    return folder + "/manifest";
}

std::string part_path(const std::string& folder, const Digest& root) {
    return folder + "/part-" + to_hex(root);
}

Result<SnapshotManifest, Error> read_manifest(FileSystem& files, const std::string& folder) {
    const Result<Bytes, Error> bytes = read_file(files, manifest_path(folder), manifest_size_max);
    if (!bytes) return fail(bytes.error());
    return decode_manifest(*bytes);
}

Result<Bytes, Error> read_part(FileSystem& files, const std::string& folder, const Digest& root) {
    return read_file(files, part_path(folder, root), ledger::part_size_max);
}

Result<void, Error> begin_folder(FileSystem& files, const std::string& folder, const std::set<std::string>& kept) {
    if (Result<void, Error> made = files.create_folder(folder); !made) return made;
    const Result<bool, Error> is_whole = files.exists(manifest_path(folder));
    if (!is_whole) return fail(is_whole.error());
    if (*is_whole) {
        if (Result<void, Error> removed = files.remove(manifest_path(folder)); !removed) return removed;
        if (Result<void, Error> synced = files.sync_folder(folder); !synced) return synced;
    }
    const Result<std::vector<std::string>, Error> names = files.list(folder);
    if (!names) return fail(names.error());
    for (const std::string& name : *names) {
        if (kept.contains(name)) continue;
        if (Result<void, Error> removed = files.remove(folder + "/" + name); !removed) return removed;
    }
    return files.sync_folder(folder_of(folder));
}

Result<void, Error> write_part(FileSystem& files, const std::string& folder, const Digest& root, ByteView bytes) {
    const std::string path = part_path(folder, root);
    Result<std::unique_ptr<File>, Error> file = files.open(path, OpenMode::create_if_missing);
    if (!file) return fail(file.error());
    if (Result<void, Error> emptied = (*file)->truncate(0); !emptied) return emptied;
    if (Result<void, Error> written = (*file)->append(bytes); !written) return written;
    return (*file)->sync();
}

}  // namespace datadeed::chain
