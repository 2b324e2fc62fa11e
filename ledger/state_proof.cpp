#include <algorithm>
#include <span>

#include "crypto/hash.h"
#include "ledger/state_tree.h"
#include "ledger/tree_node.h"

namespace datadeed::ledger {
namespace {

using tree::bit;
using tree::bits_max;
using tree::Child;
using tree::Node;

// How many bits the two hashes share from the front.
std::size_t common_bits(const Digest& a, const Digest& b) {
    std::size_t count = 0;
    while (count < bits_max && bit(a, count) == bit(b, count)) ++count;
    return count;
}

bool is_empty(std::span<const Child> children) {
    return std::ranges::all_of(children, [](const Child& child) { return child.kind == Child::Kind::nothing; });
}

// The way through one stored node: halves the children towards the nibble, noting the other halves' hashes, until what
// is left is nothing, one leaf (which then stand for the whole half), or one inner node. Returns what is left.
Child descend(const Node& node, unsigned nibble, std::vector<Digest>& siblings) {
    std::span<const Child> children{node};
    for (unsigned half = 8; half > 0; half /= 2) {
        if (is_empty(children)) return {};
        if (const Child* leaf = tree::lone_leaf(children)) return *leaf;
        const bool is_right = (nibble & half) != 0;
        siblings.push_back(tree::hash(is_right ? children.first(half) : children.subspan(half)));
        children = is_right ? children.subspan(half) : children.first(half);
    }
    return children.front();
}

}  // namespace

Result<StateProof, Refusal> prove(const TreeStore& store, std::uint64_t version, ByteView key) {
    const Digest key_hash = crypto::sha256(key);
    StateProof proof;
    for (std::size_t depth = 0; depth < tree::nibbles_max; ++depth) {
        const Result<Node, Refusal> node = tree::load(store, tree::node_key(version, key_hash, depth));
        if (!node) return fail(node.error());
        const Child end = descend(*node, tree::nibble(key_hash, depth), proof.siblings);
        if (end.kind == Child::Kind::nothing) return proof;
        if (end.kind == Child::Kind::leaf) {
            proof.leaf = {.key_hash = end.hash, .value_hash = end.value_hash};
            return proof;
        }
        version = end.version;
    }
    // An inner node below the last nibble would hold two leaves of one key hash.
    return fail(Refusal::state_node_damaged);
}

bool verify(const Digest& root, ByteView key, const std::optional<Bytes>& value, const StateProof& proof) {
    if (proof.siblings.size() > bits_max) return false;
    const Digest key_hash = crypto::sha256(key);
    if (value) {
        if (!proof.leaf || proof.leaf->key_hash != key_hash) return false;
        if (proof.leaf->value_hash != crypto::sha256(*value)) return false;
    } else if (proof.leaf) {
        // Another leaf shows absence only when it stands where the key's own would: below the same branches.
        const std::size_t common = common_bits(proof.leaf->key_hash, key_hash);
        if (common == bits_max || common < proof.siblings.size()) return false;
    }

    Digest hash = proof.leaf ? tree::leaf_hash(proof.leaf->key_hash, proof.leaf->value_hash) : empty_state_root();
    for (std::size_t depth = proof.siblings.size(); depth > 0; --depth) {
        const Digest& sibling = proof.siblings[depth - 1];
        hash = bit(key_hash, depth - 1) ? tree::inner_hash(sibling, hash) : tree::inner_hash(hash, sibling);
    }
    return hash == root;
}

}  // namespace datadeed::ledger
