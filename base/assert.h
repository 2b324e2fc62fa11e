#pragma once

// DATADEED_ASSERT: a condition that only a bug of ours can break. It stays on in release builds, since a stopped node
// is better than a node that signs what it shouldn't. Never assert on bytes from a peer, a file or a person.

namespace datadeed {

// Prints the broken condition and its place to standard error, then aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace datadeed

#define DATADEED_ASSERT(condition) \
    (static_cast<bool>(condition) ? void(0) : ::datadeed::assertion_failed(#condition, __FILE__, __LINE__))
