#include "ledger/tree_node.h"

#include <algorithm>

#include "base/assert.h"
#include "crypto/hash.h"

namespace datadeed::ledger::tree {
namespace {

constexpr std::size_t head_size = 4;
constexpr std::size_t leaf_size = 64;
constexpr std::size_t inner_size = 40;

// Hashing prefixes and empty subtrees as penumbra-zone/jmt spells them, the missing letter included.
constexpr std::string_view leaf_prefix = "JMT::LeafNode";
constexpr std::string_view inner_prefix = "JMT::IntrnalNode";
constexpr std::string_view placeholder = "SPARSE_MERKLE_PLACEHOLDER_HASH__";

constexpr Digest placeholder_hash = [] {
    Digest digest{};
    for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(placeholder[i]);
    return digest;
}();

std::uint64_t read_number(ByteView bytes) {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8 | byte;
    return number;
}

void append_number(Bytes& bytes, std::uint64_t number, int size) {
    for (int i = size - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

Digest take_digest(ByteView& bytes) {
    Digest digest{};
    std::ranges::copy(bytes.first(digest.size()), digest.begin());
    bytes = bytes.subspan(digest.size());
    return digest;
}

bool has_bit(std::uint64_t bits, std::size_t i) {
    return (bits >> i & 1) != 0;
}

}  // namespace

Bytes encode(const Node& node) {
    std::uint64_t present = 0;
    std::uint64_t leaves = 0;
    std::size_t size = head_size;
    for (std::size_t i = 0; i < node.size(); ++i) {
        if (node[i].kind == Child::Kind::nothing) continue;
        present |= std::uint64_t{1} << i;
        if (node[i].kind == Child::Kind::leaf) leaves |= std::uint64_t{1} << i;
        size += node[i].kind == Child::Kind::leaf ? leaf_size : inner_size;
    }
    Bytes bytes;
    bytes.reserve(size);
    append_number(bytes, present, 2);
    append_number(bytes, leaves, 2);
    for (const Child& child : node) {
        if (child.kind == Child::Kind::nothing) continue;
        if (child.kind == Child::Kind::inner) append_number(bytes, child.version, 8);
        append(bytes, child.hash);
        if (child.kind == Child::Kind::leaf) append(bytes, child.value_hash);
    }
    return bytes;
}

std::optional<Node> decode(ByteView bytes) {
    if (bytes.size() < head_size) return std::nullopt;
    const std::uint64_t present = read_number(bytes.first(2));
    const std::uint64_t leaves = read_number(bytes.subspan(2, 2));
    if ((leaves & ~present) != 0) return std::nullopt;
    bytes = bytes.subspan(head_size);
    Node node{};
    for (std::size_t i = 0; i < node.size(); ++i) {
        if (!has_bit(present, i)) continue;
        Child& child = node[i];
        child.kind = has_bit(leaves, i) ? Child::Kind::leaf : Child::Kind::inner;
        if (bytes.size() < (child.kind == Child::Kind::leaf ? leaf_size : inner_size)) return std::nullopt;
        if (child.kind == Child::Kind::inner) {
            child.version = read_number(bytes.first(8));
            bytes = bytes.subspan(8);
        }
        child.hash = take_digest(bytes);
        if (child.kind == Child::Kind::leaf) child.value_hash = take_digest(bytes);
    }
    if (!bytes.empty()) return std::nullopt;
    return node;
}

Digest leaf_hash(const Digest& key_hash, const Digest& value_hash) {
    return crypto::sha256({as_bytes(leaf_prefix), key_hash, value_hash});
}

Digest inner_hash(const Digest& left, const Digest& right) {
    return crypto::sha256({as_bytes(inner_prefix), left, right});
}

const Child* lone_leaf(std::span<const Child> children) {
    const Child* found = nullptr;
    for (const Child& child : children) {
        if (child.kind == Child::Kind::nothing) continue;
        if (found != nullptr || child.kind == Child::Kind::inner) return nullptr;
        found = &child;
    }
    return found;
}

Digest hash(std::span<const Child> children) {
    const bool is_empty =
        std::ranges::all_of(children, [](const Child& child) { return child.kind == Child::Kind::nothing; });
    if (is_empty) return placeholder_hash;
    if (const Child* leaf = lone_leaf(children)) return leaf_hash(leaf->hash, leaf->value_hash);
    if (children.size() == 1) return children.front().hash;
    const std::size_t half = children.size() / 2;
    return inner_hash(hash(children.first(half)), hash(children.subspan(half)));
}

NodeKey node_key(std::uint64_t version, const Digest& key_hash, std::size_t depth) {
    DATADEED_ASSERT(depth < nibbles_max);
    NodeKey key{.version = version, .nibbles = static_cast<std::uint8_t>(depth), .path = {}};
    std::copy_n(key_hash.begin(), (depth + 1) / 2, key.path.begin());
    if (depth % 2 == 1) key.path[depth / 2] &= 0xF0;
    return key;
}

Result<Node, Refusal> load(const TreeStore& store, const NodeKey& key) {
    const std::optional<Bytes> bytes = store.node(key);
    if (!bytes) return fail(Refusal::state_node_missing);
    const std::optional<Node> node = decode(*bytes);
    if (!node) return fail(Refusal::state_node_damaged);
    return *node;
}

}  // namespace datadeed::ledger::tree

namespace datadeed::ledger {

Digest empty_state_root() {
    return tree::hash(tree::Node{});
}

Bytes NodeKey::bytes() const {
    const std::size_t path_size = (std::size_t{nibbles} + 1) / 2;
    Bytes bytes;
    bytes.reserve(9 + path_size);
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(version >> shift));
    bytes.push_back(nibbles);
    append(bytes, ByteView{path}.first(path_size));
    return bytes;
}

}  // namespace datadeed::ledger
