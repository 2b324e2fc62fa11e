#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "client/problem.h"

// Small whole files, with errors that name the file and the reason. Any thread.

namespace datadeed::client {

// The problem of a file that couldn't be read, from the system's number for the reason: 404 where there is none.
[[nodiscard]] Problem unreadable(const std::string& path, int error);

// Fails when the file is larger than size_max bytes. Code: file.unreadable.
[[nodiscard]] Outcome<Bytes> read_file(const std::string& path, std::size_t size_max);

// Whether others than the file's owner have any right on it. False where it can't be looked at.
[[nodiscard]] bool is_open_to_others(const std::string& path);

enum class Mode : unsigned {
    shared = 0644,
    secret = 0600,
};

// Makes a new file and syncs it; an existing one is never overwritten. Code: file.unwritable.
[[nodiscard]] Outcome<void> create_file(const std::string& path, ByteView bytes, Mode mode);

// As create_file, but takes the place of an existing file in one step: readers see the old bytes or the new.
[[nodiscard]] Outcome<void> replace_file(const std::string& path, ByteView bytes, Mode mode);

}  // namespace datadeed::client
