#include "ledger/tree_builder.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace datadeed::ledger {
namespace {

using tree::Child;

// How many nibbles the two hashes share from the front.
std::size_t common_nibbles(const Digest& a, const Digest& b) {
    std::size_t count = 0;
    while (count < tree::nibbles_max && tree::nibble(a, count) == tree::nibble(b, count)) ++count;
    return count;
}

}  // namespace

void TreeBuilder::add(const StateProofLeaf& leaf) {
    if (waiting_) {
        DATADEED_ASSERT(waiting_->key_hash < leaf.key_hash);
        const std::size_t shared = common_nibbles(waiting_->key_hash, leaf.key_hash);
        place(shared);
        shared_before_ = shared;
    }
    waiting_ = leaf;
}

void TreeBuilder::place(std::size_t shared_behind) {
    const StateProofLeaf& leaf = *waiting_;
    // A leaf stands as high as it can: in the node of all that it shares with the neighbour that is nearer to it.
    const std::size_t depth = std::max(shared_before_, shared_behind);
    open_.resize(depth + 1);
    open_[depth][tree::nibble(leaf.key_hash, depth)] = {
        .kind = Child::Kind::leaf, .version = 0, .hash = leaf.key_hash, .value_hash = leaf.value_hash};
    close_to(shared_behind);
}

void TreeBuilder::close_to(std::size_t depth) {
    const Digest& path = waiting_->key_hash;
    for (; open_.size() > depth + 1; open_.pop_back()) {
        const std::size_t at = open_.size() - 1;
        nodes_.push_back({.key = tree::node_key(version_, path, at), .bytes = tree::encode(open_.back())});
        open_[at - 1][tree::nibble(path, at - 1)] = {
            .kind = Child::Kind::inner, .version = version_, .hash = tree::hash(open_.back()), .value_hash = {}};
    }
}

Digest TreeBuilder::finish() {
    if (waiting_) place(0);
    nodes_.push_back({.key = tree::node_key(version_, {}, 0), .bytes = tree::encode(open_.front())});
    return tree::hash(open_.front());
}

std::vector<TreeUpdate::Node> TreeBuilder::take_nodes() {
    return std::exchange(nodes_, {});
}

}  // namespace datadeed::ledger
