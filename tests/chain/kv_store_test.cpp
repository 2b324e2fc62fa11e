#include "chain/kv_store.h"

#include <rapidcheck.h>

#include <map>

#include "chain/leveldb_store.h"
#include "chain/memory_store.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

// What holds for every KvStore, and the memory store's own model of a crash.

namespace datadeed::chain {

using test::bytes_of;
using test::TemporaryFolder;

namespace {

using Map = std::map<Bytes, Bytes>;

std::vector<Bytes> keys_of(const KvReader& reader, const Range& range, std::size_t limit = 1000) {
    std::vector<Bytes> keys;
    REQUIRE(reader.scan(range, [&](ByteView key, ByteView) {
        keys.push_back(to_bytes(key));
        return keys.size() < limit;
    }));
    return keys;
}

std::vector<Bytes> texts(std::initializer_list<const char*> all) {
    std::vector<Bytes> keys;
    for (const char* text : all) keys.push_back(bytes_of(text));
    return keys;
}

void check_scans(KvStore& store) {
    Batch batch;
    for (const char* key : {"a", "b", "b1", "b2", "b3", "c"}) batch.put(bytes_of(key), bytes_of("x"));
    batch.put(Bytes{0xFF, 0xFF}, bytes_of("x"));
    batch.put(Bytes{0xFF, 0xFF, 0x01}, bytes_of("x"));
    REQUIRE(store.write(batch, Durability::synced));
    const Bytes b = bytes_of("b");
    const Bytes two = bytes_of("2");
    const Bytes between = bytes_of("15");
    const Bytes ff{0xFF, 0xFF};
    CHECK(keys_of(store, {.prefix = b, .from = {}, .direction = Direction::forward}) == texts({"b", "b1", "b2", "b3"}));
    CHECK(keys_of(store, {.prefix = b, .from = {}, .direction = Direction::backward}) ==
          texts({"b3", "b2", "b1", "b"}));
    CHECK(keys_of(store, {.prefix = b, .from = two, .direction = Direction::forward}) == texts({"b2", "b3"}));
    CHECK(keys_of(store, {.prefix = b, .from = two, .direction = Direction::backward}) == texts({"b2", "b1", "b"}));
    CHECK(keys_of(store, {.prefix = b, .from = between, .direction = Direction::forward}) == texts({"b2", "b3"}));
    CHECK(keys_of(store, {.prefix = b, .from = between, .direction = Direction::backward}) == texts({"b1", "b"}));
    CHECK(keys_of(store, {.prefix = ff, .from = {}, .direction = Direction::backward}).size() == 2);
    CHECK(keys_of(store, {.prefix = {}, .from = {}, .direction = Direction::forward}).size() == 8);
    CHECK(keys_of(store, {.prefix = {}, .from = {}, .direction = Direction::backward}).front() ==
          Bytes{0xFF, 0xFF, 0x01});
    CHECK(keys_of(store, {.prefix = bytes_of("d"), .from = {}, .direction = Direction::forward}).empty());
    CHECK(keys_of(store, {.prefix = bytes_of("d"), .from = {}, .direction = Direction::backward}).empty());
    CHECK(keys_of(store, {.prefix = {}, .from = {}, .direction = Direction::forward}, 3).size() == 3);
}

void check_batches(KvStore& store) {
    Batch batch;
    batch.put(bytes_of("k"), bytes_of("1"));
    batch.erase(bytes_of("k"));
    batch.put(bytes_of("k"), bytes_of("2"));
    batch.put(bytes_of("empty"), {});
    batch.put(bytes_of("gone"), bytes_of("x"));
    batch.erase(bytes_of("gone"));
    CHECK(batch.count() == 6);
    REQUIRE(store.write(batch, Durability::synced));
    CHECK(store.get(bytes_of("k")).value() == bytes_of("2"));
    CHECK(store.get(bytes_of("empty")).value() == Bytes{});
    CHECK(store.get(bytes_of("gone")).value() == std::nullopt);
    const std::unique_ptr<KvSnapshot> before = store.snapshot();
    batch.clear();
    batch.put(bytes_of("k"), bytes_of("3"));
    REQUIRE(store.write(batch, Durability::buffered));
    CHECK(before->get(bytes_of("k")).value() == bytes_of("2"));
    CHECK(store.get(bytes_of("k")).value() == bytes_of("3"));
    REQUIRE(before->scan({}, [](ByteView key, ByteView value) {
        if (to_bytes(key) == bytes_of("k")) CHECK(to_bytes(value) == bytes_of("2"));
        return true;
    }));
}

}  // namespace

TEST_CASE("every key-value store scans, writes and takes snapshots alike") {
    MemoryDisk disk;
    const TemporaryFolder folder;
    SECTION("in memory") {
        check_scans(*open_memory_store(disk));
        disk = {};
        check_batches(*open_memory_store(disk));
    }
    SECTION("LevelDB") {
        check_scans(*open_leveldb({.folder = folder.path() + "/a"}).value());
        check_batches(*open_leveldb({.folder = folder.path() + "/b"}).value());
    }
}

TEST_CASE("the memory store and LevelDB agree on everything") {
    const TemporaryFolder folder;
    const std::unique_ptr<KvStore> leveldb = open_leveldb({.folder = folder.path() + "/a"}).value();
    REQUIRE(rc::check("same reads after same writes", [&leveldb] {
        MemoryDisk disk;
        const std::unique_ptr<KvStore> memory = open_memory_store(disk);
        Batch nothing;
        for (const Bytes& key : keys_of(*leveldb, {})) nothing.erase(key);
        RC_ASSERT(leveldb->write(nothing, Durability::buffered).has_value());
        const auto any_key = rc::gen::container<Bytes>(rc::gen::element<std::uint8_t>(0, 1, 0x61, 0xFF));
        for (int i = 0; i < 5; ++i) {
            Batch batch;
            for (int k = 0; k < 8; ++k) {
                if (*rc::gen::arbitrary<bool>()) {
                    batch.put(*any_key, {});
                } else {
                    batch.erase(*any_key);
                }
            }
            RC_ASSERT(memory->write(batch, Durability::buffered) && leveldb->write(batch, Durability::buffered));
            const Bytes prefix = *any_key;
            const Bytes from = *any_key;
            const auto direction = *rc::gen::element(Direction::forward, Direction::backward);
            const Range range{.prefix = prefix, .from = from, .direction = direction};
            RC_ASSERT(keys_of(*memory, range) == keys_of(*leveldb, range));
        }
    }));
}

TEST_CASE("a crash of the memory disk loses what wasn't synced, in order, and kills open stores") {
    MemoryDisk disk;
    const std::unique_ptr<KvStore> store = open_memory_store(disk);
    const auto put = [&](const char* key, Durability durability) {
        Batch batch;
        batch.put(bytes_of(key), {});
        REQUIRE(store->write(batch, durability));
    };
    put("a", Durability::buffered);
    put("b", Durability::synced);
    put("c", Durability::buffered);
    put("d", Durability::buffered);
    CHECK(disk.unsynced() == 2);
    SECTION("all of it") {
        disk.crash();
        CHECK(disk.content().size() == 2);
    }
    SECTION("all but the first batch") {
        disk.crash(1);
        CHECK(disk.content().contains(bytes_of("c")));
        CHECK_FALSE(disk.content().contains(bytes_of("d")));
    }
    CHECK(store->get(bytes_of("a")).error().fault == Fault::store_io);
    CHECK(open_memory_store(disk)->get(bytes_of("a")).value().has_value());
}

TEST_CASE("a crash of the memory disk takes back what a batch wrote over, erased and wrote twice") {
    MemoryDisk disk;
    const std::unique_ptr<KvStore> store = open_memory_store(disk);
    Batch first;
    for (const char* key : {"a", "b", "c"}) first.put(bytes_of(key), bytes_of("old"));
    REQUIRE(store->write(first, Durability::synced));
    const MemoryDisk::Map before = disk.content();
    Batch second;
    second.put(bytes_of("a"), bytes_of("new"));
    second.put(bytes_of("a"), bytes_of("newer"));
    second.erase(bytes_of("b"));
    second.put(bytes_of("b"), bytes_of("new"));
    second.put(bytes_of("d"), bytes_of("new"));
    second.erase(bytes_of("d"));
    second.erase(bytes_of("e"));
    REQUIRE(store->write(second, Durability::buffered));
    const MemoryDisk::Map between = disk.content();
    Batch third;
    third.erase(bytes_of("a"));
    third.put(bytes_of("c"), bytes_of("newest"));
    REQUIRE(store->write(third, Durability::buffered));
    SECTION("all") {
        disk.crash();
        CHECK(disk.content() == before);
    }
    SECTION("the last one") {
        disk.crash(1);
        CHECK(disk.content() == between);
    }
}

TEST_CASE("a memory store that failed once fails for ever and changes nothing") {
    MemoryDisk disk;
    const std::unique_ptr<KvStore> store = open_memory_store(disk);
    Batch batch;
    batch.put(bytes_of("a"), {});
    disk.fail_after(0, Fault::store_disk_full);
    CHECK(store->write(batch, Durability::synced).error().fault == Fault::store_disk_full);
    disk.heal();
    CHECK(store->write(batch, Durability::synced).error().fault == Fault::store_disk_full);
    CHECK(store->get(bytes_of("a")).error().fault == Fault::store_disk_full);
    CHECK(open_memory_store(disk)->get(bytes_of("a")).value() == std::nullopt);
}

}  // namespace datadeed::chain
