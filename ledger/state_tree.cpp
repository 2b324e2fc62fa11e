#include "ledger/state_tree.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/assert.h"
#include "crypto/hash.h"
#include "ledger/tree_node.h"

namespace datadeed::ledger {
namespace {

using tree::Child;
using tree::Node;

// One key's new leaf, or its removal.
struct Change {
    Digest key_hash{};
    std::optional<Digest> value_hash{};
};

Child leaf_of(const Change& change) {
    return {.kind = Child::Kind::leaf, .version = 0, .hash = change.key_hash, .value_hash = *change.value_hash};
}

// Carries sorted changes down the tree, all at once: each touched node is read, hashed and written one time.
class Updater {
public:
    Updater(const TreeStore& store, std::uint64_t to, TreeUpdate& update) : store_{store}, to_{to}, update_{update} {}

    // What stands at a place of `depth` nibbles once the changes, which all lie below it, are made.
    Child change(const Child& before, std::size_t depth, std::span<const Change> changes) {
        switch (before.kind) {
            case Child::Kind::nothing:
                return build(nullptr, depth, changes);
            case Child::Kind::leaf:
                return build(&before, depth, changes);
            case Child::Kind::inner:
                break;
        }
        const NodeKey key = tree::node_key(before.version, changes.front().key_hash, depth);
        const Result<Node, Refusal> node = tree::load(store_, key);
        if (!node) {
            failure_ = node.error();
            return before;
        }
        Node after = *node;
        change_children(after, depth, changes);
        if (after == *node) return before;
        update_.stale.push_back(key);
        return settle(after, depth, changes.front().key_hash);
    }

    void change_children(Node& node, std::size_t depth, std::span<const Change> changes) {
        while (!changes.empty() && !failure_) {
            const unsigned slot = tree::nibble(changes.front().key_hash, depth);
            std::size_t count = 1;
            while (count < changes.size() && tree::nibble(changes[count].key_hash, depth) == slot) ++count;
            node[slot] = change(node[slot], depth + 1, changes.first(count));
            changes = changes.subspan(count);
        }
    }

    // Writes a node, which becomes a child of the one above.
    Child write(const Node& node, std::size_t depth, const Digest& some_key_hash) {
        update_.nodes.push_back({.key = tree::node_key(to_, some_key_hash, depth), .bytes = tree::encode(node)});
        return {.kind = Child::Kind::inner, .version = to_, .hash = tree::hash(node), .value_hash = {}};
    }

    [[nodiscard]] const std::optional<Refusal>& failure() const { return failure_; }

private:
    // Where nothing or one leaf stood: the leaves that stand there now.
    Child build(const Child* old_leaf, std::size_t depth, std::span<const Change> changes) {
        std::vector<Child> leaves;
        leaves.reserve(changes.size() + 1);
        bool keeps_old = old_leaf != nullptr;
        for (const Change& change : changes) {
            if (old_leaf != nullptr && change.key_hash == old_leaf->hash) keeps_old = false;
            if (change.value_hash) leaves.push_back(leaf_of(change));
        }
        if (keeps_old) {
            leaves.insert(std::ranges::upper_bound(leaves, old_leaf->hash, {}, &Child::hash), *old_leaf);
        }
        return build(leaves, depth);
    }

    Child build(std::span<const Child> leaves, std::size_t depth) {
        if (leaves.empty()) return {};
        if (leaves.size() == 1) return leaves.front();
        Node node{};
        const Digest& some_key_hash = leaves.front().hash;
        for (std::size_t begin = 0; begin < leaves.size();) {
            const unsigned slot = tree::nibble(leaves[begin].hash, depth);
            std::size_t end = begin + 1;
            while (end < leaves.size() && tree::nibble(leaves[end].hash, depth) == slot) ++end;
            node[slot] = build(leaves.subspan(begin, end - begin), depth + 1);
            begin = end;
        }
        return write(node, depth, some_key_hash);
    }

    // A node below the root that lost children may be no node any more.
    Child settle(const Node& node, std::size_t depth, const Digest& some_key_hash) {
        const bool is_empty =
            std::ranges::all_of(node, [](const Child& child) { return child.kind == Child::Kind::nothing; });
        if (is_empty) return {};
        if (const Child* leaf = tree::lone_leaf(node)) return *leaf;
        return write(node, depth, some_key_hash);
    }

    const TreeStore& store_;
    std::uint64_t to_;
    TreeUpdate& update_;
    std::optional<Refusal> failure_;
};

std::vector<Change> hashed(const StateChanges& changes, KeyFilter leaves_out) {
    std::vector<Change> sorted;
    sorted.reserve(changes.size());
    for (const auto& [key, value] : changes) {
        if (leaves_out != nullptr && leaves_out(key)) continue;
        Change& change = sorted.emplace_back(Change{.key_hash = crypto::sha256(key), .value_hash = std::nullopt});
        if (value) change.value_hash = crypto::sha256(*value);
    }
    std::ranges::sort(sorted, {}, &Change::key_hash);
    return sorted;
}

}  // namespace

Result<TreeUpdate, Refusal> update(const TreeStore& store, std::optional<std::uint64_t> from,
                                   const StateChanges& changes, std::uint64_t to, KeyFilter leaves_out) {
    DATADEED_ASSERT(!from || *from < to);
    Node root{};
    TreeUpdate result;
    if (from) {
        const NodeKey key{.version = *from, .nibbles = 0, .path = {}};
        const Result<Node, Refusal> before = tree::load(store, key);
        if (!before) return fail(before.error());
        root = *before;
        result.stale.push_back(key);
    }
    Updater updater{store, to, result};
    updater.change_children(root, 0, hashed(changes, leaves_out));
    if (updater.failure()) return fail(*updater.failure());
    result.root = updater.write(root, 0, {}).hash;
    return result;
}

Result<Digest, Refusal> root_of(const TreeStore& store, std::uint64_t version) {
    const Result<Node, Refusal> root = tree::load(store, {.version = version, .nibbles = 0, .path = {}});
    if (!root) return fail(root.error());
    return tree::hash(*root);
}

}  // namespace datadeed::ledger
