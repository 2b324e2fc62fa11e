#pragma once

#include <string>
#include <vector>

#include "tests/tidy/source_tree.h"

// The rules of docs/style.md that a machine can hold. Each returns one sentence a breach, with file and line.

namespace datadeed::tidy {

using Breaches = std::vector<std::string>;

inline constexpr std::size_t header_lines_max = 150;
inline constexpr std::size_t source_lines_max = 400;
inline constexpr std::size_t test_lines_max = 500;
inline constexpr std::size_t function_lines_max = 60;

// An include of a room that is not in DEPENDS, and a DEPENDS that points up or to a neighbour (consensus and ledger).
[[nodiscard]] Breaches check_arrows(const SourceTree& tree);

// An outside package included by a room that is not the one that may.
[[nodiscard]] Breaches check_outside_packages(const SourceTree& tree);

// I/O, clocks, threads, randomness, floats and unordered containers in pure rooms.
[[nodiscard]] Breaches check_purity(const SourceTree& tree);

// Files and functions that grew too long.
[[nodiscard]] Breaches check_sizes(const SourceTree& tree);

// Calls that have a better replacement, and words that have no place.
[[nodiscard]] Breaches check_banned(const SourceTree& tree);

// A lambda with captures or a braced aggregate inside a statement with co_await: GCC 12 destroys it twice.
[[nodiscard]] Breaches check_coroutines(const SourceTree& tree);

}  // namespace datadeed::tidy
