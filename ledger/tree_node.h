#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/types.h"
#include "ledger/state_tree.h"

// One stored node of the state tree: up to 16 children, one for each value of the next nibble. Inside this
// room only; plain values.

namespace datadeed::ledger::tree {

// The nibbles of a key hash, and so the most levels of stored nodes.
inline constexpr std::size_t nibbles_max = 64;

// The nibble at `depth`, counted from the most significant.
[[nodiscard]] inline unsigned nibble(const Digest& key_hash, std::size_t depth) {
    const unsigned byte = key_hash[depth / 2];
    return depth % 2 == 0 ? byte >> 4 : byte & 0x0F;
}

// The bits of a key hash, and so the most levels of the binary tree.
inline constexpr std::size_t bits_max = 256;

// The bit at `depth`, counted likewise.
[[nodiscard]] inline bool bit(const Digest& key_hash, std::size_t depth) {
    return (key_hash[depth / 8] >> (7 - depth % 8) & 1) != 0;
}

struct Child {
    enum class Kind : std::uint8_t { nothing, leaf, inner };

    Kind kind{Kind::nothing};
    std::uint64_t version{};  // inner: the version that wrote the node
    Digest hash{};            // inner: its hash; leaf: that of its key
    Digest value_hash{};      // leaf: that of its value

    friend bool operator==(const Child&, const Child&) = default;
};

using Node = std::array<Child, 16>;

// On disk: 2 bytes which children there are, 2 bytes which of them are leaves (bit i for nibble i, both big end first),
// then for each in turn: a leaf's key hash and value hash, or an inner node's version (8 bytes, big end first) and
// hash.
[[nodiscard]] Bytes encode(const Node& node);

// Nothing when the bytes aren't what `encode` writes.
[[nodiscard]] std::optional<Node> decode(ByteView bytes);

[[nodiscard]] Digest leaf_hash(const Digest& key_hash, const Digest& value_hash);
[[nodiscard]] Digest inner_hash(const Digest& left, const Digest& right);

// The root of the binary subtree over some neighbouring children; how many must be 1, 2, 4, 8 or 16.
[[nodiscard]] Digest hash(std::span<const Child> children);

// The only child of the span when it's a leaf: the whole subtree is then that leaf.
[[nodiscard]] const Child* lone_leaf(std::span<const Child> children);

// The stored node at `depth` on the way to `key_hash`.
[[nodiscard]] NodeKey node_key(std::uint64_t version, const Digest& key_hash, std::size_t depth);

// Reads a node; refusals as in state_tree.h.
[[nodiscard]] Result<Node, Refusal> load(const TreeStore& store, const NodeKey& key);

}  // namespace datadeed::ledger::tree
