#include "base/suggest.h"

#include <algorithm>
#include <vector>

namespace datadeed {
namespace {

// Words longer than this are not typing errors.
constexpr std::size_t word_size_max = 64;

// Optimal string alignment distance (Boytsov 2011, section 2.2), by rows.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > word_size_max) return std::nullopt;
    const std::size_t far = (word.size() + 2) / 3 + 1;
    std::size_t least = far;
    std::optional<std::string_view> best;
    for (const std::string_view candidate : candidates) {
        const std::size_t found = distance(word, candidate);
        if (found < least) {
            least = found;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    const std::optional<std::string_view> meant = nearest(word, candidates);
    return meant ? " - did you mean '" + std::string{*meant} + "'?" : std::string{};
}

}  // namespace datadeed
