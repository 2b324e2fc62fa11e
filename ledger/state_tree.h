#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/result.h"
#include "base/types.h"
#include "ledger/error.h"
#include "ledger/state.h"

// The Merkle tree over the state: a Jellyfish Merkle tree (Gao, Hu, Wu 2021), a binary tree over the bits of
// SHA-256(key) in which a subtree with one leaf is that leaf, hashed as penumbra-zone/jmt does:
//
//     leaf      SHA-256("JMT::LeafNode" || SHA-256(key) || SHA-256(value))
//     inner     SHA-256("JMT::IntrnalNode" || left || right)
//     nothing   the 32 bytes "SPARSE_MERKLE_PLACEHOLDER_HASH__"
//
// Stored are nodes of 16 children (4 levels of the binary tree), each under the version that wrote it, so that old
// versions stay readable until their stale nodes are dropped. Versions are heights. Pure; any thread.

namespace datadeed::ledger {

// The root of a tree without leaves.
[[nodiscard]] Digest empty_state_root();

// A stored node: who wrote it, and the first nibbles of the key hashes below it.
struct NodeKey {
    std::uint64_t version{};
    std::uint8_t nibbles{};  // 0 to 63; the root has none
    Digest path{};           // those nibbles, high half of a byte first; the rest is zero

    // 8 bytes version, big end first, 1 byte nibbles, the bytes that hold them: unique, sorts by version.
    [[nodiscard]] Bytes bytes() const;

    friend auto operator<=>(const NodeKey&, const NodeKey&) = default;
    friend bool operator==(const NodeKey&, const NodeKey&) = default;
};

// Where the nodes are kept.
class TreeStore {
public:
    virtual ~TreeStore() = default;
    [[nodiscard]] virtual std::optional<Bytes> node(const NodeKey& key) const = 0;

protected:
    TreeStore() = default;
    TreeStore(const TreeStore&) = default;
    TreeStore& operator=(const TreeStore&) = default;
    TreeStore(TreeStore&&) = default;
    TreeStore& operator=(TreeStore&&) = default;
};

// What a version adds to the store, and what only earlier versions need from now on.
struct TreeUpdate {
    struct Node {
        NodeKey key{};
        Bytes bytes{};
    };

    Digest root{};
    std::vector<Node> nodes{};     // always with a root node, even when nothing changed
    std::vector<NodeKey> stale{};  // to be dropped when no version before the new one is wanted any more
};

using KeyFilter = bool (*)(ByteView key);

// Applies the changes to the tree of version `from` (absent: to nothing) as version `to`, which must be larger, but for
// keys that the filter leaves out. Removing a key that isn't there changes nothing. Refusals: state.node_missing,
// state.node_damaged.
[[nodiscard]] Result<TreeUpdate, Refusal> update(const TreeStore& store, std::optional<std::uint64_t> from,
                                                 const StateChanges& changes, std::uint64_t to,
                                                 KeyFilter leaves_out = nullptr);

// The root of a version that is in the store. Refusals as for update.
[[nodiscard]] Result<Digest, Refusal> root_of(const TreeStore& store, std::uint64_t version);

// What stands at the end of a key's path. Not inside StateProof: clang 19 takes a nested type with default initialisers
// for one that has no default.
struct StateProofLeaf {
    Digest key_hash{};
    Digest value_hash{};

    static constexpr void fields(auto& self, auto&& visit) {
        visit("key_hash", self.key_hash);
        visit("value_hash", self.value_hash);
    }
    friend bool operator==(const StateProofLeaf&, const StateProofLeaf&) = default;
};

// That a key has a value in the state of a root, or that it has none.
struct StateProof {
    using Leaf = StateProofLeaf;

    std::optional<Leaf> leaf{};      // the one at the end of the key's path: the key's own, another's, or nothing
    std::vector<Digest> siblings{};  // from the root down, at most 256

    static constexpr void fields(auto& self, auto&& visit) {
        visit("leaf", self.leaf);
        visit("siblings", self.siblings, Limit{256});
    }
    friend bool operator==(const StateProof&, const StateProof&) = default;
};

// Refusals as for update.
[[nodiscard]] Result<StateProof, Refusal> prove(const TreeStore& store, std::uint64_t version, ByteView key);

// Whether the proof shows that the state of `root` has this value under the key; with no value: that the key has none.
[[nodiscard]] bool verify(const Digest& root, ByteView key, const std::optional<Bytes>& value, const StateProof& proof);

}  // namespace datadeed::ledger
