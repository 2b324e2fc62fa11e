#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace datadeed {

// The candidate that somebody who wrote `word` most likely meant: the one at the least edit distance (insertions,
// deletions, replacements, neighbours swapped), when that is at most a third of the word's length, rounded up. Among
// equals the first. Nothing when no candidate is near.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

// " - did you mean 'grant'?", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace datadeed
