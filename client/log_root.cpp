#include "client/log_root.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "client/files.h"
#include "crypto/merkle.h"

namespace datadeed::client {
namespace {

constexpr std::size_t line_size_max = std::size_t{1} << 20U;
constexpr std::size_t buffer_size = std::size_t{1} << 18U;

struct CloseFile {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};

std::uint64_t size_of(std::FILE* file) {
    struct stat status{};
    const bool known = ::fstat(::fileno(file), &status) == 0 && S_ISREG(status.st_mode);
    return known ? static_cast<std::uint64_t>(status.st_size) : 0;
}

Problem line_too_long(const std::string& path, std::uint64_t line) {
    return {.code = "log.line_too_long",
            .title = "line " + std::to_string(line) + " of '" + path + "' is longer than 1 MiB",
            .detail = "a query log has one entry a line",
            .hint = {"check that the file is a log with one JSON object a line"},
            .status = 400};
}

// Cuts bytes into lines and hashes each; a line that spans buffers is carried over.
class Lines {
public:
    // False when a line is too long.
    bool add(std::string_view bytes) {
        for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
            if (!finish(bytes.substr(0, end))) return false;
            bytes.remove_prefix(end + 1);
        }
        carried_.append(bytes);
        return carried_.size() <= line_size_max;
    }

    bool end() { return carried_.empty() || finish({}); }

    [[nodiscard]] LogRoot root() const { return {.root = tree_.root(), .count = tree_.size()}; }

private:
    bool finish(std::string_view rest) {
        const bool joined = !carried_.empty();
        if (joined) carried_.append(rest);
        std::string_view line = joined ? std::string_view{carried_} : rest;
        if (line.size() > line_size_max) return false;
        if (line.ends_with('\r')) line.remove_suffix(1);
        tree_.append(crypto::leaf_hash(as_bytes(line)));
        carried_.clear();
        return true;
    }

    crypto::CompactRange tree_;
    std::string carried_;
};

}  // namespace

Outcome<LogRoot> root_of_file(const std::string& path, const ReadProgress& progress) {
    const std::unique_ptr<std::FILE, CloseFile> file{std::fopen(path.c_str(), "rbe")};
    if (!file) return fail(unreadable(path, errno));
    std::vector<char> buffer(buffer_size);
    Lines lines;
    const std::uint64_t total = size_of(file.get());
    std::uint64_t done = 0;
    while (true) {
        errno = 0;
        const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file.get());
        if (!lines.add({buffer.data(), size})) return fail(line_too_long(path, lines.root().count + 1));
        done += size;
        if (progress) progress(done, total);
        if (size < buffer.size()) break;
    }
    if (std::ferror(file.get()) != 0) return fail(unreadable(path, errno != 0 ? errno : EIO));
    if (!lines.end()) return fail(line_too_long(path, lines.root().count + 1));
    return lines.root();
}

}  // namespace datadeed::client
