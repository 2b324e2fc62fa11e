#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/types.h"

// The Merkle tree of RFC 9162 section 2.1 with SHA-256. Sizes are numbers of leaves, below 2^63. Pure; any thread.

namespace datadeed::crypto {

// No proof is longer: a tree of fewer than 2^63 leaves has at most this many levels below its root.
inline constexpr std::size_t merkle_path_max = 63;
inline constexpr std::uint64_t merkle_size_limit = std::uint64_t{1} << merkle_path_max;

// SHA-256(0x00 || entry).
[[nodiscard]] Digest leaf_hash(ByteView entry);
// SHA-256(0x01 || left || right).
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);
// The root of a tree without leaves: SHA-256 of nothing.
[[nodiscard]] Digest empty_root();

// What must be remembered of a tree to append to it and know its root: the roots of its complete subtrees, at most one
// for each bit of the size. A value: equal trees give equal objects and equal bytes.
class CompactRange {
public:
    void append(const Digest& leaf_hash);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Digest root() const;

    // The range of so many leaves with these subtrees; nothing unless there are as many hashes as the size demands.
    [[nodiscard]] static std::optional<CompactRange> of(std::uint64_t size, std::vector<Digest> hashes);

    // Whether there are as many hashes as the size demands. True for all that append made; what was decoded from
    // elsewhere must be asked before use.
    [[nodiscard]] bool is_well_formed() const;

    static constexpr void fields(auto& self, auto&& visit) {
        visit("size", self.size_);
        visit("hashes", self.hashes_, Limit{merkle_path_max});
    }
    friend bool operator==(const CompactRange&, const CompactRange&) = default;

private:
    std::uint64_t size_{0};
    std::vector<Digest> hashes_{};  // from the largest subtree (left) to the smallest
};

[[nodiscard]] Digest root_of(std::span<const Digest> leaf_hashes);

// Gives the root of the complete subtree over the leaves [index << level, (index + 1) << level); level 0 is a leaf
// hash. Called only for subtrees that are complete in the tree asked about.
using NodeReader = std::function<Digest(unsigned level, std::uint64_t index)>;

// Root of the first `size` leaves.
[[nodiscard]] Digest root_of(const NodeReader& read, std::uint64_t size);

// Which leaf of which tree. Asserted where proofs are made: index < size.
struct LeafPlace {
    std::uint64_t index{};
    std::uint64_t size{};
};

// The two sizes that a consistency proof joins. Asserted where proofs are made: 0 < first <= second.
struct TreeSizes {
    std::uint64_t first{};
    std::uint64_t second{};
};

// PATH(m, D_n) of section 2.1.3.1: from the leaf's sibling up.
[[nodiscard]] std::vector<Digest> inclusion_path(const NodeReader& read, const LeafPlace& place);
// The tree is all of `leaf_hashes`.
[[nodiscard]] std::vector<Digest> inclusion_path(std::span<const Digest> leaf_hashes, std::uint64_t index);

// PROOF(m, D_n) of section 2.1.4.1.
[[nodiscard]] std::vector<Digest> consistency_path(const NodeReader& read, const TreeSizes& sizes);
// From the first `first` leaves to all of `leaf_hashes`.
[[nodiscard]] std::vector<Digest> consistency_path(std::span<const Digest> leaf_hashes, std::uint64_t first);

// "This leaf stands at this index of the tree of this size and root."
struct InclusionClaim {
    Digest leaf_hash{};
    std::uint64_t index{};
    std::uint64_t size{};
    Digest root{};
};

// "The tree of the second size and root begins with the tree of the first."
struct ConsistencyClaim {
    std::uint64_t first{};
    std::uint64_t second{};
    Digest first_root{};
    Digest second_root{};
};

// Section 2.1.3.2. Any input is safe.
[[nodiscard]] bool verify_inclusion(const InclusionClaim& claim, std::span<const Digest> path);

// Section 2.1.4.2, narrowed: a first size of 0 is refused (an empty tree proves nothing), equal sizes need equal roots
// and an empty path. Any input is safe.
[[nodiscard]] bool verify_consistency(const ConsistencyClaim& claim, std::span<const Digest> path);

}  // namespace datadeed::crypto
