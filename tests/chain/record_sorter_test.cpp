#include "chain/record_sorter.h"

#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "chain/memory_file.h"
#include "crypto/hash.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::bytes_of;

namespace {

// Some records in runs on a real disk, which changes the file before it's read again.
struct OnDisk {
    test::TemporaryFolder folder{};
    std::string path{folder.path() + "/sorting"};

    // What a visit says, and whether all records came.
    Result<void, Error> visit_after(const std::function<void(Bytes&)>& change) {
        RecordSorter sorter{posix_files(), path, {.memory = 600, .buffer = 100}};
        for (int i = 0; i < 12; ++i) {
            // All of one size, so that they can change places.
            const std::string number = std::to_string(10 + i);
            const ledger::StateRecord record{.key = bytes_of("key " + number), .value = bytes_of("value " + number)};
            REQUIRE(sorter.add(record));
        }
        Bytes bytes = read_file(posix_files(), path, 100'000).value();
        const Bytes before = bytes;
        change(bytes);
        if (bytes != before) {
            const auto file = posix_files().open(path, OpenMode::must_exist).value();
            REQUIRE(file->truncate(0));
            REQUIRE(file->append(bytes));
        }
        std::size_t count = 0;
        const Result<void, Error> visited = sorter.visit([&count](const ledger::StateRecord&) -> Result<void, Error> {
            ++count;
            return {};
        });
        if (visited) REQUIRE(count == 12);
        return visited;
    }
};

}  // namespace

TEST_CASE("what the disk changes in sorted records is told as the disk's fault, whatever it is") {
    OnDisk disk;
    std::size_t size = 0;
    REQUIRE(disk.visit_after([&size](Bytes& bytes) { size = bytes.size(); }));
    REQUIRE(size > 200);
    const auto is_told = [&disk](const std::function<void(Bytes&)>& change) {
        const Result<void, Error> visited = disk.visit_after(change);
        return !visited && visited.error().fault == Fault::file_io && visited.error().place == disk.path;
    };
    for (std::size_t at = 0; at < size; ++at) {
        CAPTURE(at);
        CHECK(is_told([at](Bytes& bytes) { bytes[at] ^= static_cast<std::uint8_t>(1U << at % 8); }));
    }
    // A size that no record has isn't believed, so that nothing of that size is read.
    CHECK(disk.visit_after([](Bytes& bytes) { bytes[0] ^= 0x80; }).error().detail ==
          "a record in it has another size than was written");
    CHECK(is_told([](Bytes& bytes) { bytes.pop_back(); }));
    CHECK(is_told([](Bytes& bytes) { bytes.clear(); }));
    // Two whole records of the first run change places.
    constexpr std::ptrdiff_t record = 16 + 6 + 8;
    CHECK(
        is_told([](Bytes& bytes) { std::swap_ranges(bytes.begin(), bytes.begin() + record, bytes.begin() + record); }));
    CHECK(is_told([](Bytes& bytes) { std::copy_n(bytes.begin(), record, bytes.begin() + record); }));
}

TEST_CASE("records are sorted by their key hashes, however few fit into memory") {
    REQUIRE(rc::check("sorting", [] {
        MemoryFileSystem files;
        RecordSorter sorter{
            files,
            "sorting",
            {.memory = *rc::gen::inRange<std::size_t>(1, 5000), .buffer = *rc::gen::inRange<std::size_t>(1, 300)}};
        std::map<Digest, ledger::StateRecord> expected;
        for (int i = *rc::gen::inRange(0, 150); i > 0; --i) {
            const ledger::StateRecord record{.key = bytes_of("key " + std::to_string(i)),
                                             .value = Bytes(*rc::gen::inRange<std::size_t>(0, 100), 3)};
            expected[crypto::sha256(record.key)] = record;
            RC_ASSERT(sorter.add(record).has_value());
        }
        auto next = expected.begin();
        const auto visited = sorter.visit([&](const ledger::StateRecord& record) -> Result<void, Error> {
            RC_ASSERT(next != expected.end());
            RC_ASSERT(record == (next++)->second);
            return {};
        });
        RC_ASSERT(visited.has_value());
        RC_ASSERT(next == expected.end());
        RC_ASSERT(!files.exists("sorting").value());
    }));
}

}  // namespace datadeed::chain
