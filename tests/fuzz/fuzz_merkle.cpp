#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "crypto/merkle.h"
#include "tests/fuzz/tape.h"

// Proofs of inclusion and consistency, honest ones and changed ones, for trees that are there and sizes that aren't:
// the verifier says of each what a second one says, which goes down from the root by the definitions of RFC 9162 where
// the first goes up by bits.

namespace datadeed::crypto {
namespace {

using fuzz::Tape;

constexpr std::size_t leaves_max = 70;

const std::vector<Digest>& all_leaves() {
    static const std::vector<Digest> leaves = [] {
        std::vector<Digest> made;
        for (std::size_t i = 0; i < leaves_max; ++i) made.push_back(leaf_hash(as_bytes(std::to_string(i))));
        return made;
    }();
    return leaves;
}

std::span<const Digest> tree_of(std::size_t size) {
    return std::span{all_leaves()}.first(size);
}

using Path = std::span<const Digest>;

// The root that a path leads to; none when it isn't as long as the leaf is deep. Section 2.1.3.1 read backwards.
std::optional<Digest> root_over(const Digest& leaf, std::uint64_t index, std::uint64_t size, Path path) {
    if (size == 1) return path.empty() ? std::optional{leaf} : std::nullopt;
    if (path.empty()) return std::nullopt;
    const std::uint64_t left = std::bit_floor(size - 1);
    const bool is_left = index < left;
    const auto below =
        root_over(leaf, is_left ? index : index - left, is_left ? left : size - left, path.first(path.size() - 1));
    if (!below) return std::nullopt;
    return is_left ? node_hash(*below, path.back()) : node_hash(path.back(), *below);
}

bool is_included(const InclusionClaim& claim, Path path) {
    if (claim.index >= claim.size || path.size() > merkle_path_max) return false;
    return root_over(claim.leaf_hash, claim.index, claim.size, path) == claim.root;
}

// The roots of the first m leaves and of all n of a subtree; `whole` is the root of the old tree, where the subtree
// begins with all of it. Section 2.1.4.1 read backwards.
using Roots = std::optional<std::pair<Digest, Digest>>;
Roots roots_over(std::uint64_t m, std::uint64_t n, const Digest* whole, Path path) {
    if (m == n) {
        if (whole != nullptr) return path.empty() ? Roots{{*whole, *whole}} : std::nullopt;
        return path.size() == 1 ? Roots{{path[0], path[0]}} : std::nullopt;
    }
    if (path.empty()) return std::nullopt;
    const std::uint64_t left = std::bit_floor(n - 1);
    const Path rest = path.first(path.size() - 1);
    if (m <= left) {
        const Roots below = roots_over(m, left, whole, rest);
        return below ? Roots{{below->first, node_hash(below->second, path.back())}} : std::nullopt;
    }
    const Roots below = roots_over(m - left, n - left, nullptr, rest);
    if (!below) return std::nullopt;
    return Roots{{node_hash(path.back(), below->first), node_hash(path.back(), below->second)}};
}

bool is_consistent(const ConsistencyClaim& claim, Path path) {
    if (claim.first == 0 || claim.first > claim.second || path.size() > merkle_path_max) return false;
    return roots_over(claim.first, claim.second, &claim.first_root, path) ==
           Roots{{claim.first_root, claim.second_root}};
}

Digest some_digest(Tape& tape) {
    const std::size_t size = 1 + tape.below(leaves_max);
    if (tape.below(2) == 0) return all_leaves()[size - 1];
    return root_of(tree_of(size));
}

// True if anything may have changed.
bool edit(Tape& tape, std::vector<Digest>& path) {
    bool edited = false;
    for (std::size_t edits = tape.below(4); edits > 0; --edits) {
        edited = true;
        const auto at = static_cast<std::ptrdiff_t>(path.empty() ? 0 : tape.below(path.size()));
        switch (tape.below(4)) {
            case 0:
                path.insert(path.begin() + at, some_digest(tape));
                break;
            case 1:
                path.push_back(some_digest(tape));
                break;
            case 2:
                if (!path.empty()) path.erase(path.begin() + at);
                break;
            default:
                if (!path.empty()) path[static_cast<std::size_t>(at)][tape.below(32)] ^= tape.next();
                break;
        }
    }
    return edited;
}

// Keeps the number, or puts one beside it, or any.
bool edit(Tape& tape, std::uint64_t& number) {
    switch (tape.below(8)) {
        case 0:
            number += 1;
            return true;
        case 1:
            number -= 1;
            return true;
        case 2:
            number = tape.number();
            return true;
        case 3:
            number = tape.below(leaves_max + 1);
            return true;
        default:
            return false;
    }
}

bool edit(Tape& tape, Digest& digest) {
    if (tape.below(4) != 0) return false;
    digest = some_digest(tape);
    return true;
}

void try_inclusion(Tape& tape) {
    const std::size_t size = 1 + tape.below(leaves_max);
    const std::size_t index = tape.below(size);
    InclusionClaim claim{
        .leaf_hash = all_leaves()[index], .index = index, .size = size, .root = root_of(tree_of(size))};
    std::vector<Digest> path = inclusion_path(tree_of(size), index);
    bool edited = edit(tape, path);
    edited |= edit(tape, claim.index);
    edited |= edit(tape, claim.size);
    edited |= edit(tape, claim.root);
    edited |= edit(tape, claim.leaf_hash);
    const bool accepted = verify_inclusion(claim, path);
    DATADEED_ASSERT(accepted == is_included(claim, path));
    DATADEED_ASSERT(accepted || edited);
    // Whatever is shown of a tree that is there is true of it.
    if (accepted && claim.size <= leaves_max && claim.root == root_of(tree_of(claim.size))) {
        DATADEED_ASSERT(claim.leaf_hash == all_leaves()[claim.index]);
    }
}

void try_consistency(Tape& tape) {
    const std::size_t second = 1 + tape.below(leaves_max);
    const std::size_t first = 1 + tape.below(second);
    ConsistencyClaim claim{.first = first,
                           .second = second,
                           .first_root = root_of(tree_of(first)),
                           .second_root = root_of(tree_of(second))};
    std::vector<Digest> path = consistency_path(tree_of(second), first);
    bool edited = edit(tape, path);
    edited |= edit(tape, claim.first);
    edited |= edit(tape, claim.second);
    edited |= edit(tape, claim.first_root);
    edited |= edit(tape, claim.second_root);
    const bool accepted = verify_consistency(claim, path);
    DATADEED_ASSERT(accepted == is_consistent(claim, path));
    DATADEED_ASSERT(accepted || edited);
    if (accepted && claim.second <= leaves_max && claim.second_root == root_of(tree_of(claim.second))) {
        DATADEED_ASSERT(claim.first_root == root_of(tree_of(claim.first)));
    }
}

}  // namespace
}  // namespace datadeed::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 256) return 0;
    datadeed::fuzz::Tape tape{{data, size}};
    if (tape.below(2) == 0) {
        datadeed::crypto::try_inclusion(tape);
    } else {
        datadeed::crypto::try_consistency(tape);
    }
    return 0;
}
