#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

// Loaded before libc into one node (LD_PRELOAD): the k-th call that writes, syncs or renames below a folder fails, as
// disks do. What a failed sync had to make durable is as lost as after a real one: the file's tail since its last sync
// is cut off, and a second sync would succeed and make nothing durable. So whatever is done to that file later is a
// breach, which is written down.
//
//     DATADEED_IO_FOLDER   calls on files below it count
//     DATADEED_IO_AT       which call of that kind fails, counted from 1
//     DATADEED_IO_KIND     write, sync or rename
//     DATADEED_IO_HOW      eio, enospc, or short: a write that takes half of what it was given, which is no error
//     DATADEED_IO_REPORT   a line "failed CALL PATH" or "again CALL PATH" is appended to this file

namespace {

struct Plan {
    const char* folder{std::getenv("DATADEED_IO_FOLDER")};
    const char* kind{std::getenv("DATADEED_IO_KIND")};
    const char* how{std::getenv("DATADEED_IO_HOW")};
    const char* report{std::getenv("DATADEED_IO_REPORT")};
    long at{std::getenv("DATADEED_IO_AT") == nullptr ? 0 : std::strtol(std::getenv("DATADEED_IO_AT"), nullptr, 10)};
};

const Plan& plan() {
    static const Plan the_plan;
    return the_plan;
}

std::atomic<long> calls{0};
std::atomic<bool> has_failed{false};
char failed_path[PATH_MAX];  // written once, before has_failed

// How long each file was when it was synced last; what an earlier process left counts as synced.
std::mutex sizes_mutex;
std::map<std::string, off_t>& synced_sizes() {
    static std::map<std::string, off_t> sizes;
    return sizes;
}

off_t size_of(int file) {
    struct stat status{};
    return ::fstat(file, &status) == 0 ? status.st_size : 0;
}

template <class Call>
Call real(const char* name) {
    return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

bool path_of(int file, char* path) {
    char link[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t size = ::readlink(link, path, PATH_MAX - 1);
    if (size < 0) return false;
    path[size] = 0;
    return true;
}

void report(const char* what, const char* call, const char* path) {
    if (plan().report == nullptr) return;
    char line[PATH_MAX + 64];
    const int size = std::snprintf(line, sizeof line, "%s %s %s\n", what, call, path);
    const int file = ::open(plan().report, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    static const auto write_out = real<ssize_t (*)(int, const void*, std::size_t)>("write");
    if (write_out(file, line, static_cast<std::size_t>(size)) != size) std::abort();
    ::close(file);
}

bool is_short() {
    return std::strcmp(plan().how, "short") == 0;
}

bool is_below(const char* path) {
    return plan().folder != nullptr && std::strncmp(path, plan().folder, std::strlen(plan().folder)) == 0;
}

// Whether this is the call that fails.
bool strikes(const char* kind, const char* call, const char* path) {
    if (plan().at <= 0 || !is_below(path)) return false;
    if (has_failed.load()) {
        if (!is_short() && std::strcmp(failed_path, path) == 0) report("again", call, path);
        return false;
    }
    if (std::strcmp(plan().kind, kind) != 0 || ++calls != plan().at) return false;
    std::snprintf(failed_path, sizeof failed_path, "%s", path);
    has_failed.store(true);
    report("failed", call, path);
    errno = std::strcmp(plan().how, "enospc") == 0 ? ENOSPC : EIO;
    return true;
}

bool strikes(const char* kind, const char* call, int file) {
    if (plan().at <= 0) return false;
    char path[PATH_MAX];
    const int before = errno;
    const bool does = path_of(file, path) && strikes(kind, call, path);
    if (!does) errno = before;
    return does;
}

void note_before_write(int file) {
    char path[PATH_MAX];
    if (plan().at <= 0 || !path_of(file, path) || !is_below(path)) return;
    const std::lock_guard guard{sizes_mutex};
    synced_sizes().try_emplace(path, size_of(file));
}

int note_synced(int file, int result) {
    char path[PATH_MAX];
    if (plan().at <= 0 || result != 0 || !path_of(file, path) || !is_below(path)) return result;
    const std::lock_guard guard{sizes_mutex};
    synced_sizes()[path] = size_of(file);
    return result;
}

int lose_tail(int file) {
    const int error = errno;
    char path[PATH_MAX];
    if (path_of(file, path)) {
        const std::lock_guard guard{sizes_mutex};
        const auto known = synced_sizes().find(path);
        if (known != synced_sizes().end() && ::ftruncate(file, known->second) != 0) std::abort();
    }
    errno = error;
    return -1;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
    static const auto real_write = real<ssize_t (*)(int, const void*, size_t)>("write");
    note_before_write(file);
    if (!strikes("write", "write", file)) return real_write(file, bytes, size);
    return is_short() && size > 1 ? real_write(file, bytes, size / 2) : -1;
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
    static const auto real_pwrite = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
    note_before_write(file);
    if (!strikes("write", "pwrite", file)) return real_pwrite(file, bytes, size, offset);
    return is_short() && size > 1 ? real_pwrite(file, bytes, size / 2, offset) : -1;
}

int fsync(int file) {
    static const auto real_fsync = real<int (*)(int)>("fsync");
    return strikes("sync", "fsync", file) ? lose_tail(file) : note_synced(file, real_fsync(file));
}

int fdatasync(int file) {
    static const auto real_fdatasync = real<int (*)(int)>("fdatasync");
    return strikes("sync", "fdatasync", file) ? lose_tail(file) : note_synced(file, real_fdatasync(file));
}

int rename(const char* from, const char* to) {
    static const auto real_rename = real<int (*)(const char*, const char*)>("rename");
    return strikes("rename", "rename", to) ? -1 : real_rename(from, to);
}
}
