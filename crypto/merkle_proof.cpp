#include <algorithm>
#include <bit>

#include "base/assert.h"
#include "crypto/merkle.h"

// The names fn, sn, fr, sr are those of RFC 9162 sections 2.1.3.2 and 2.1.4.2.

namespace datadeed::crypto {
namespace {

// The root of `count` leaves from `begin`, which section 2.1.1's splitting reached: whenever count is a power of two,
// begin is a multiple of it.
Digest subtree_root(const NodeReader& read, std::uint64_t begin, std::uint64_t count) {
    const auto level = static_cast<unsigned>(std::bit_width(count) - 1);
    if (std::has_single_bit(count)) return read(level, begin >> level);
    const std::uint64_t left = std::uint64_t{1} << level;
    return node_hash(subtree_root(read, begin, left), subtree_root(read, begin + left, count - left));
}

// The largest power of two below `count`, which is above 1.
std::uint64_t split(std::uint64_t count) {
    return std::bit_floor(count - 1);
}

NodeReader reader_of(std::span<const Digest> leaf_hashes) {
    return [leaf_hashes](unsigned level, std::uint64_t index) {
        const std::size_t count = std::size_t{1} << level;
        return root_of(leaf_hashes.subspan(static_cast<std::size_t>(index) * count, count));
    };
}

// The place of a node at its level, and of the last node there.
struct Position {
    std::uint64_t fn{};
    std::uint64_t sn{};

    [[nodiscard]] bool is_right_or_last() const { return (fn & 1U) != 0 || fn == sn; }
    void up() {
        fn >>= 1U;
        sn >>= 1U;
    }
    // A last node without a sibling is carried up unchanged: go to where it has one.
    void up_to_sibling() {
        while ((fn & 1U) == 0 && fn != 0) up();
    }
};

}  // namespace

Digest root_of(const NodeReader& read, std::uint64_t size) {
    DATADEED_ASSERT(size < merkle_size_limit);
    return size == 0 ? empty_root() : subtree_root(read, 0, size);
}

std::vector<Digest> inclusion_path(const NodeReader& read, const LeafPlace& place) {
    DATADEED_ASSERT(place.index < place.size && place.size < merkle_size_limit);
    std::vector<Digest> path;
    std::uint64_t begin = 0;
    for (std::uint64_t count = place.size; count > 1;) {
        const std::uint64_t left = split(count);
        if (place.index - begin < left) {
            path.push_back(subtree_root(read, begin + left, count - left));
            count = left;
        } else {
            path.push_back(subtree_root(read, begin, left));
            begin += left;
            count -= left;
        }
    }
    std::ranges::reverse(path);
    return path;
}

std::vector<Digest> inclusion_path(std::span<const Digest> leaf_hashes, std::uint64_t index) {
    return inclusion_path(reader_of(leaf_hashes), {.index = index, .size = leaf_hashes.size()});
}

std::vector<Digest> consistency_path(const NodeReader& read, const TreeSizes& sizes) {
    DATADEED_ASSERT(0 < sizes.first && sizes.first <= sizes.second && sizes.second < merkle_size_limit);
    std::vector<Digest> path;
    std::uint64_t begin = 0;
    std::uint64_t first = sizes.first;
    std::uint64_t count = sizes.second;
    while (first != count) {
        const std::uint64_t left = split(count);
        if (first <= left) {
            path.push_back(subtree_root(read, begin + left, count - left));
            count = left;
        } else {
            path.push_back(subtree_root(read, begin, left));
            begin += left;
            first -= left;
            count -= left;
        }
    }
    // The last subtree is the whole first tree only if the walk never went right; else its root must be told.
    if (begin != 0) path.push_back(subtree_root(read, begin, count));
    std::ranges::reverse(path);
    return path;
}

std::vector<Digest> consistency_path(std::span<const Digest> leaf_hashes, std::uint64_t first) {
    return consistency_path(reader_of(leaf_hashes), {.first = first, .second = leaf_hashes.size()});
}

bool verify_inclusion(const InclusionClaim& claim, std::span<const Digest> path) {
    if (claim.index >= claim.size || path.size() > merkle_path_max) return false;
    Position at{.fn = claim.index, .sn = claim.size - 1};
    Digest root = claim.leaf_hash;
    for (const Digest& sibling : path) {
        if (at.sn == 0) return false;
        if (at.is_right_or_last()) {
            root = node_hash(sibling, root);
            at.up_to_sibling();
        } else {
            root = node_hash(root, sibling);
        }
        at.up();
    }
    return at.sn == 0 && root == claim.root;
}

bool verify_consistency(const ConsistencyClaim& claim, std::span<const Digest> path) {
    if (claim.first == 0 || claim.first > claim.second || path.size() > merkle_path_max) return false;
    if (claim.first == claim.second) return path.empty() && claim.first_root == claim.second_root;

    // A first tree of a power of two is itself the subtree from which the walk starts, and stands in no path.
    const bool starts_at_first_root = std::has_single_bit(claim.first);
    if (!starts_at_first_root && path.empty()) return false;
    Digest fr = starts_at_first_root ? claim.first_root : path.front();
    Digest sr = fr;
    if (!starts_at_first_root) path = path.subspan(1);

    Position at{.fn = claim.first - 1, .sn = claim.second - 1};
    while ((at.fn & 1U) != 0) at.up();
    for (const Digest& node : path) {
        if (at.sn == 0) return false;
        if (at.is_right_or_last()) {
            fr = node_hash(node, fr);
            sr = node_hash(node, sr);
            at.up_to_sibling();
        } else {
            sr = node_hash(sr, node);
        }
        at.up();
    }
    return at.sn == 0 && fr == claim.first_root && sr == claim.second_root;
}

}  // namespace datadeed::crypto
