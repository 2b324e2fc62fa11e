#include "crypto/merkle.h"

#include <bit>
#include <utility>

#include "base/assert.h"
#include "crypto/hash.h"

namespace datadeed::crypto {

Digest leaf_hash(ByteView entry) {
    constexpr ByteArray<1> prefix{0x00};
    return sha256({prefix, entry});
}

Digest node_hash(const Digest& left, const Digest& right) {
    constexpr ByteArray<1> prefix{0x01};
    return sha256({prefix, left, right});
}

Digest empty_root() {
    return sha256(ByteView{});
}

void CompactRange::append(const Digest& leaf_hash) {
    DATADEED_ASSERT(is_well_formed() && size_ + 1 < merkle_size_limit);
    Digest hash = leaf_hash;
    // Each trailing one of the size is a complete subtree that the new leaf completes to one twice as large.
    for (std::uint64_t rest = size_; (rest & 1U) != 0; rest >>= 1U) {
        hash = node_hash(hashes_.back(), hash);
        hashes_.pop_back();
    }
    hashes_.push_back(hash);
    ++size_;
}

Digest CompactRange::root() const {
    DATADEED_ASSERT(is_well_formed());
    if (hashes_.empty()) return empty_root();
    Digest root = hashes_.back();
    for (std::size_t i = hashes_.size() - 1; i-- > 0;) root = node_hash(hashes_[i], root);
    return root;
}

std::optional<CompactRange> CompactRange::of(std::uint64_t size, std::vector<Digest> hashes) {
    CompactRange range;
    range.size_ = size;
    range.hashes_ = std::move(hashes);
    return range.is_well_formed() ? std::optional{std::move(range)} : std::nullopt;
}

bool CompactRange::is_well_formed() const {
    return size_ < merkle_size_limit && hashes_.size() == static_cast<std::size_t>(std::popcount(size_));
}

Digest root_of(std::span<const Digest> leaf_hashes) {
    CompactRange range;
    for (const Digest& hash : leaf_hashes) range.append(hash);
    return range.root();
}

}  // namespace datadeed::crypto
