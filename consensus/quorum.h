#pragma once

#include <cstddef>

// The arithmetic of agreement among n validators. Every check of a certificate, whoever makes it, asks here.

namespace datadeed::consensus {

// How many of n validators may be faulty: the largest f with 3f + 1 <= n. n >= 1.
[[nodiscard]] constexpr std::size_t faults(std::size_t n) {
    return (n - 1) / 3;
}

// The fewest votes such that any two quorums share a correct validator: ceil((n + f + 1) / 2). Not 2f + 1, which is too
// few wherever n isn't 3f + 1. It never exceeds n - f, so the correct ones suffice.
[[nodiscard]] constexpr std::size_t quorum(std::size_t n) {
    return (n + faults(n) + 2) / 2;
}

// So many validators include a correct one: f + 1.
[[nodiscard]] constexpr std::size_t weak_quorum(std::size_t n) {
    return faults(n) + 1;
}

}  // namespace datadeed::consensus
