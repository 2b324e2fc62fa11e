#pragma once

#include <cstdint>
#include <filesystem>

#include "node/fault.h"

// What the process asks of the system about itself.

namespace datadeed::node {

// umask 077, no core dumps, no reading of memory by other processes, SIGPIPE ignored, and as many open files as the
// system allows. Before anything is opened and before any thread.
void harden_process();

// What tools call the calling thread, with at most 15 characters.
void name_thread(const char* name);

// Ends the process now: no destructors, nothing more is written to the stores.
[[noreturn]] void end_process(Exit exit);

// Ends the process with 0 when it still runs after so many seconds.
void end_process_after(unsigned seconds);

// Bytes that are free to this user where `path` is; 0 when the system doesn't say.
[[nodiscard]] std::uint64_t disk_free_bytes(const std::filesystem::path& path);

}  // namespace datadeed::node
