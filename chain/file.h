#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "chain/error.h"

// Our own layer over files: the seam at which the simulator breaks disks. What LevelDB writes doesn't go through here.
// Paths are as the system has them; nothing here is for several threads at once, but different files may be.

namespace datadeed::chain {

// One open file. It closes itself; closing makes nothing durable.
class File {
public:
    virtual ~File() = default;

    // Bytes in the file, written but not yet durable ones included.
    [[nodiscard]] virtual Result<std::uint64_t, Error> size() const = 0;
    // Up to `size` bytes from `offset`; fewer only where the file ends.
    [[nodiscard]] virtual Result<Bytes, Error> read(std::uint64_t offset, std::size_t size) const = 0;
    // Adds at the end, all or an error; after an error some of it may be there.
    [[nodiscard]] virtual Result<void, Error> append(ByteView bytes) = 0;
    [[nodiscard]] virtual Result<void, Error> truncate(std::uint64_t size) = 0;
    // Returns when all of the file is durable. After an error the file must not be used any more: the system may have
    // marked lost pages as clean, so a second call proves nothing.
    [[nodiscard]] virtual Result<void, Error> sync() = 0;
};

// Held as long as the object lives, and by the process only: the system lets go of it when the process dies.
class FileLock {
public:
    virtual ~FileLock() = default;
};

enum class OpenMode : std::uint8_t {
    must_exist,
    create_if_missing,
    // Fails when the name is taken.
    create_new,
};

class FileSystem {
public:
    virtual ~FileSystem() = default;

    // Files are made readable for their owner alone. The name itself is durable only after sync_folder.
    [[nodiscard]] virtual Result<std::unique_ptr<File>, Error> open(const std::string& path, OpenMode mode) = 0;
    [[nodiscard]] virtual Result<bool, Error> exists(const std::string& path) const = 0;
    // Replaces `to` in one step. Durable after sync_folder.
    [[nodiscard]] virtual Result<void, Error> rename(const std::string& from, const std::string& to) = 0;
    [[nodiscard]] virtual Result<void, Error> remove(const std::string& path) = 0;
    // Makes the names in this folder durable.
    [[nodiscard]] virtual Result<void, Error> sync_folder(const std::string& folder) = 0;
    // Success when it is there already; folder_is_a_file when a file is. The folder above must exist.
    [[nodiscard]] virtual Result<void, Error> create_folder(const std::string& folder) = 0;
    // Names in the folder, sorted, without . and ..
    [[nodiscard]] virtual Result<std::vector<std::string>, Error> list(const std::string& folder) const = 0;
    // Locks the file at `path` (made when missing) and writes `owner` into it, for the message that the next one
    // gets: folder_locked, with the holder's note as detail.
    [[nodiscard]] virtual Result<std::unique_ptr<FileLock>, Error> lock(const std::string& path,
                                                                        std::string_view owner) = 0;
};

// The real one. Process-wide and stateless; safe from any thread.
[[nodiscard]] FileSystem& posix_files();

// The whole of a file that may have at most `size_max` bytes (else file_too_large).
[[nodiscard]] Result<Bytes, Error> read_file(FileSystem& files, const std::string& path, std::size_t size_max);

// Writes name.new, syncs, renames, syncs the folder: after a crash the old or the new content is there, whole.
[[nodiscard]] Result<void, Error> replace_file(FileSystem& files, const std::string& path, ByteView content);

// The folder that a path is in: "." for a bare name.
[[nodiscard]] std::string folder_of(const std::string& path);

}  // namespace datadeed::chain
