#include "chain/leveldb_store.h"

#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/chain/support.h"
#include "tests/support/catch.h"

// LevelDB on a real disk: the two faults that decide how it's used (a failed write, a flipped bit), and who may open
// it.

namespace datadeed::chain {

using test::bytes_of;
using test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

Batch one(const std::string& key, std::size_t size) {
    Batch batch;
    batch.put(bytes_of(key), Bytes(size, 7));
    return batch;
}

std::string log_of(const std::string& folder) {
    for (const fs::directory_entry& entry : fs::directory_iterator{folder}) {
        if (entry.path().extension() == ".log") return entry.path().string();
    }
    return {};
}

void flip_byte(const std::string& path, std::streamoff at) {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekg(at);
    const char byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(at);
    file.put(byte);
}

// A file system of 1 MiB; not everybody may mount one.
class SmallDisk {
public:
    explicit SmallDisk(std::string path) : path_{std::move(path)} {
        fs::create_directory(path_);
        mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m") == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    }
    [[nodiscard]] bool mounted() const { return mounted_; }

private:
    std::string path_;
    bool mounted_{false};
};

}  // namespace

TEST_CASE("after a write that found the disk full, no later write is acknowledged, even with space again") {
    const TemporaryFolder folder;
    const SmallDisk disk{folder.path() + "/small"};
    if (!disk.mounted()) {
        WARN("skipped: no right to mount a tmpfs here");
        return;
    }
    const std::string path = folder.path() + "/small/db";
    const std::string ballast = folder.path() + "/small/ballast";
    {
        const std::unique_ptr<KvStore> store = open_leveldb({.folder = path}).value();
        for (int i = 0; i < 20; ++i) REQUIRE(store->write(one("before" + std::to_string(i), 100), Durability::synced));
        // Fill the disk up, so that the next record is cut short.
        std::ofstream{ballast} << std::string(2U << 20U, 'x');
        const Result<void, Error> full = store->write(one("too much", 60'000), Durability::synced);
        REQUIRE_FALSE(full);
        CHECK(full.error().fault == Fault::store_disk_full);
        CHECK(is_disk_full(full.error()));
        fs::remove(ballast);
        // LevelDB itself would say yes to each of these and lose them.
        for (int i = 0; i < 200; ++i) {
            const Result<void, Error> later = store->write(one("after" + std::to_string(i), 100), Durability::synced);
            REQUIRE_FALSE(later);
            CHECK(later.error() == full.error());
        }
        CHECK_FALSE(store->get(bytes_of("before1")));
        CHECK_FALSE(store->scan({}, [](ByteView, ByteView) { return true; }));
    }
    const std::unique_ptr<KvStore> again = open_leveldb({.folder = path}).value();
    for (int i = 0; i < 20; ++i) CHECK(again->get(bytes_of("before" + std::to_string(i))).value().has_value());
    CHECK(again->get(bytes_of("too much")).value() == std::nullopt);
    CHECK(again->write(one("after", 100), Durability::synced));
}

TEST_CASE("one flipped bit in LevelDB's log is an error at the next start, not a silent loss") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/db";
    {
        const std::unique_ptr<KvStore> store = open_leveldb({.folder = path}).value();
        for (int i = 0; i < 100; ++i) REQUIRE(store->write(one("key" + std::to_string(i), 200), Durability::synced));
    }
    flip_byte(log_of(path), 11'350);
    const Result<std::unique_ptr<KvStore>, Error> opened = open_leveldb({.folder = path});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().fault == Fault::store_damaged);
    CHECK(opened.error().place == path);
}

TEST_CASE("one flipped bit in a table is an error when it's read") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/db";
    const LeveldbOptions small{
        .folder = path, .create = true, .block_cache_bytes = 1 << 16, .write_buffer_bytes = 1 << 16};
    {
        const std::unique_ptr<KvStore> store = open_leveldb(small).value();
        for (int i = 0; i < 2'000; ++i)
            REQUIRE(store->write(one("key" + std::to_string(i), 200), Durability::buffered));
    }
    std::size_t tables = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator{path}) {
        if (entry.path().extension() != ".ldb") continue;
        flip_byte(entry.path().string(), 5'000);
        ++tables;
    }
    REQUIRE(tables > 0);
    const Result<std::unique_ptr<KvStore>, Error> opened = open_leveldb(small);
    const Result<void, Error> scanned = opened ? (*opened)->scan({}, [](ByteView, ByteView) { return true; })
                                               : Result<void, Error>{fail(opened.error())};
    REQUIRE_FALSE(scanned);
    CHECK(scanned.error().fault == Fault::store_damaged);
    if (opened) CHECK((*opened)->get(bytes_of("key1")).error() == scanned.error());
}

TEST_CASE("a database that lost its CURRENT is damaged, and what is left of it stays") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/db";
    {
        const std::unique_ptr<KvStore> store = open_leveldb({.folder = path}).value();
        REQUIRE(store->write(one("key", 100), Durability::synced));
    }
    fs::remove(path + "/CURRENT");
    const std::string log = log_of(path);
    const Result<std::unique_ptr<KvStore>, Error> opened = open_leveldb({.folder = path});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().fault == Fault::store_damaged);
    CHECK(fs::exists(log));
    CHECK(open_leveldb({.folder = path, .damaged = Fault::state_damaged}).error().fault == Fault::state_damaged);
    // A beginning that was interrupted left no log and no table; it is begun again.
    fs::remove(log);
    CHECK(open_leveldb({.folder = path}));
}

TEST_CASE("a table that ends too early is damaged, whatever LevelDB calls it") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/db";
    const LeveldbOptions small{.folder = path, .block_cache_bytes = 1 << 16, .write_buffer_bytes = 1 << 16};
    {
        const std::unique_ptr<KvStore> store = open_leveldb(small).value();
        for (int i = 0; i < 2'000; ++i)
            REQUIRE(store->write(one("key" + std::to_string(i), 200), Durability::buffered));
    }
    for (const fs::directory_entry& entry : fs::directory_iterator{path}) {
        if (entry.path().extension() == ".ldb") fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
    }
    const Result<std::unique_ptr<KvStore>, Error> opened = open_leveldb(small);
    const Result<void, Error> scanned = opened ? (*opened)->scan({}, [](ByteView, ByteView) { return true; })
                                               : Result<void, Error>{fail(opened.error())};
    REQUIRE_FALSE(scanned);
    CHECK(scanned.error().fault == Fault::store_damaged);
}

TEST_CASE("a database that is open can't be opened again, by this process or another") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/db";
    const std::unique_ptr<KvStore> store = open_leveldb({.folder = path}).value();
    CHECK(open_leveldb({.folder = path}).error().fault == Fault::store_locked);
    const pid_t child = ::fork();
    if (child == 0) {
        const Result<std::unique_ptr<KvStore>, Error> opened = open_leveldb({.folder = path});
        ::_exit(!opened && opened.error().fault == Fault::store_locked ? 0 : 1);
    }
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("a database that isn't there is only made when asked") {
    const TemporaryFolder folder;
    CHECK(open_leveldb({.folder = folder.path() + "/db", .create = false}).error().fault == Fault::chain_not_found);
    CHECK(open_leveldb({.folder = folder.path() + "/no/such/db"}).error().fault == Fault::store_io);
}

TEST_CASE("what was flushed is durable without the log, and what was compacted is off the disk") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/db";
    const auto size = [&path] {
        std::uintmax_t sum = 0;
        for (const fs::directory_entry& entry : fs::directory_iterator{path}) sum += entry.file_size();
        return sum;
    };
    const auto key = [](int i) { return "b" + std::to_string(i); };
    {
        const std::unique_ptr<KvStore> store = open_leveldb({.folder = path}).value();
        for (int i = 0; i < 200; ++i) REQUIRE(store->write(one(key(i), 50'000), Durability::buffered));
        REQUIRE(store->write(one("a", 100), Durability::buffered));
        REQUIRE(store->write(one("c", 100), Durability::buffered));
        REQUIRE(store->flush());
        CHECK(size() > 10'000'000);
    }
    fs::resize_file(log_of(path), 0);
    const std::unique_ptr<KvStore> store = open_leveldb({.folder = path}).value();
    for (const std::string& each : {key(0), key(199), std::string{"a"}, std::string{"c"}}) {
        CHECK(store->get(bytes_of(each)).value().has_value());
    }
    Batch erased;
    for (int i = 0; i < 200; ++i) erased.erase(bytes_of(key(i)));
    REQUIRE(store->write(erased, Durability::synced));
    CHECK(size() > 10'000'000);
    REQUIRE(store->compact(bytes_of("b")));
    CHECK(size() < 1'000'000);
    CHECK(store->get(bytes_of("a")).value().has_value());
    CHECK(store->get(bytes_of("c")).value().has_value());
    CHECK_FALSE(store->get(bytes_of(key(7))).value().has_value());
}

TEST_CASE("other threads read and take snapshots while one writes") {
    const TemporaryFolder folder;
    const std::unique_ptr<KvStore> store = open_leveldb({.folder = folder.path() + "/db"}).value();
    REQUIRE(store->write(one("a", 1), Durability::buffered));
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            while (!done) {
                const std::unique_ptr<KvSnapshot> snapshot = store->snapshot();
                const auto a = snapshot->get(bytes_of("a"));
                const auto b = snapshot->get(bytes_of("a"));
                if (!a || !b || *a != *b || !store->get(bytes_of("a"))) ++wrong;
            }
        });
    }
    for (std::size_t i = 0; i < 3'000; ++i) REQUIRE(store->write(one("a", i), Durability::buffered));
    done = true;
    for (std::thread& reader : readers) reader.join();
    CHECK(wrong == 0);
}

}  // namespace datadeed::chain
