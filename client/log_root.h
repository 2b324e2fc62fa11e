#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/types.h"
#include "client/problem.h"

// What one side of a pair anchors of its query log: the RFC 9162 tree over the lines of a file. A leaf is a line's
// bytes without its line feed (and without the carriage return before that, so that both sides agree across systems);
// the last line may lack its line feed. An empty line is a leaf too.

namespace datadeed::client {

struct LogRoot {
    Digest root{};
    std::uint64_t count{};  // lines

    friend bool operator==(const LogRoot&, const LogRoot&) = default;
};

// Called by the calling thread after each part that was read. `bytes_total` is 0 where it can't be known, as of a pipe.
using ReadProgress = std::function<void(std::uint64_t bytes_done, std::uint64_t bytes_total)>;

// Reads the file once; memory is bounded by one line, of at most 1 MiB. Codes: file.unreadable, log.line_too_long.
[[nodiscard]] Outcome<LogRoot> root_of_file(const std::string& path, const ReadProgress& progress = {});

}  // namespace datadeed::client
