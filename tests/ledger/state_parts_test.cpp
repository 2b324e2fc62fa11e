#include "ledger/state_parts.h"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "crypto/hash.h"
#include "ledger/part_cutter.h"
#include "ledger/tree_builder.h"
#include "ledger/tree_node.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

using Part = PartCutter::Part;

Bytes text(std::string_view words) {
    return to_bytes(as_bytes(words));
}

class NoNodes final : public TreeStore {
public:
    [[nodiscard]] std::optional<Bytes> node(const NodeKey&) const override { return std::nullopt; }
};

// In the order of key hashes.
using Sorted = std::map<Digest, StateRecord>;

Sorted records_of(std::size_t count, std::size_t value_size = 10) {
    Sorted records;
    for (std::size_t i = 0; i < count; ++i) {
        StateRecord record{.key = text("key " + std::to_string(i)), .value = Bytes(value_size, 7)};
        records.emplace(crypto::sha256(record.key), std::move(record));
    }
    return records;
}

Sorted any_records() {
    Sorted records;
    for (int i = *rc::gen::inRange(0, 200); i > 0; --i) {
        StateRecord record{.key = text("key " + std::to_string(*rc::gen::inRange(0, 5000))),
                           .value = Bytes(*rc::gen::inRange<std::size_t>(0, 60), 1)};
        records.emplace(crypto::sha256(record.key), std::move(record));
    }
    return records;
}

StateChanges changes_of(const Sorted& records) {
    StateChanges changes;
    for (const auto& [hash, record] : records) changes[record.key] = record.value;
    return changes;
}

Digest true_root(const Sorted& records) {
    return update(NoNodes{}, std::nullopt, changes_of(records), 1)->root;
}

std::vector<Part> cut(const Sorted& records, std::size_t bytes_max, bool takes_at_once = true) {
    std::vector<Part> parts;
    PartCutter cutter{bytes_max};
    const auto take_all = [&] {
        while (std::optional<Part> part = cutter.next()) parts.push_back(std::move(*part));
    };
    for (const auto& [hash, record] : records) {
        cutter.add(record);
        if (takes_at_once) take_all();
    }
    cutter.end();
    take_all();
    return parts;
}

std::vector<StatePart> list_of(std::span<const Part> parts) {
    std::vector<StatePart> list;
    for (const Part& part : parts) list.push_back(part.part);
    return list;
}

// The rule of cutting, from its definition alone: over all records at once.
void cut_by_definition(std::span<const StateRecord> records, std::uint64_t depth, std::size_t bytes_max,
                       std::vector<std::pair<std::uint64_t, std::size_t>>& cuts) {
    std::size_t size = 0;
    for (const StateRecord& record : records) size += record.key.size() + record.value.size() + 16;
    if (records.size() <= 1 || size <= bytes_max) {
        cuts.emplace_back(depth, records.size());
        return;
    }
    const auto is_left = [depth](const StateRecord& record) {
        return (crypto::sha256(record.key)[depth / 8] & (0x80U >> depth % 8)) == 0;
    };
    const auto left = static_cast<std::size_t>(std::ranges::partition_point(records, is_left) - records.begin());
    cut_by_definition(records.first(left), depth + 1, bytes_max, cuts);
    cut_by_definition(records.subspan(left), depth + 1, bytes_max, cuts);
}

// Key hashes as somebody with the whole world's machines could grind them: they share up to 255 bits.
std::vector<StateProofLeaf> any_leaves() {
    std::map<Digest, Digest> leaves;
    for (int i = *rc::gen::inRange(0, 30); i > 0; --i) {
        Digest hash{};
        if (*rc::gen::inRange(0, 3) == 0) hash.fill(0xFF);
        for (int flips = *rc::gen::inRange(0, 4); flips > 0; --flips) {
            const auto at = *rc::gen::inRange<std::size_t>(0, 256);
            hash[at / 8] ^= static_cast<std::uint8_t>(0x80U >> at % 8);
        }
        leaves[hash] = crypto::sha256(hash);
    }
    std::vector<StateProofLeaf> sorted;
    for (const auto& [hash, value] : leaves) sorted.push_back({.key_hash = hash, .value_hash = value});
    return sorted;
}

Digest root_by_definition(std::span<const StateProofLeaf> leaves, std::size_t depth) {
    if (leaves.empty()) return empty_state_root();
    if (leaves.size() == 1) {
        return crypto::sha256({as_bytes("JMT::LeafNode"), leaves.front().key_hash, leaves.front().value_hash});
    }
    const auto is_left = [depth](const auto& leaf) { return (leaf.key_hash[depth / 8] & (0x80U >> depth % 8)) == 0; };
    const auto left = static_cast<std::size_t>(std::ranges::partition_point(leaves, is_left) - leaves.begin());
    return crypto::sha256({as_bytes("JMT::IntrnalNode"), root_by_definition(leaves.first(left), depth + 1),
                           root_by_definition(leaves.subspan(left), depth + 1)});
}

// A place's records in its two halves, as parts.
std::pair<Part, Part> halves_of(const TreePlace& place, std::span<const StateRecord> records) {
    std::pair<Part, Part> halves;
    TreePlace half{.bits = static_cast<std::uint16_t>(place.bits + 1), .path = place.path};
    for (Part* part : {&halves.first, &halves.second}) {
        std::vector<StateProofLeaf> leaves;
        for (const StateRecord& record : records) {
            const StateProofLeaf leaf = leaf_of(record);
            if (!is_within(leaf.key_hash, half)) continue;
            leaves.push_back(leaf);
            part->content.records.push_back(record);
        }
        part->part = {.bits = half.bits, .root = root_of(half, leaves).value()};
        half.path[place.bits / 8] |= static_cast<std::uint8_t>(0x80U >> place.bits % 8);
    }
    return halves;
}

}  // namespace

TEST_CASE("a state's parts give its root, and each is checked by its root in the list alone") {
    REQUIRE(rc::check("parts", [] {
        const Sorted records = any_records();
        const std::vector<Part> parts = cut(records, *rc::gen::element<std::size_t>(0, 60, 200, 1000, 100'000));
        const std::vector<StatePart> list = list_of(parts);
        RC_ASSERT(root_of(list) == true_root(records));
        const auto places = places_of(list).value();
        auto expected = records.begin();
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto checked = check_part(list[i], places[i], encode(parts[i].content));
            RC_ASSERT(checked.has_value());
            RC_ASSERT(checked->records == parts[i].content.records);
            for (const StateRecord& record : checked->records) RC_ASSERT(record == (expected++)->second);
        }
        RC_ASSERT(expected == records.end());
    }));
}

TEST_CASE("where a state is cut follows from the state alone") {
    REQUIRE(rc::check("cuts", [] {
        const Sorted records = any_records();
        const std::size_t bytes_max = *rc::gen::element<std::size_t>(0, 40, 70, 150, 400, 3000);
        std::vector<StateRecord> all;
        for (const auto& [hash, record] : records) all.push_back(record);
        std::vector<std::pair<std::uint64_t, std::size_t>> expected;
        cut_by_definition(all, 0, bytes_max, expected);
        std::vector<std::pair<std::uint64_t, std::size_t>> cuts;
        for (const Part& part : cut(records, bytes_max, *rc::gen::arbitrary<bool>())) {
            cuts.emplace_back(part.part.bits, part.content.records.size());
        }
        RC_ASSERT(cuts == expected);
    }));
}

TEST_CASE("records that just fit are one part, and are two with one byte more") {
    const Sorted records = records_of(2);
    std::size_t size = 0;
    for (const auto& [hash, record] : records) size += size_in_part(record);
    CHECK(cut(records, size).size() == 1);
    CHECK(cut(records, size - 1).size() > 1);
}

TEST_CASE("a part of the size that all nodes use is never too large to be read") {
    Sorted records = records_of(3000, 500);
    const StateRecord large{.key = Bytes(record_key_max, 1), .value = Bytes(record_value_max, 2)};
    records.emplace(crypto::sha256(large.key), large);
    std::size_t largest = 0;
    for (const Part& part : cut(records, part_bytes)) {
        const Bytes bytes = encode(part.content);
        CHECK(bytes.size() <= part_size_max);
        if (part.content.records.size() > 1) largest = std::max(largest, bytes.size());
    }
    CHECK(largest <= part_bytes);
    CHECK(largest > part_bytes / 2);
}

TEST_CASE("a part with anything left out, added, changed or moved is refused") {
    const Sorted records = records_of(200);
    const std::vector<Part> parts = cut(records, 600);
    const std::vector<StatePart> list = list_of(parts);
    const auto places = places_of(list).value();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        CAPTURE(i);
        const auto accepts = [&](const PartContent& content) {
            return check_part(list[i], places[i], encode(content)).has_value();
        };
        const std::vector<StateRecord>& whole = parts[i].content.records;
        REQUIRE(accepts(parts[i].content));
        for (std::size_t at = 0; at < whole.size(); ++at) {
            PartContent changed = parts[i].content;
            changed.records[at].value.back() ^= 1;
            CHECK_FALSE(accepts(changed));
            changed = parts[i].content;
            changed.records[at].key.push_back('0');
            CHECK_FALSE(accepts(changed));
            changed = parts[i].content;
            changed.records.erase(changed.records.begin() + static_cast<std::ptrdiff_t>(at));
            CHECK_FALSE(accepts(changed));
            changed = parts[i].content;
            changed.records.insert(changed.records.begin() + static_cast<std::ptrdiff_t>(at), whole[at]);
            CHECK_FALSE(accepts(changed));
            if (at == 0) continue;
            changed = parts[i].content;
            std::swap(changed.records[at - 1], changed.records[at]);
            CHECK_FALSE(accepts(changed));
        }
        PartContent more = parts[i].content;
        more.records.push_back({.key = text("key 200"), .value = text("one more")});
        std::ranges::sort(more.records, {}, [](const StateRecord& record) { return crypto::sha256(record.key); });
        CHECK_FALSE(accepts(more));
        for (std::size_t other = 0; other < parts.size(); ++other) {
            if (other != i) CHECK_FALSE(accepts(parts[other].content));
        }
    }
}

TEST_CASE("a part that lies elsewhere than its bits say is refused, whatever its root") {
    // One leaf has one hash, wherever it stands: only its key says where that is.
    const StateRecord record{.key = text("a"), .value = text("1")};
    const StateProofLeaf leaf = leaf_of(record);
    const StatePart part{.bits = 1, .root = root_of(TreePlace{}, std::span{&leaf, 1}).value()};
    const Bytes bytes = encode(PartContent{.records = {record}});
    Digest right{};
    right[0] = 0x80;
    const TreePlace here{.bits = 1, .path = (leaf.key_hash[0] & 0x80) != 0 ? right : Digest{}};
    const TreePlace elsewhere{.bits = 1, .path = (leaf.key_hash[0] & 0x80) != 0 ? Digest{} : right};
    CHECK(check_part(part, here, bytes).has_value());
    CHECK_FALSE(check_part(part, elsewhere, bytes).has_value());
}

TEST_CASE("a part has one encoding") {
    const std::vector<Part> parts = cut(records_of(3), part_bytes);
    REQUIRE(parts.size() == 1);
    const Bytes bytes = encode(parts[0].content);
    const auto accepts = [&](ByteView changed) { return check_part(parts[0].part, TreePlace{}, changed).has_value(); };
    REQUIRE(accepts(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(accepts(ByteView{bytes}.first(size)));
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(accepts(longer));
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
        Bytes changed = bytes;
        changed[i / 8] ^= static_cast<std::uint8_t>(1U << i % 8);
        CHECK_FALSE(accepts(changed));
    }
}

TEST_CASE("a part that is larger than any honest one isn't even read") {
    const std::vector<Part> parts = cut(records_of(300, 4096), std::size_t{1} << 30U);
    REQUIRE(parts.size() == 1);
    const Bytes bytes = encode(parts[0].content);
    REQUIRE(bytes.size() > part_size_max);
    CHECK_FALSE(check_part(parts[0].part, TreePlace{}, bytes).has_value());
}

TEST_CASE("a list with anything changed has another root, or none") {
    const std::vector<StatePart> list = list_of(cut(records_of(40), 200));
    const Digest root = root_of(list).value();
    REQUIRE(list.size() > 8);
    for (std::size_t i = 0; i < list.size(); ++i) {
        CAPTURE(i);
        std::vector<StatePart> changed = list;
        changed[i].root[i % 32] ^= 1;
        CHECK(root_of(changed) != root);
        for (const std::uint64_t bits : {list[i].bits - 1, list[i].bits + 1, std::uint64_t{257}, ~std::uint64_t{0}}) {
            changed = list;
            changed[i].bits = bits;
            CHECK(root_of(changed) == std::nullopt);
        }
        changed = list;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(root_of(changed) == std::nullopt);
        changed = list;
        changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), list[i]);
        CHECK(root_of(changed) == std::nullopt);
        if (i == 0) continue;
        changed = list;
        std::swap(changed[i - 1].root, changed[i].root);
        CHECK(root_of(changed) != root);
    }
    CHECK(root_of(std::span<const StatePart>{}) == std::nullopt);
}

TEST_CASE("a cut of the same state by another rule has the same root, and shows by its sizes") {
    REQUIRE(rc::check("other cuts", [] {
        const std::size_t bytes_max = *rc::gen::element<std::size_t>(60, 200, 1000);
        const std::vector<Part> parts = cut(any_records(), bytes_max);
        const std::vector<StatePart> list = list_of(parts);
        const std::vector<TreePlace> places = places_of(list).value();
        const Digest root = root_of(list).value();
        const auto size = [&parts](std::size_t i) { return size_of(parts[i].content.records); };
        for (std::size_t i = 0; i < parts.size(); ++i) {
            RC_ASSERT(is_one_part(size(i), bytes_max));
            const auto at = static_cast<std::ptrdiff_t>(i);
            if (i + 1 < parts.size() && are_halves(places[i], places[i + 1])) {
                RC_ASSERT(!is_one_part(size(i) + size(i + 1), bytes_max));
                std::vector<StatePart> coarse = list;
                coarse[i] = {.bits = list[i].bits - 1, .root = tree::inner_hash(list[i].root, list[i + 1].root)};
                coarse.erase(coarse.begin() + at + 1);
                RC_ASSERT(root_of(coarse) == root);
            }
            if (parts[i].content.records.size() < 2) continue;
            const auto [left, right] = halves_of(places[i], parts[i].content.records);
            std::vector<StatePart> fine = list;
            fine[i] = left.part;
            fine.insert(fine.begin() + at + 1, right.part);
            RC_ASSERT(root_of(fine) == root);
            const std::vector<TreePlace> halves = places_of(fine).value();
            RC_ASSERT(are_halves(halves[i], halves[i + 1]));
            RC_ASSERT(is_one_part(size_of(left.content.records) + size_of(right.content.records), bytes_max));
        }
    }));
}

TEST_CASE("neighbours of as many bits are halves of one place only if the first is a left half") {
    const std::vector<TreePlace> places = places_of(std::vector<StatePart>{{.bits = 2, .root = {}},
                                                                           {.bits = 2, .root = {}},
                                                                           {.bits = 2, .root = {}},
                                                                           {.bits = 3, .root = {}},
                                                                           {.bits = 3, .root = {}}})
                                              .value();
    CHECK(are_halves(places[0], places[1]));
    CHECK_FALSE(are_halves(places[1], places[2]));
    CHECK_FALSE(are_halves(places[2], places[3]));
    CHECK(are_halves(places[3], places[4]));
    CHECK_FALSE(are_halves(TreePlace{}, TreePlace{}));
}

TEST_CASE("a list can't hide a leaf deeper than it stands, nor cut what is empty") {
    const StateProofLeaf leaf = leaf_of({.key = text("a"), .value = text("1")});
    const Digest root = root_of(TreePlace{}, std::span{&leaf, 1}).value();
    const bool is_right = (leaf.key_hash[0] & 0x80) != 0;
    const StatePart empty{.bits = 1, .root = empty_state_root()};
    const StatePart full{.bits = 1, .root = root};
    const std::vector<StatePart> halves =
        is_right ? std::vector<StatePart>{empty, full} : std::vector<StatePart>{full, empty};
    CHECK(root_of(halves) != root);
    CHECK(root_of(std::vector<StatePart>{empty, empty}) != empty_state_root());
}

TEST_CASE("the root of a place is that of the definition, for leaves that share as many bits as you like") {
    REQUIRE(rc::check("roots of places", [] {
        const std::vector<StateProofLeaf> leaves = any_leaves();
        RC_ASSERT(root_of(TreePlace{}, leaves) == root_by_definition(leaves, 0));
        if (leaves.empty()) return;
        const std::size_t bits = *rc::gen::inRange<std::size_t>(0, 257);
        TreePlace place{.bits = static_cast<std::uint16_t>(bits), .path = leaves.front().key_hash};
        for (std::size_t at = bits; at < 256; ++at) {
            place.path[at / 8] &= static_cast<std::uint8_t>(~(0x80U >> at % 8));
        }
        std::vector<StateProofLeaf> inside;
        for (const StateProofLeaf& leaf : leaves) {
            if (is_within(leaf.key_hash, place)) inside.push_back(leaf);
        }
        RC_ASSERT(root_of(place, inside) == root_by_definition(inside, bits));
        if (inside.size() < leaves.size()) RC_ASSERT(root_of(place, leaves) == std::nullopt);
        if (inside.size() < 2) return;
        std::swap(inside[0], inside[1]);
        RC_ASSERT(root_of(place, inside) == std::nullopt);
        inside[1] = inside[0];
        RC_ASSERT(root_of(place, inside) == std::nullopt);
    }));
}

TEST_CASE("a tree built leaf by leaf has the nodes of one that was updated") {
    REQUIRE(rc::check("built nodes", [] {
        const Sorted records = any_records();
        const TreeUpdate expected = update(NoNodes{}, std::nullopt, changes_of(records), 9).value();
        std::map<NodeKey, Bytes> nodes;
        TreeBuilder builder{9};
        const auto keep = [&] {
            for (TreeUpdate::Node& node : builder.take_nodes()) {
                RC_ASSERT(nodes.emplace(node.key, std::move(node.bytes)).second);
            }
        };
        for (const auto& [hash, record] : records) {
            builder.add(leaf_of(record));
            keep();
        }
        RC_ASSERT(builder.finish() == expected.root);
        keep();
        RC_ASSERT(nodes.size() == expected.nodes.size());
        for (const TreeUpdate::Node& node : expected.nodes) RC_ASSERT(nodes.at(node.key) == node.bytes);
    }));
}

TEST_CASE("a tree built leaf by leaf has the root of the definition, for leaves that share as many bits as you like") {
    REQUIRE(rc::check("built roots", [] {
        const std::vector<StateProofLeaf> leaves = any_leaves();
        TreeBuilder builder{1};
        for (const StateProofLeaf& leaf : leaves) builder.add(leaf);
        RC_ASSERT(builder.finish() == root_by_definition(leaves, 0));
    }));
}

}  // namespace datadeed::ledger::test
