#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/state_tree.h"
#include "ledger/tree_node.h"

namespace datadeed::ledger {

// Makes the stored nodes of a state tree from nothing but its leaves, in the order of their key hashes, with one path
// of it in memory. They are those that update() from nothing writes. One thread.
class TreeBuilder {
public:
    explicit TreeBuilder(std::uint64_t version) : version_{version} {}

    // Its key hash must be above the one before (asserted).
    void add(const StateProofLeaf& leaf);
    // No more leaves follow: the root.
    [[nodiscard]] Digest finish();

    // The nodes that are done since the last call; the last ones come with finish().
    [[nodiscard]] std::vector<TreeUpdate::Node> take_nodes();

private:
    // Puts the leaf that waits where it stands, given how many nibbles it shares with its right neighbour.
    void place(std::size_t shared_behind);
    // Writes the open nodes below this depth.
    void close_to(std::size_t depth);

    std::uint64_t version_;
    std::optional<StateProofLeaf> waiting_{};
    // Nibbles that the leaf that waits shares with the one before it.
    std::size_t shared_before_{0};
    // The nodes on the way to the last leaf, from the root down; each but the root has two leaves below it or more.
    std::vector<tree::Node> open_{tree::Node{}};
    std::vector<TreeUpdate::Node> nodes_{};
};

}  // namespace datadeed::ledger
