#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "chain/file.h"

namespace datadeed::chain {

namespace {

constexpr mode_t owner_only_file = 0600;
constexpr mode_t owner_only_folder = 0700;

Fault fault_of(int error) {
    if (error == ENOENT || error == ENOTDIR) return Fault::file_not_found;
    if (error == EACCES || error == EPERM || error == EROFS) return Fault::file_no_permission;
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) return Fault::file_disk_full;
    if (error == EMFILE || error == ENFILE) return Fault::file_too_many_open;
    return Fault::file_io;
}

std::string text_of(int error) {
    return std::generic_category().message(error);
}

Error error_of(int error, const std::string& path) {
    return {.fault = fault_of(error), .place = path, .detail = text_of(error)};
}

// Runs a system call again as long as a signal interrupts it.
template <class Call>
auto retried(Call&& call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

// An open descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }

    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

// A full disk may show only when written pages go out.
Result<void, Error> sync_descriptor(int descriptor, const std::string& path) {
    if (retried([descriptor] { return ::fsync(descriptor); }) == 0) return {};
    Error error = error_of(errno, path);
    if (error.fault == Fault::file_io) error.fault = Fault::file_sync_failed;
    return fail(std::move(error));
}

class PosixFile final : public File {
public:
    PosixFile(int descriptor, std::string path) : descriptor_{descriptor}, path_{std::move(path)} {}

    Result<std::uint64_t, Error> size() const override {
        struct stat status{};
        if (::fstat(descriptor_.get(), &status) != 0) return fail(error_of(errno, path_));
        return static_cast<std::uint64_t>(status.st_size);
    }

    Result<Bytes, Error> read(std::uint64_t offset, std::size_t size) const override {
        const Result<std::uint64_t, Error> end = this->size();
        if (!end) return fail(end.error());
        if (offset >= *end) return Bytes{};
        Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size, *end - offset)));
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t count = retried([&] {
                return ::pread(descriptor_.get(), bytes.data() + done, bytes.size() - done,
                               static_cast<off_t>(offset + done));
            });
            if (count < 0) return fail(error_of(errno, path_));
            if (count == 0) break;  // somebody cut it meanwhile
            done += static_cast<std::size_t>(count);
        }
        bytes.resize(done);
        return bytes;
    }

    Result<void, Error> append(ByteView bytes) override {
        while (!bytes.empty()) {
            const ssize_t count = retried([&] { return ::write(descriptor_.get(), bytes.data(), bytes.size()); });
            if (count < 0) return fail(error_of(errno, path_));
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
        return {};
    }

    Result<void, Error> truncate(std::uint64_t size) override {
        if (retried([&] { return ::ftruncate(descriptor_.get(), static_cast<off_t>(size)); }) == 0) return {};
        return fail(error_of(errno, path_));
    }

    Result<void, Error> sync() override { return sync_descriptor(descriptor_.get(), path_); }

private:
    Descriptor descriptor_;
    std::string path_;
};

class PosixLock final : public FileLock {
public:
    explicit PosixLock(int descriptor) : descriptor_{descriptor} {}

private:
    Descriptor descriptor_;
};

Result<int, Error> open_descriptor(const std::string& path, int flags) {
    const int number = retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, owner_only_file); });
    if (number < 0) return fail(error_of(errno, path));
    return number;
}

class PosixFileSystem final : public FileSystem {
public:
    Result<std::unique_ptr<File>, Error> open(const std::string& path, OpenMode mode) override {
        int flags = O_RDWR | O_APPEND;
        if (mode == OpenMode::create_if_missing) flags |= O_CREAT;
        if (mode == OpenMode::create_new) flags |= O_CREAT | O_EXCL;
        Result<int, Error> number = open_descriptor(path, flags);
        // An auditor may look at a copy that it can't change.
        if (!number && mode == OpenMode::must_exist && number.error().fault == Fault::file_no_permission) {
            number = open_descriptor(path, O_RDONLY);
        }
        if (!number) return fail(number.error());
        return std::make_unique<PosixFile>(*number, path);
    }

    Result<bool, Error> exists(const std::string& path) const override {
        struct stat status{};
        if (::stat(path.c_str(), &status) == 0) return true;
        if (errno == ENOENT || errno == ENOTDIR) return false;
        return fail(error_of(errno, path));
    }

    Result<void, Error> rename(const std::string& from, const std::string& to) override {
        if (::rename(from.c_str(), to.c_str()) == 0) return {};
        return fail(error_of(errno, from + " -> " + to));
    }

    Result<void, Error> remove(const std::string& path) override {
        if (::unlink(path.c_str()) == 0) return {};
        return fail(error_of(errno, path));
    }

    Result<void, Error> sync_folder(const std::string& folder) override {
        const Result<int, Error> number = open_descriptor(folder, O_RDONLY | O_DIRECTORY);
        if (!number) return fail(number.error());
        const Descriptor descriptor{*number};
        return sync_descriptor(descriptor.get(), folder);
    }

    Result<void, Error> create_folder(const std::string& folder) override {
        if (::mkdir(folder.c_str(), owner_only_folder) == 0) return {};
        const int error = errno;
        struct stat status{};
        const bool there = error == EEXIST && ::stat(folder.c_str(), &status) == 0;
        if (there && S_ISDIR(status.st_mode)) return {};
        if (there) return fail(Error{.fault = Fault::folder_is_a_file, .place = folder, .detail = {}});
        return fail(error_of(error, folder));
    }

    Result<std::vector<std::string>, Error> list(const std::string& folder) const override {
        std::vector<std::string> names;
        std::error_code error;
        for (std::filesystem::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
            names.push_back(at->path().filename().string());
        }
        if (error) return fail(error_of(error.value(), folder));
        std::sort(names.begin(), names.end());
        return names;
    }

    Result<std::unique_ptr<FileLock>, Error> lock(const std::string& path, std::string_view owner) override {
        const Result<int, Error> number = open_descriptor(path, O_RDWR | O_CREAT);
        if (!number) return fail(number.error());
        Descriptor descriptor{*number};
        // flock, not fcntl: it belongs to the open file, so a second handle in the same process is refused too.
        if (retried([&] { return ::flock(descriptor.get(), LOCK_EX | LOCK_NB); }) != 0) {
            const int error = errno;
            if (error != EWOULDBLOCK) return fail(error_of(error, path));
            const Result<Bytes, Error> holder = read_file(*this, path, 256);
            return fail(Error{.fault = Fault::folder_locked,
                              .place = path,
                              .detail = holder ? std::string{as_text(*holder)} : std::string{}});
        }
        // What's written is for people only, so it needn't be durable.
        if (::ftruncate(descriptor.get(), 0) != 0 ||
            ::pwrite(descriptor.get(), owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size())) {
            return fail(error_of(errno, path));
        }
        return std::make_unique<PosixLock>(descriptor.release());
    }
};

}  // namespace

FileSystem& posix_files() {
    static PosixFileSystem files;
    return files;
}

}  // namespace datadeed::chain
