#include "crypto/merkle.h"

#include <rapidcheck.h>

#include <bit>

#include "tests/crypto/samples.h"
#include "tests/support/catch.h"

namespace datadeed::crypto {
namespace {

using test::leaves;

// RFC 9162 section 2.1.1, as it is written there.
Digest tree_hash(std::span<const Digest> hashes) {
    if (hashes.empty()) return empty_root();
    if (hashes.size() == 1) return hashes[0];
    const std::size_t k = std::bit_floor(hashes.size() - 1);
    return node_hash(tree_hash(hashes.first(k)), tree_hash(hashes.subspan(k)));
}

// Section 2.1.3.1.
std::vector<Digest> path(std::size_t m, std::span<const Digest> hashes) {
    if (hashes.size() == 1) return {};
    const std::size_t k = std::bit_floor(hashes.size() - 1);
    std::vector<Digest> result = m < k ? path(m, hashes.first(k)) : path(m - k, hashes.subspan(k));
    result.push_back(tree_hash(m < k ? hashes.subspan(k) : hashes.first(k)));
    return result;
}

// Section 2.1.4.1.
std::vector<Digest> subproof(std::size_t m, std::span<const Digest> hashes, bool b) {
    if (m == hashes.size()) return b ? std::vector<Digest>{} : std::vector{tree_hash(hashes)};
    const std::size_t k = std::bit_floor(hashes.size() - 1);
    std::vector<Digest> result = m <= k ? subproof(m, hashes.first(k), b) : subproof(m - k, hashes.subspan(k), false);
    result.push_back(tree_hash(m <= k ? hashes.subspan(k) : hashes.first(k)));
    return result;
}

// Nodes as a log stores them: only those of complete subtrees.
class StoredTree {
public:
    explicit StoredTree(std::span<const Digest> hashes) {
        levels_.emplace_back(hashes.begin(), hashes.end());
        while (levels_.back().size() > 1) {
            std::vector<Digest> above;
            for (std::size_t i = 0; i + 1 < levels_.back().size(); i += 2) {
                above.push_back(node_hash(levels_.back()[i], levels_.back()[i + 1]));
            }
            levels_.push_back(std::move(above));
        }
    }

    [[nodiscard]] NodeReader reader() const {
        return [this](unsigned level, std::uint64_t index) { return levels_.at(level).at(index); };
    }

private:
    std::vector<std::vector<Digest>> levels_;
};

std::string hex(const Digest& digest) {
    return to_hex(digest);
}

}  // namespace

// The eight entries and roots that Certificate Transparency's tests made common.
TEST_CASE("the roots of the common eight-leaf tree are the published ones") {
    const std::vector<std::string> entries{
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    const std::vector<std::string> roots{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    CHECK(hex(empty_root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CompactRange range;
    CHECK(range.root() == empty_root());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        CAPTURE(i);
        range.append(leaf_hash(test::hex(entries[i])));
        CHECK(range.size() == i + 1);
        CHECK(hex(range.root()) == roots[i]);
    }
    CHECK(hex(leaf_hash(as_bytes("L123456"))) == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

TEST_CASE("all ways to a root agree at all sizes") {
    const std::vector<Digest> all = leaves(200);
    const StoredTree stored{all};
    CompactRange range;
    for (std::size_t size = 0; size <= all.size(); ++size) {
        CAPTURE(size);
        const std::span<const Digest> tree = std::span{all}.first(size);
        const Digest expected = tree_hash(tree);
        CHECK(range.root() == expected);
        CHECK(root_of(tree) == expected);
        CHECK(root_of(stored.reader(), size) == expected);
        CHECK(range.is_well_formed());
        const Result<CompactRange, cbor::DecodeError> decoded = decode<CompactRange>(encode(range));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == range);
        if (size < all.size()) range.append(all[size]);
    }
}

TEST_CASE("a compact range has golden bytes") {
    CompactRange range;
    CHECK(to_hex(encode(range)) == "820080");
    range.append(Digest{});
    CHECK(to_hex(encode(range)) == "8201815820" + std::string(64, '0'));
}

TEST_CASE("a compact range with another number of hashes is not well formed") {
    const std::string hash = "5820" + std::string(64, '0');
    for (const std::string& wrong : {"820180" + std::string{}, "820081" + hash, "820381" + hash, "820282" + hash + hash,
                                     "821b800000000000000081" + hash}) {
        CAPTURE(wrong);
        const Result<CompactRange, cbor::DecodeError> range = decode<CompactRange>(test::hex(wrong));
        REQUIRE(range.has_value());
        CHECK_FALSE(range->is_well_formed());
    }
    CHECK(CompactRange::of(0, {}) == CompactRange{});
    CHECK(CompactRange::of(5, {Digest{1}, Digest{2}})->root() == node_hash(Digest{1}, Digest{2}));
    CHECK(CompactRange::of(5, {Digest{1}}) == std::nullopt);
    CHECK(CompactRange::of(merkle_size_limit, {Digest{1}}) == std::nullopt);
}

TEST_CASE("every leaf of every tree up to 64 has its inclusion proof") {
    const std::vector<Digest> all = leaves(64);
    const StoredTree stored{all};
    for (std::size_t size = 1; size <= all.size(); ++size) {
        const std::span<const Digest> tree = std::span{all}.first(size);
        const Digest root = root_of(tree);
        for (std::size_t index = 0; index < size; ++index) {
            const std::vector<Digest> proof = inclusion_path(tree, index);
            const InclusionClaim claim{.leaf_hash = all[index], .index = index, .size = size, .root = root};
            const bool is_right = proof == path(index, tree) && verify_inclusion(claim, proof) &&
                                  proof == inclusion_path(stored.reader(), {.index = index, .size = size});
            InclusionClaim beside = claim;
            beside.index = (index + 1) % size;
            const bool holds_elsewhere = size > 1 && verify_inclusion(beside, proof);
            if (!is_right || holds_elsewhere) FAIL("index " << index << " of " << size);
        }
    }
    SUCCEED();
}

TEST_CASE("every pair of trees up to 64 has its consistency proof") {
    const std::vector<Digest> all = leaves(64);
    const StoredTree stored{all};
    for (std::size_t second = 1; second <= all.size(); ++second) {
        const std::span<const Digest> tree = std::span{all}.first(second);
        for (std::size_t first = 1; first <= second; ++first) {
            const std::vector<Digest> proof = consistency_path(tree, first);
            const ConsistencyClaim claim{.first = first,
                                         .second = second,
                                         .first_root = root_of(tree.first(first)),
                                         .second_root = root_of(tree)};
            const bool is_right = proof == subproof(first, tree, true) && verify_consistency(claim, proof) &&
                                  proof == consistency_path(stored.reader(), {.first = first, .second = second});
            ConsistencyClaim other = claim;
            other.first_root[0] ^= 1U;
            ConsistencyClaim another = claim;
            another.second_root[31] ^= 1U;
            if (!is_right || verify_consistency(other, proof) || verify_consistency(another, proof)) {
                FAIL("from " << first << " to " << second);
            }
        }
    }
    SUCCEED();
}

TEST_CASE("a changed inclusion proof is refused") {
    const std::vector<Digest> tree = leaves(100);
    const Digest root = root_of(tree);
    REQUIRE(rc::check("any bit of any hash, a hash more, a hash less", [&](std::uint8_t place, std::uint16_t bit) {
        const std::size_t index = place % tree.size();
        const InclusionClaim claim{.leaf_hash = tree[index], .index = index, .size = tree.size(), .root = root};
        const std::vector<Digest> proof = inclusion_path(tree, index);
        const auto flip = [bit](Digest& digest) {
            digest[bit / 8U % 32U] ^= static_cast<std::uint8_t>(1U << (bit % 8U));
        };

        std::vector<Digest> changed = proof;
        flip(changed[bit % changed.size()]);
        RC_ASSERT(!verify_inclusion(claim, changed));
        std::vector<Digest> longer = proof;
        longer.push_back(root);
        RC_ASSERT(!verify_inclusion(claim, longer));
        RC_ASSERT(!verify_inclusion(claim, std::span{proof}.first(proof.size() - 1)));
        InclusionClaim other = claim;
        flip(other.root);
        RC_ASSERT(!verify_inclusion(other, proof));
        other = claim;
        flip(other.leaf_hash);
        RC_ASSERT(!verify_inclusion(other, proof));
    }));
}

TEST_CASE("claims that no proof can show are refused") {
    const std::vector<Digest> tree = leaves(4);
    const Digest root = root_of(tree);
    CHECK_FALSE(verify_inclusion({.leaf_hash = root, .index = 0, .size = 0, .root = root}, {}));
    CHECK_FALSE(verify_inclusion({.leaf_hash = tree[3], .index = 4, .size = 4, .root = root}, inclusion_path(tree, 3)));
    const std::vector<Digest> too_long(merkle_path_max + 1, root);
    CHECK_FALSE(verify_inclusion({.leaf_hash = root, .index = 0, .size = UINT64_MAX, .root = root}, too_long));

    CHECK(verify_consistency({.first = 4, .second = 4, .first_root = root, .second_root = root}, {}));
    CHECK_FALSE(verify_consistency({.first = 4, .second = 4, .first_root = root, .second_root = root}, tree));
    CHECK_FALSE(verify_consistency({.first = 4, .second = 4, .first_root = root, .second_root = tree[0]}, {}));
    CHECK_FALSE(verify_consistency({.first = 0, .second = 4, .first_root = empty_root(), .second_root = root}, {}));
    CHECK_FALSE(verify_consistency({.first = 0, .second = 0, .first_root = root, .second_root = root}, {}));
    CHECK_FALSE(verify_consistency({.first = 4, .second = 3, .first_root = root, .second_root = root}, {}));
    CHECK_FALSE(verify_consistency({.first = 3, .second = 4, .first_root = root, .second_root = root}, {}));
    CHECK_FALSE(
        verify_consistency({.first = 3, .second = UINT64_MAX, .first_root = root, .second_root = root}, too_long));
}

// The roots here do come out when hashing goes on above the top: only the sizes say that there is nothing above.
TEST_CASE("a proof that goes on above the root of its size is refused") {
    const std::vector<Digest> tree = leaves(4);
    const Digest pair = node_hash(tree[0], tree[1]);
    CHECK(verify_inclusion({.leaf_hash = tree[1], .index = 1, .size = 2, .root = pair}, {&tree[0], 1}));
    CHECK_FALSE(verify_inclusion({.leaf_hash = tree[1], .index = 0, .size = 1, .root = pair}, {&tree[0], 1}));

    std::vector<Digest> proof = consistency_path(tree, 3);
    ConsistencyClaim claim{
        .first = 3, .second = 4, .first_root = root_of(std::span{tree}.first(3)), .second_root = root_of(tree)};
    CHECK(verify_consistency(claim, proof));
    proof.push_back(tree[0]);
    claim.first_root = node_hash(tree[0], claim.first_root);
    claim.second_root = node_hash(tree[0], claim.second_root);
    CHECK_FALSE(verify_consistency(claim, proof));
}

}  // namespace datadeed::crypto
