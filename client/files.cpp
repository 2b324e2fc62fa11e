#include "client/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace datadeed::client {
namespace {

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

Problem unreadable_for(const std::string& path, const std::string& reason, unsigned status) {
    return {.code = code::file_unreadable,
            .title = "can't read '" + path + "'",
            .detail = reason,
            .hint = {"check the name and the rights of the file"},
            .status = status};
}

Problem unwritable(const std::string& path, int error) {
    return {.code = code::file_unwritable,
            .title = "can't write '" + path + "'",
            .detail = reason_of(error),
            .hint = {error == EEXIST ? "choose another name: an existing file is never overwritten"
                                     : "check the folder, its rights and the space left on the disk"},
            .status = 400};
}

// Closes the file at the end of its scope.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_{fd} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

// 0, or errno of what failed.
int write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return ::fsync(fd) == 0 ? 0 : errno;
}

}  // namespace

// A file that was named and isn't there is a thing not found.
Problem unreadable(const std::string& path, int error) {
    return unreadable_for(path, reason_of(error), error == ENOENT ? 404 : 400);
}

Outcome<Bytes> read_file(const std::string& path, std::size_t size_max) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.get() < 0) return fail(unreadable(path, errno));
    Bytes bytes;
    ByteArray<16384> buffer{};
    while (true) {
        const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail(unreadable(path, errno));
        if (size == 0) return bytes;
        append(bytes, ByteView{buffer}.first(static_cast<std::size_t>(size)));
        if (bytes.size() > size_max) {
            return fail(unreadable_for(path, "it is larger than " + std::to_string(size_max) + " bytes", 400));
        }
    }
}

bool is_open_to_others(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

Outcome<void> create_file(const std::string& path, ByteView bytes, Mode mode) {
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode))};
    if (file.get() < 0) return fail(unwritable(path, errno));
    if (const int error = write_all(file.get(), bytes); error != 0) {
        ::unlink(path.c_str());
        return fail(unwritable(path, error));
    }
    return {};
}

Outcome<void> replace_file(const std::string& path, ByteView bytes, Mode mode) {
    const std::string fresh = path + ".new";
    ::unlink(fresh.c_str());
    if (Outcome<void> created = create_file(fresh, bytes, mode); !created) return created;
    if (::rename(fresh.c_str(), path.c_str()) != 0) {
        const int error = errno;
        ::unlink(fresh.c_str());
        return fail(unwritable(path, error));
    }
    return {};
}

}  // namespace datadeed::client
