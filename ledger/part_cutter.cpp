#include "ledger/part_cutter.h"

#include <algorithm>

#include "base/assert.h"

namespace datadeed::ledger {
namespace {

TreePlace left_half(const TreePlace& place) {
    return {.bits = static_cast<std::uint16_t>(place.bits + 1), .path = place.path};
}

TreePlace right_half(const TreePlace& place) {
    TreePlace half = left_half(place);
    half.path[place.bits / 8] |= static_cast<std::uint8_t>(0x80U >> place.bits % 8);
    return half;
}

}  // namespace

void PartCutter::add(StateRecord record) {
    DATADEED_ASSERT(!has_ended_);
    const StateProofLeaf leaf = leaf_of(record);
    DATADEED_ASSERT(waiting_.empty() || waiting_.back().leaf.key_hash < leaf.key_hash);
    waiting_size_ += size_in_part(record);
    waiting_.push_back({.leaf = leaf, .record = std::move(record)});
}

std::size_t PartCutter::count_within(const TreePlace& place) const {
    const auto within = [&place](const Waiting& waiting) { return is_within(waiting.leaf.key_hash, place); };
    return static_cast<std::size_t>(std::ranges::partition_point(waiting_, within) - waiting_.begin());
}

std::size_t PartCutter::size_of_first(std::size_t count) const {
    std::size_t size = 0;
    for (std::size_t i = 0; i < count; ++i) size += size_in_part(waiting_[i].record);
    return size;
}

PartCutter::Part PartCutter::take(const TreePlace& place, std::size_t count) {
    Part part;
    std::vector<StateProofLeaf> leaves;
    for (std::size_t i = 0; i < count; ++i) {
        leaves.push_back(waiting_[i].leaf);
        part.content.records.push_back(std::move(waiting_[i].record));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    const std::optional<Digest> root = root_of(place, leaves);
    DATADEED_ASSERT(root.has_value());
    part.part = {.bits = place.bits, .root = *root};
    return part;
}

std::optional<PartCutter::Part> PartCutter::next() {
    while (!open_.empty()) {
        // Nothing is decided before there is more than fits into one part: each record is looked at a few times only.
        if (!has_ended_ && waiting_size_ <= bytes_max_) return std::nullopt;
        const TreePlace place = open_.back();
        const std::size_t count = count_within(place);
        const bool is_whole = has_ended_ || count < waiting_.size();
        if (!is_whole && count <= 1) return std::nullopt;
        const std::size_t size = is_whole ? size_of_first(count) : 0;
        open_.pop_back();
        if (is_whole && is_one_part({.records = count, .bytes = size}, bytes_max_)) {
            waiting_size_ -= size;
            return take(place, count);
        }
        open_.push_back(right_half(place));
        open_.push_back(left_half(place));
    }
    return std::nullopt;
}

}  // namespace datadeed::ledger
