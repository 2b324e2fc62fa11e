#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "crypto/hash.h"
#include "ledger/state_tree.h"

// The state tree again, from its definition alone: a recursion over single bits, without nodes or versions. And a place
// for the nodes of the first.

namespace datadeed::fuzz {

class NodeStore final : public ledger::TreeStore {
public:
    [[nodiscard]] std::optional<Bytes> node(const ledger::NodeKey& key) const override {
        const auto found = nodes_.find(key);
        return found == nodes_.end() ? std::nullopt : std::optional{found->second};
    }
    void keep(const ledger::TreeUpdate& update) {
        for (const auto& node : update.nodes) DATADEED_ASSERT(nodes_.emplace(node.key, node.bytes).second);
    }
    void drop(const ledger::TreeUpdate& update) {
        for (const ledger::NodeKey& key : update.stale) DATADEED_ASSERT(nodes_.erase(key) == 1);
    }

private:
    std::map<ledger::NodeKey, Bytes> nodes_{};
};

// SHA-256 of a key, and of its value.
using Leaf = std::pair<Digest, Digest>;

[[nodiscard]] inline Digest root_by_definition(std::span<const Leaf> leaves, std::size_t depth) {
    if (leaves.empty()) return ledger::empty_state_root();
    if (leaves.size() == 1) {
        return crypto::sha256({as_bytes("JMT::LeafNode"), leaves.front().first, leaves.front().second});
    }
    const auto is_left = [depth](const Leaf& leaf) { return (leaf.first[depth / 8] & (0x80U >> depth % 8)) == 0; };
    const auto left = static_cast<std::size_t>(std::ranges::partition_point(leaves, is_left) - leaves.begin());
    return crypto::sha256({as_bytes("JMT::IntrnalNode"), root_by_definition(leaves.first(left), depth + 1),
                           root_by_definition(leaves.subspan(left), depth + 1)});
}

[[nodiscard]] inline Digest root_by_definition(const std::map<Bytes, Bytes>& values) {
    std::vector<Leaf> leaves;
    for (const auto& [key, value] : values) leaves.emplace_back(crypto::sha256(key), crypto::sha256(value));
    std::ranges::sort(leaves);
    return root_by_definition(leaves, 0);
}

}  // namespace datadeed::fuzz
