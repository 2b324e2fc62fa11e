#include "chain/state_store.h"

#include <rapidcheck.h>

#include <map>

#include "chain/keys.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::bytes_of;
using test::digest_of;

namespace {

using Map = std::map<Bytes, Bytes>;

// A state store with the truth beside it: a whole map for each height.
struct Sample {
    MemoryDisk disk{};
    std::unique_ptr<KvStore> kv{open_memory_store(disk)};
    std::unique_ptr<StateStore> store{};
    std::vector<Map> heights{};
    std::vector<Digest> roots{};

    explicit Sample(StateOptions options = {}) { reopen(std::move(options)); }

    void reopen(StateOptions options = {}) {
        store = StateStore::open(*kv, test::sample_chain, std::move(options)).value();
    }

    Result<void, Error> apply(const ledger::StateChanges& changes) {
        const std::uint64_t height = heights.size();
        const std::optional<std::uint64_t> from = height == 0 ? std::nullopt : std::optional{height - 1};
        const ledger::TreeUpdate tree = ledger::update(*store, from, changes, height).value();
        crypto::CompactRange log = store->log();
        log.append(digest_of(height));
        Result<void, Error> applied = store->apply(
            {.height = Height{height}, .block_hash = digest_of(height), .changes = changes, .tree = tree, .log = log});
        if (!applied) return applied;
        Map now = heights.empty() ? Map{} : heights.back();
        for (const auto& [key, value] : changes) {
            if (value) {
                now[key] = *value;
            } else {
                now.erase(key);
            }
        }
        heights.push_back(now);
        roots.push_back(tree.root);
        return {};
    }
};

std::vector<ledger::StateReader::Entry> entries_of(const Map& map, ByteView prefix, ByteView after, std::size_t limit) {
    std::vector<ledger::StateReader::Entry> entries;
    for (const auto& [key, value] : map) {
        const bool has = key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
        if (has && (after.empty() || key > to_bytes(after)) && entries.size() < limit) {
            entries.push_back({.key = key, .value = value});
        }
    }
    return entries;
}

rc::Gen<Bytes> any_key() {
    return rc::gen::container<Bytes>(rc::gen::element<std::uint8_t>(0, 1, 0x61, 0xFF));
}

ledger::StateChanges any_changes() {
    ledger::StateChanges changes;
    for (int i = *rc::gen::inRange(0, 6); i > 0; --i) {
        const Bytes key = *any_key();
        if (*rc::gen::inRange(0, 3) == 0) {
            changes[key] = std::nullopt;
        } else {
            changes[key] = Bytes{*rc::gen::inRange<std::uint8_t>(0, 4)};
        }
    }
    return changes;
}

void check_reader(const ledger::StateReader& reader, const Map& truth) {
    for (int i = 0; i < 6; ++i) {
        const Bytes key = *any_key();
        const auto found = truth.find(key);
        RC_ASSERT(reader.get(key) == (found == truth.end() ? std::nullopt : std::optional<Bytes>{found->second}));
    }
    for (const auto& [key, value] : truth) RC_ASSERT(reader.get(key) == value);
    const Bytes prefix = *any_key();
    const Bytes after = *any_key();
    const std::size_t limit = *rc::gen::inRange<std::size_t>(0, 5);
    RC_ASSERT(reader.scan(prefix, {}, 100) == entries_of(truth, prefix, {}, 100));
    RC_ASSERT(reader.scan(prefix, after, limit) == entries_of(truth, prefix, after, limit));
    RC_ASSERT(reader.scan({}, after, 100) == entries_of(truth, {}, after, 100));
}

}  // namespace

TEST_CASE("the state tells now and every kept height as they were, and so do its proofs") {
    REQUIRE(rc::check("like a list of maps", [] {
        const std::uint64_t history = *rc::gen::element<std::uint64_t>(0, 1, 3, 1000);
        const auto options = [history] {
            StateOptions made;
            made.history = history;
            made.value_cache_bytes = *rc::gen::element<std::size_t>(0, 300, 1U << 20U);
            made.node_cache_bytes = *rc::gen::element<std::size_t>(0, 1U << 20U);
            return made;
        };
        Sample sample{options()};
        for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
            RC_ASSERT(sample.apply(any_changes()).has_value());
            if (*rc::gen::inRange(0, 4) == 0) sample.reopen(options());
        }
        const std::uint64_t last = sample.heights.size() - 1;
        RC_ASSERT(sample.store->applied() == Height{last});
        RC_ASSERT(sample.store->block_hash() == digest_of(last));
        RC_ASSERT(sample.store->log().size() == last + 1);
        check_reader(*sample.store, sample.heights.back());
        const std::uint64_t oldest = history == 0 || last <= history ? 0 : last - history;
        RC_ASSERT(sample.store->oldest() == Height{oldest});
        for (std::uint64_t height = 0; height <= last; ++height) {
            const auto snapshot = StateSnapshot::open(*sample.kv, Height{height});
            RC_ASSERT(snapshot.has_value() == (height >= oldest));
            if (!snapshot) {
                RC_ASSERT(snapshot.error().fault == Fault::state_height_not_kept);
                continue;
            }
            check_reader(**snapshot, sample.heights[height]);
            RC_ASSERT(ledger::root_of(**snapshot, height).value() == sample.roots[height]);
            const Bytes key = *any_key();
            const ledger::StateProof proof = ledger::prove(**snapshot, height, key).value();
            RC_ASSERT(ledger::verify(sample.roots[height], key, (*snapshot)->get(key), proof));
            RC_ASSERT(!(*snapshot)->error());
        }
    }));
}

TEST_CASE("a bounded history leaves nothing behind: the database of a small state stays small") {
    StateOptions options;
    options.history = 5;
    Sample sample{options};
    const Bytes key = bytes_of("k");
    for (std::uint8_t i = 0; i < 200; ++i) {
        REQUIRE(
            sample.apply({{key, i % 3 == 2 ? std::nullopt : std::optional{Bytes{i}}}, {bytes_of("other"), Bytes{i}}}));
    }
    CHECK(sample.disk.content().size() < 50);
    std::size_t whole = 0;
    {
        Sample all;
        for (std::uint8_t i = 0; i < 200; ++i) REQUIRE(all.apply({{key, Bytes{i}}, {bytes_of("other"), Bytes{i}}}));
        whole = all.disk.content().size();
    }
    CHECK(whole > 500);
}

TEST_CASE("a walk through the past looks at so many keys, and says where it stopped") {
    const auto key = [](int number) { return bytes_of("k" + std::to_string(1000 + number)); };
    Sample sample;
    ledger::StateChanges changes;
    for (int i = 0; i < 300; i += 30) changes[key(i)] = Bytes{1};
    REQUIRE(sample.apply(changes));
    changes.clear();
    // Later ones between them, and some of the old ones change or go away.
    for (int i = 0; i < 300; i += i % 90 == 0 ? 1 : 3) changes[key(i)] = Bytes{2};
    REQUIRE(sample.apply(changes));
    changes.clear();
    for (int i = 0; i < 300; i += 2) changes[key(i)] = std::nullopt;
    REQUIRE(sample.apply(changes));
    for (std::uint64_t height = 0; height < 3; ++height) {
        const auto past = StateSnapshot::open(*sample.kv, Height{height}).value();
        for (const std::size_t looks : {4U, 5U, 64U, 65U, 1000U}) {
            CAPTURE(height, looks);
            std::vector<ledger::StateReader::Entry> met;
            Bytes after;
            for (bool more = true; more;) {
                const auto walk = past->walk(bytes_of("k"), after, 4, looks);
                CHECK(walk.looked <= looks);
                CHECK(walk.entries.size() <= 4);
                met.insert(met.end(), walk.entries.begin(), walk.entries.end());
                more = walk.stopped || walk.entries.size() == 4;
                if (more) after = walk.stopped ? *walk.stopped : walk.entries.back().key;
            }
            CHECK(met == entries_of(sample.heights[static_cast<std::size_t>(height)], bytes_of("k"), {}, 1000));
        }
        CHECK(past->scan({}, {}, 1000) == entries_of(sample.heights[static_cast<std::size_t>(height)], {}, {}, 1000));
    }
    const auto first = StateSnapshot::open(*sample.kv, Height{0}).value();
    const auto walk = first->walk(bytes_of("k"), key(90), 4, 8);
    CHECK(walk.entries.empty());
    CHECK(walk.looked == 8);
    CHECK(walk.stopped > key(90));
}

TEST_CASE("a snapshot stays as it was while blocks are applied") {
    Sample sample;
    REQUIRE(sample.apply({{bytes_of("a"), bytes_of("0")}}));
    CHECK(StateSnapshot::open(*sample.kv, Height{1}).error().fault == Fault::state_height_not_kept);
    const std::unique_ptr<StateSnapshot> before = StateSnapshot::open(*sample.kv).value();
    REQUIRE(sample.apply({{bytes_of("a"), bytes_of("1")}}));
    CHECK(before->height() == Height{0});
    CHECK(before->get(bytes_of("a")) == bytes_of("0"));
    CHECK(StateSnapshot::open(*sample.kv).value()->get(bytes_of("a")) == bytes_of("1"));
}

TEST_CASE("a state without genesis answers nothing, and another chain's is refused") {
    Sample sample;
    CHECK(sample.store->applied() == std::nullopt);
    CHECK(StateSnapshot::open(*sample.kv).error().fault == Fault::state_height_not_kept);
    REQUIRE(sample.apply({}));
    CHECK(StateStore::open(*sample.kv, ChainId{}, {}).error().fault == Fault::folder_other_chain);
}

TEST_CASE("changes that skip or repeat a height are refused") {
    Sample sample;
    REQUIRE(sample.apply({}));
    for (const std::uint64_t height : {0U, 2U}) {
        const ledger::StateChanges none;
        const ledger::TreeUpdate tree;
        const crypto::CompactRange log;
        const auto applied = sample.store->apply(
            {.height = Height{height}, .block_hash = {}, .changes = none, .tree = tree, .log = log});
        CHECK(applied.error().fault == Fault::state_block_not_next);
    }
}

TEST_CASE("a changed bit in the state is told to whoever has to stop the node, and nothing is written after it") {
    std::vector<Error> told;
    const auto listen = [&told](const Error& error) { told.push_back(error); };
    Sample sample;
    REQUIRE(sample.apply({{bytes_of("a"), bytes_of("0")}, {bytes_of("b"), bytes_of("0")}}));
    REQUIRE(sample.apply({{bytes_of("a"), bytes_of("1")}}));
    StateOptions options;
    options.on_error = listen;
    SECTION("a current value") {
        sample.disk.content().at(keys::of(keys::value, bytes_of("b"))).front() ^= 1;
        sample.reopen(options);
        CHECK(sample.store->get(bytes_of("a")) == bytes_of("1"));
        CHECK(told.empty());
        CHECK(sample.store->get(bytes_of("b")) == std::nullopt);
    }
    SECTION("a value in a list") {
        sample.disk.content().at(keys::of(keys::value, bytes_of("b"))).front() ^= 1;
        sample.reopen(options);
        CHECK(sample.store->scan({}, {}, 10).empty());
    }
    SECTION("a tree node") {
        for (auto& [key, value] : sample.disk.content()) {
            if (key.front() == keys::tree_node) value.front() ^= 1;
        }
        sample.reopen(options);
        CHECK_FALSE(ledger::root_of(*sample.store, 1));
    }
    REQUIRE(told.size() == 1);
    CHECK(told[0].fault == Fault::state_damaged);
    CHECK(sample.store->error() == told[0]);
    const ledger::StateChanges none;
    const ledger::TreeUpdate tree;
    CHECK(sample.store->apply({.height = Height{2}, .block_hash = {}, .changes = none, .tree = tree, .log = {}})
              .error() == told[0]);
}

TEST_CASE("a changed bit in the past is found when the past is read") {
    std::vector<Error> told;
    Sample sample;
    REQUIRE(sample.apply({{bytes_of("a"), bytes_of("0")}}));
    REQUIRE(sample.apply({{bytes_of("a"), bytes_of("1")}}));
    sample.disk.content().at(keys::old_value_of(bytes_of("a"), Height{0})).back() ^= 1;
    const auto snapshot =
        StateSnapshot::open(*sample.kv, Height{0}, [&](const Error& error) { told.push_back(error); });
    CHECK((*snapshot)->get(bytes_of("a")) == std::nullopt);
    REQUIRE(told.size() == 1);
    CHECK(told[0].fault == Fault::state_damaged);
    CHECK((*snapshot)->error() == told[0]);
}

TEST_CASE("a state whose height is gone isn't taken for an empty one") {
    Sample sample;
    REQUIRE(sample.apply({}));
    sample.disk.content().erase(keys::of(keys::meta));
    CHECK(StateStore::open(*sample.kv, test::sample_chain, {}).error().fault == Fault::state_damaged);
}

}  // namespace datadeed::chain
