#include "chain/leveldb_env.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "chain/file.h"

namespace datadeed::chain {

namespace {

leveldb::Status status_of(const std::string& path, int error) {
    return leveldb::Status::IOError(path, std::generic_category().message(error));
}

class TableFile final : public leveldb::RandomAccessFile {
public:
    TableFile(std::string path, int descriptor) : path_{std::move(path)}, descriptor_{descriptor} {}
    ~TableFile() override { ::close(descriptor_); }

    leveldb::Status Read(std::uint64_t offset, std::size_t size, leveldb::Slice* result, char* scratch) const override {
        std::size_t done = 0;
        while (done < size) {
            const ssize_t count = ::pread(descriptor_, scratch + done, size - done, static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return status_of(path_, errno);
            if (count == 0) break;  // a short read is for LevelDB to judge
            done += static_cast<std::size_t>(count);
        }
        *result = leveldb::Slice{scratch, done};
        return leveldb::Status::OK();
    }

private:
    std::string path_;
    int descriptor_;
};

leveldb::Status sync_names(const std::string& path) {
    const Result<void, Error> synced = posix_files().sync_folder(folder_of(path));
    return synced ? leveldb::Status::OK() : leveldb::Status::IOError(synced.error().place, synced.error().detail);
}

class StrictEnv final : public leveldb::EnvWrapper {
public:
    StrictEnv() : leveldb::EnvWrapper{leveldb::Env::Default()} {}

    leveldb::Status NewRandomAccessFile(const std::string& path, leveldb::RandomAccessFile** file) override {
        *file = nullptr;
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0 && errno == ENOENT) {
            return leveldb::Status::NotFound(path, std::generic_category().message(ENOENT));
        }
        if (descriptor < 0) return status_of(path, errno);
        *file = new TableFile{path, descriptor};
        return leveldb::Status::OK();
    }

    leveldb::Status NewWritableFile(const std::string& path, leveldb::WritableFile** file) override {
        leveldb::Status status = target()->NewWritableFile(path, file);
        if (!status.ok()) return status;
        status = sync_names(path);
        if (!status.ok()) {
            delete *file;
            *file = nullptr;
        }
        return status;
    }

    leveldb::Status RenameFile(const std::string& from, const std::string& to) override {
        const leveldb::Status status = target()->RenameFile(from, to);
        return status.ok() ? sync_names(to) : status;
    }
};

}  // namespace

leveldb::Env* leveldb_env() {
    // Never destroyed: LevelDB's background thread may outlive static objects.
    static StrictEnv* const env = new StrictEnv;
    return env;
}

}  // namespace datadeed::chain
