#include "ledger/state_parts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "crypto/hash.h"
#include "ledger/tree_node.h"

namespace datadeed::ledger {
namespace {

using tree::bit;
using tree::bits_max;

// The place behind this one of as many bits; nothing at the right end of the tree. What follows a part may be smaller
// or larger: it begins where this one begins.
std::optional<Digest> behind(const TreePlace& place) {
    Digest path = place.path;
    for (std::size_t depth = place.bits; depth > 0; --depth) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> (depth - 1) % 8);
        std::uint8_t& byte = path[(depth - 1) / 8];
        byte ^= mask;
        if ((byte & mask) != 0) return path;
    }
    return std::nullopt;
}

// Whether a subtree of so many bits can begin here: its own bits may be anything, the rest is zero.
bool can_begin(const Digest& path, std::uint64_t bits) {
    for (std::size_t depth = bits; depth < bits_max; ++depth) {
        if (bit(path, depth)) return false;
    }
    return true;
}

bool rise_within(const TreePlace& place, std::span<const StateProofLeaf> leaves) {
    const auto falls = [](const StateProofLeaf& a, const StateProofLeaf& b) { return a.key_hash >= b.key_hash; };
    if (std::ranges::adjacent_find(leaves, falls) != leaves.end()) return false;
    // Sorted, so the first and the last speak for all.
    return leaves.empty() || (is_within(leaves.front().key_hash, place) && is_within(leaves.back().key_hash, place));
}

Digest subtree_root(std::span<const StateProofLeaf> leaves, std::size_t depth) {
    if (leaves.empty()) return empty_state_root();
    if (leaves.size() == 1) return tree::leaf_hash(leaves.front().key_hash, leaves.front().value_hash);
    const auto is_left = [depth](const StateProofLeaf& leaf) { return !bit(leaf.key_hash, depth); };
    const auto left = static_cast<std::size_t>(std::ranges::partition_point(leaves, is_left) - leaves.begin());
    return tree::inner_hash(subtree_root(leaves.first(left), depth + 1), subtree_root(leaves.subspan(left), depth + 1));
}

}  // namespace

bool is_within(const Digest& key_hash, const TreePlace& place) {
    const std::size_t bytes = place.bits / 8;
    if (!std::equal(key_hash.begin(), key_hash.begin() + static_cast<std::ptrdiff_t>(bytes), place.path.begin())) {
        return false;
    }
    const unsigned rest = place.bits % 8;
    return rest == 0 || (key_hash[bytes] ^ place.path[bytes]) >> (8 - rest) == 0;
}

std::optional<std::vector<TreePlace>> places_of(std::span<const StatePart> parts) {
    std::vector<TreePlace> places;
    places.reserve(parts.size());
    std::optional<Digest> next = Digest{};
    for (const StatePart& part : parts) {
        if (!next || part.bits > bits_max || !can_begin(*next, part.bits)) return std::nullopt;
        places.push_back({.bits = static_cast<std::uint16_t>(part.bits), .path = *next});
        next = behind(places.back());
    }
    if (next) return std::nullopt;
    return places;
}

std::optional<Digest> root_of(std::span<const StatePart> parts) {
    if (!places_of(parts)) return std::nullopt;
    return root_of_covering(parts);
}

Digest root_of_covering(std::span<const StatePart> parts) {
    // Halves that are done wait for their right sides; the bits on the stack rise strictly, so it stays short.
    std::vector<StatePart> done;
    for (StatePart part : parts) {
        while (!done.empty() && done.back().bits == part.bits) {
            part = {.bits = part.bits - 1, .root = tree::inner_hash(done.back().root, part.root)};
            done.pop_back();
        }
        done.push_back(part);
    }
    return done.front().root;
}

std::optional<Digest> root_of(const TreePlace& place, std::span<const StateProofLeaf> leaves) {
    if (!rise_within(place, leaves)) return std::nullopt;
    return subtree_root(leaves, place.bits);
}

StateProofLeaf leaf_of(const StateRecord& record) {
    return {.key_hash = crypto::sha256(record.key), .value_hash = crypto::sha256(record.value)};
}

std::size_t size_in_part(const StateRecord& record) {
    // The heads of the pair and of two byte strings take 11 bytes at most.
    return record.key.size() + record.value.size() + 16;
}

std::optional<CheckedPart> check_part(const StatePart& part, const TreePlace& place, ByteView bytes) {
    if (bytes.size() > part_size_max) return std::nullopt;
    Result<PartContent, cbor::DecodeError> content = decode<PartContent>(bytes);
    if (!content) return std::nullopt;
    CheckedPart checked{.records = std::move(content->records), .leaves = {}};
    checked.leaves.reserve(checked.records.size());
    std::ranges::transform(checked.records, std::back_inserter(checked.leaves), leaf_of);
    const std::optional<Digest> root = root_of(place, checked.leaves);
    if (!root || *root != part.root) return std::nullopt;
    return checked;
}

PartSize size_of(std::span<const StateRecord> records) {
    PartSize size{.records = records.size(), .bytes = 0};
    for (const StateRecord& record : records) size.bytes += size_in_part(record);
    return size;
}

bool is_one_part(const PartSize& size, std::size_t bytes_max) {
    return size.records <= 1 || size.bytes <= bytes_max;
}

bool are_halves(const TreePlace& left, const TreePlace& right) {
    // The second begins where the first ends, so it's the other half unless the first one is a right half itself.
    return left.bits == right.bits && left.bits > 0 && !bit(left.path, left.bits - 1);
}

}  // namespace datadeed::ledger
