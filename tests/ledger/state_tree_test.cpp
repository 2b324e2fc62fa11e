#include "ledger/state_tree.h"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "crypto/hash.h"
#include "ledger/state_keys.h"
#include "ledger/state_root.h"
#include "ledger/tree_node.h"
#include "tests/ledger/world.h"
#include "tests/support/catch.h"

namespace datadeed::ledger::test {
namespace {

class MemoryStore final : public TreeStore {
public:
    [[nodiscard]] std::optional<Bytes> node(const NodeKey& key) const override {
        const auto found = nodes.find(key);
        return found == nodes.end() ? std::nullopt : std::optional{found->second};
    }

    void keep(const TreeUpdate& update) {
        for (const TreeUpdate::Node& node : update.nodes) {
            REQUIRE(nodes.emplace(node.key, node.bytes).second);
        }
    }

    void drop(const TreeUpdate& update) {
        for (const NodeKey& key : update.stale) REQUIRE(nodes.erase(key) == 1);
    }

    std::map<NodeKey, Bytes> nodes;
};

// The tree again, written from its definition alone: a recursion over single bits without nodes or versions.
using Leaves = std::vector<std::pair<Digest, Digest>>;

Digest naive_root(std::span<const std::pair<Digest, Digest>> leaves, std::size_t depth) {
    if (leaves.empty()) return empty_state_root();
    if (leaves.size() == 1) {
        return crypto::sha256({as_bytes("JMT::LeafNode"), leaves.front().first, leaves.front().second});
    }
    const auto is_left = [depth](const auto& leaf) { return (leaf.first[depth / 8] & (0x80 >> depth % 8)) == 0; };
    const auto middle = std::ranges::partition_point(leaves, is_left) - leaves.begin();
    const auto count = static_cast<std::size_t>(middle);
    return crypto::sha256({as_bytes("JMT::IntrnalNode"), naive_root(leaves.first(count), depth + 1),
                           naive_root(leaves.subspan(count), depth + 1)});
}

Digest naive_root(const std::map<Bytes, Bytes>& values) {
    Leaves leaves;
    for (const auto& [key, value] : values) leaves.emplace_back(crypto::sha256(key), crypto::sha256(value));
    std::ranges::sort(leaves);
    return naive_root(leaves, 0);
}

Digest root_after(const StateChanges& changes) {
    const auto updated = update(MemoryStore{}, std::nullopt, changes, 1);
    REQUIRE(updated);
    return updated->root;
}

// Keys out of a small world, so that additions, changes and removals meet.
StateChanges some_changes() {
    StateChanges changes;
    const auto count = *rc::gen::inRange(0, 40);
    for (int i = 0; i < count; ++i) {
        const auto number = *rc::gen::inRange(0, 120);
        const auto value = *rc::gen::inRange(0, 5);
        changes[bytes_of("key " + std::to_string(number))] =
            value < 2 ? std::nullopt : std::optional{bytes_of("value " + std::to_string(value))};
    }
    return changes;
}

void apply_to(std::map<Bytes, Bytes>& values, const StateChanges& changes) {
    for (const auto& [key, value] : changes) {
        if (value) {
            values[key] = *value;
        } else {
            values.erase(key);
        }
    }
}

}  // namespace

Ladder ladder_of_state_tree() {
    Ladder ladder;
    MemoryStore store;
    const auto see = [&] {
        const auto root = root_of(store, 1);
        return root ? std::nullopt : std::optional{root.error()};
    };
    ladder.push_back({Refusal::state_node_missing, see()});
    store.keep(*update(store, std::nullopt, {{bytes_of("a"), bytes_of("b")}}, 1));
    store.nodes.begin()->second.pop_back();
    ladder.push_back({Refusal::state_node_damaged, see()});
    return ladder;
}

TEST_CASE("a tree says which of its nodes is missing or damaged") {
    check_ladder(ladder_of_state_tree());
}

TEST_CASE("an empty tree has the published root") {
    CHECK(as_text(empty_state_root()) == "SPARSE_MERKLE_PLACEHOLDER_HASH__");
    CHECK(root_after({}) == empty_state_root());
}

TEST_CASE("trees of the published vectors have their roots") {
    // penumbra-zone/jmt, src/tests/sha2_256_vectors.json (Apache-2.0): no leaf, "hello" and "goodbye", all of value
    // "world".
    CHECK(root_after({{bytes_of("hello"), bytes_of("world")}}) ==
          *array_from_hex<32>("6b97115f56e533f2fd443f7e76e4d1ff94d34e6b2e233f2dbdf5cfd1ec39a30c"));
    CHECK(root_after({{bytes_of("hello"), bytes_of("world")}, {bytes_of("goodbye"), bytes_of("world")}}) ==
          *array_from_hex<32>("e1e1e220d4b4a9611a9a09dbcee964b4a6c3a40f6f4dee265ad45cf64568790b"));
}

TEST_CASE("trees of one and two leaves are hashed by the definition") {
    const auto h = [](std::string_view text) { return crypto::sha256(as_bytes(text)); };
    const Digest a = crypto::sha256({as_bytes("JMT::LeafNode"), h("a"), h("1")});
    CHECK(root_after({{bytes_of("a"), bytes_of("1")}}) == a);

    // SHA-256 of "a" begins with ca, that of "b" with 3e: b is left, a right, and nothing lies between them and the
    // root.
    const Digest b = crypto::sha256({as_bytes("JMT::LeafNode"), h("b"), h("2")});
    CHECK(root_after({{bytes_of("a"), bytes_of("1")}, {bytes_of("b"), bytes_of("2")}}) ==
          crypto::sha256({as_bytes("JMT::IntrnalNode"), b, a}));
}

TEST_CASE("after any changes in any order a tree has the root of its definition, and old versions stay") {
    REQUIRE(rc::check("versions", [] {
        MemoryStore store;
        std::map<Bytes, Bytes> values;
        std::map<std::uint64_t, Digest> roots;
        std::optional<std::uint64_t> version;
        const auto blocks = *rc::gen::inRange(1, 12);
        for (int block = 0; block < blocks; ++block) {
            const std::uint64_t next = version.value_or(0) + static_cast<std::uint64_t>(*rc::gen::inRange(1, 4));
            const StateChanges changes = some_changes();
            const auto updated = update(store, version, changes, next);
            RC_ASSERT(updated.has_value());
            store.keep(*updated);
            apply_to(values, changes);
            version = next;
            RC_ASSERT(updated->root == naive_root(values));
            roots[next] = updated->root;
        }
        for (const auto& [number, root] : roots) RC_ASSERT(root_of(store, number).value() == root);
    }));
}

TEST_CASE("with stale nodes dropped, exactly the nodes of a tree built at once remain, in shape") {
    REQUIRE(rc::check("pruning", [] {
        MemoryStore store;
        std::map<Bytes, Bytes> values;
        std::optional<std::uint64_t> version;
        for (std::uint64_t next = 1; next <= 8; ++next) {
            const StateChanges changes = some_changes();
            const auto updated = update(store, version, changes, next);
            RC_ASSERT(updated.has_value());
            store.keep(*updated);
            store.drop(*updated);
            apply_to(values, changes);
            version = next;
            StateChanges all;
            for (const auto& [key, value] : values) all[key] = value;
            const auto fresh = update(MemoryStore{}, std::nullopt, all, 1);
            RC_ASSERT(fresh->root == updated->root);
            std::set<std::pair<std::uint8_t, Digest>> places;
            for (const auto& [key, bytes] : store.nodes) places.emplace(key.nibbles, key.path);
            std::set<std::pair<std::uint8_t, Digest>> fresh_places;
            for (const TreeUpdate::Node& node : fresh->nodes) fresh_places.emplace(node.key.nibbles, node.key.path);
            RC_ASSERT(places == fresh_places);
            RC_ASSERT(store.nodes.size() == fresh->nodes.size());
        }
    }));
}

TEST_CASE("presence and absence are proved, and nothing else") {
    REQUIRE(rc::check("proofs", [] {
        MemoryStore store;
        std::map<Bytes, Bytes> values;
        const StateChanges changes = some_changes();
        apply_to(values, changes);
        const auto updated = update(store, std::nullopt, changes, 1);
        store.keep(*updated);
        for (int i = 0; i < 125; ++i) {
            const Bytes key = bytes_of("key " + std::to_string(i));
            const auto proof = prove(store, 1, key);
            RC_ASSERT(proof.has_value());
            const auto found = values.find(key);
            const std::optional<Bytes> value = found == values.end() ? std::nullopt : std::optional{found->second};
            RC_ASSERT(verify(updated->root, key, value, *proof));
            RC_ASSERT(decode<StateProof>(encode(*proof)).value() == *proof);
            const std::optional<Bytes> wrong = value ? std::nullopt : std::optional{bytes_of("value 2")};
            RC_ASSERT(!verify(updated->root, key, wrong, *proof));
            RC_ASSERT(!verify(updated->root, key, bytes_of("another"), *proof));
            RC_ASSERT(!verify(Digest{}, key, value, *proof));
        }
    }));
}

TEST_CASE("a proof with anything changed proves nothing") {
    MemoryStore store;
    StateChanges changes;
    for (int i = 0; i < 50; ++i) changes[bytes_of(std::to_string(i))] = bytes_of("value");
    const auto updated = update(store, std::nullopt, changes, 1);
    store.keep(*updated);
    for (const auto& [key, value] :
         {std::pair{"7", std::optional{bytes_of("value")}}, std::pair{"none", std::optional<Bytes>{}}}) {
        const StateProof proof = *prove(store, 1, as_bytes(key));
        REQUIRE(verify(updated->root, as_bytes(key), value, proof));
        for (std::size_t i = 0; i < proof.siblings.size(); ++i) {
            StateProof changed = proof;
            changed.siblings[i][0] ^= 1;
            CHECK(!verify(updated->root, as_bytes(key), value, changed));
        }
        StateProof longer = proof;
        longer.siblings.push_back({});
        CHECK(!verify(updated->root, as_bytes(key), value, longer));
        StateProof shorter = proof;
        shorter.siblings.pop_back();
        CHECK(!verify(updated->root, as_bytes(key), value, shorter));
        StateProof headless = proof;
        headless.leaf = StateProof::Leaf{};
        CHECK(!verify(updated->root, as_bytes(key), value, headless));
    }
    // The proof of a key that is there, shown for one that isn't.
    const StateProof of_seven = *prove(store, 1, as_bytes("7"));
    CHECK(!verify(updated->root, as_bytes("none"), std::nullopt, of_seven));
    CHECK(!verify(updated->root, as_bytes("7"), std::nullopt, of_seven));
}

TEST_CASE("a stored node is read back as it was, and in no other spelling") {
    tree::Node node{};
    node[3] = {.kind = tree::Child::Kind::leaf, .version = 0, .hash = Digest{1}, .value_hash = Digest{2}};
    node[15] = {.kind = tree::Child::Kind::inner, .version = 258, .hash = Digest{3}, .value_hash = {}};
    const Bytes bytes = tree::encode(node);
    CHECK(to_hex(ByteView{bytes}.first(5)) == "8008000801");
    CHECK(tree::decode(bytes) == node);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(!tree::decode(ByteView{bytes}.first(size)));
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(!tree::decode(longer));
    Bytes leaf_that_is_absent = bytes;
    leaf_that_is_absent[3] |= 1;
    CHECK(!tree::decode(leaf_that_is_absent));
}

TEST_CASE("keys of nodes sort by version and have one spelling") {
    const NodeKey key{.version = 258, .nibbles = 3, .path = Digest{0xAB, 0xC0}};
    CHECK(to_hex(key.bytes()) == "000000000000010203abc0");
    CHECK(NodeKey{.version = 1}.bytes() < NodeKey{.version = 256}.bytes());
    CHECK(tree::node_key(258, Digest{0xAB, 0xCD}, 3) == key);
}

TEST_CASE("a state root commits to records and leaves indexes out") {
    const DatasetId id{"census"};
    const MemberId ann{"ann"};
    const GrantId grant{crypto::sha256(as_bytes("grant"))};
    const Bytes value = bytes_of("record");
    const StateChanges records{{state_keys::data(id), value}, {state_keys::grant(grant), value}};
    StateChanges all = records;
    all[state_keys::owned(ann, id)] = value;
    all[state_keys::grant_of_data(id, grant)] = value;
    all[state_keys::grant_of_member(ann, grant)] = value;
    const MemoryStore nothing;
    const Digest root = update_state_tree(nothing, std::nullopt, all, 0)->root;
    CHECK(root == update(nothing, std::nullopt, records, 0)->root);
    for (const auto& [key, ignored] : records) {
        StateChanges fewer = all;
        fewer.erase(key);
        CHECK(update_state_tree(nothing, std::nullopt, fewer, 0)->root != root);
    }
    const std::vector<Bytes> others = {state_keys::parameters(), state_keys::validators(), state_keys::totals(),
                                       state_keys::member(ann),  state_keys::nonces(ann),  state_keys::offer(id, ann),
                                       state_keys::key({})};
    for (const Bytes& key : others) CHECK_FALSE(state_keys::is_index(key));
}

}  // namespace datadeed::ledger::test
