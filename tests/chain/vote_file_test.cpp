#include "chain/vote_file.h"

#include "chain/memory_file.h"
#include "chain/vote_frame.h"
#include "tests/chain/support.h"
#include "tests/support/catch.h"

namespace datadeed::chain {

using test::bytes_of;
using test::TemporaryFolder;

namespace {

VoteFileOptions options(bool create, std::uint64_t count_min = 0) {
    return {.path = "/f/votes", .chain = test::sample_chain, .node = "n1", .create = create, .count_min = count_min};
}

Bytes record(std::size_t number) {
    return bytes_of("record " + std::to_string(number));
}

// A file with three turns of 1, 2 and 1 records, and where each frame begins.
struct FourRecords {
    MemoryFileSystem files{};
    std::vector<std::size_t> frames{};

    FourRecords() {
        VoteFile file = VoteFile::open(files, options(true)).value().file;
        std::size_t next = 0;
        for (const std::size_t count : {1U, 2U, 1U}) {
            frames.push_back(file.size());
            for (std::size_t i = 0; i < count; ++i) file.append(record(next++));
            if (!file.sync()) std::abort();
        }
    }
    [[nodiscard]] Bytes content() const { return files.content("/f/votes").value(); }
};

// The records, which must be the first so many.
std::size_t count_of_first(const std::vector<Bytes>& records) {
    for (std::size_t i = 0; i < records.size(); ++i) REQUIRE(records[i] == record(i));
    return records.size();
}

}  // namespace

TEST_CASE("votes that were synced come back in order, and the count goes on") {
    MemoryFileSystem files;
    {
        VoteFile file = VoteFile::open(files, options(true)).value().file;
        CHECK(file.durable_count() == 0);
        file.append(record(0));
        file.append(record(1));
        CHECK(file.durable_count() == 0);
        REQUIRE(file.sync());
        CHECK(file.durable_count() == 2);
        REQUIRE(file.sync());
        file.append(record(2));
    }
    files.crash();
    VoteFile::Opened opened = VoteFile::open(files, options(false, 2)).value();
    CHECK(count_of_first(opened.records) == 2);
    CHECK_FALSE(opened.truncated);
    opened.file.append(record(2));
    REQUIRE(opened.file.sync());
    CHECK(opened.file.durable_count() == 3);
    CHECK(count_of_first(VoteFile::open(files, options(false)).value().records) == 3);
}

TEST_CASE("a turn costs one append and one fsync, however many records it has") {
    MemoryFileSystem files;
    VoteFile file = VoteFile::open(files, options(true)).value().file;
    const std::uint64_t before = files.operations();
    for (std::size_t i = 0; i < 100; ++i) file.append(record(i));
    REQUIRE(file.sync());
    CHECK(files.operations() == before + 2);
    REQUIRE(file.sync());
    CHECK(files.operations() == before + 2);
}

TEST_CASE("a file torn at any byte of its last frame loses that frame and no other") {
    const FourRecords sample;
    const Bytes whole = sample.content();
    for (std::size_t size = sample.frames[2]; size < whole.size(); ++size) {
        for (const bool zeros : {false, true}) {
            CAPTURE(size, zeros);
            Bytes torn{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)};
            if (zeros) torn.resize(whole.size() + 4096, 0);
            MemoryFileSystem files;
            files.set_content("/f/votes", torn);
            VoteFile::Opened opened = VoteFile::open(files, options(false)).value();
            REQUIRE(count_of_first(opened.records) == 3);
            CHECK(opened.truncated == (zeros || size > sample.frames[2]));
            // It goes on where it was cut.
            opened.file.append(record(3));
            REQUIRE(opened.file.sync());
            REQUIRE(count_of_first(VoteFile::open(files, options(false)).value().records) == 4);
        }
    }
}

TEST_CASE("no flipped bit is believed: the node learns that its votes are damaged, or loses the last turn alone") {
    const FourRecords sample;
    const Bytes whole = sample.content();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            CAPTURE(at, bit);
            Bytes bad = whole;
            bad[at] ^= static_cast<std::uint8_t>(1U << bit);
            MemoryFileSystem files;
            files.set_content("/f/votes", bad);
            const Result<VoteFile::Opened, Error> opened = VoteFile::open(files, options(false));
            if (at < sample.frames[2]) {
                REQUIRE_FALSE(opened);
                REQUIRE(opened.error().fault == Fault::votes_corrupt);
                REQUIRE(files.content("/f/votes") == bad);
            } else {
                REQUIRE(opened);
                REQUIRE(count_of_first(opened->records) == 3);
                // With what the chain remembers, even the last turn's loss shows.
                files.set_content("/f/votes", bad);
                REQUIRE(VoteFile::open(files, options(false, 4)).error().fault == Fault::votes_rolled_back);
            }
        }
    }
}

TEST_CASE("frames that are missing, swapped or repeated are corrupt") {
    const FourRecords sample;
    const Bytes whole = sample.content();
    const auto part = [&](std::size_t from, std::size_t to) {
        return Bytes{whole.begin() + static_cast<std::ptrdiff_t>(from),
                     whole.begin() + static_cast<std::ptrdiff_t>(to)};
    };
    const Bytes head = part(0, sample.frames[0]);
    const Bytes one = part(sample.frames[0], sample.frames[1]);
    const Bytes two = part(sample.frames[1], sample.frames[2]);
    const Bytes three = part(sample.frames[2], whole.size());
    const std::vector<std::vector<Bytes>> all{
        {head, two, three}, {head, one, three}, {head, two, one, three}, {head, one, one},
        {one, two, three},  {head, head},       {head, one, two, head},  {},
        {Bytes(100, 0)}};
    for (const std::vector<Bytes>& frames : all) {
        Bytes content;
        for (const Bytes& frame : frames) append(content, frame);
        MemoryFileSystem files;
        files.set_content("/f/votes", content);
        const Result<VoteFile::Opened, Error> opened = VoteFile::open(files, options(false));
        REQUIRE_FALSE(opened);
        CHECK(opened.error().fault == Fault::votes_corrupt);
    }
}

TEST_CASE("a missing vote file is made only when that's allowed") {
    MemoryFileSystem files;
    CHECK(VoteFile::open(files, options(false)).error().fault == Fault::votes_missing);
    CHECK_FALSE(files.exists("/f/votes").value());
    CHECK(VoteFile::open(files, options(true)));
    files.crash();
    CHECK(VoteFile::open(files, options(false)).value().records.empty());
}

TEST_CASE("another node's or chain's vote file is refused") {
    const FourRecords sample;
    MemoryFileSystem files;
    files.set_content("/f/votes", sample.content());
    VoteFileOptions other = options(false);
    other.node = "n2";
    CHECK(VoteFile::open(files, other).error().fault == Fault::votes_other_node);
    other = options(false);
    other.chain = ChainId{};
    CHECK(VoteFile::open(files, other).error().fault == Fault::votes_other_node);
}

TEST_CASE("a vote file older than what the chain remembers is refused") {
    const FourRecords sample;
    MemoryFileSystem files;
    files.set_content("/f/votes", sample.content());
    CHECK(VoteFile::open(files, options(false, 4)));
    CHECK(VoteFile::open(files, options(false, 5)).error().fault == Fault::votes_rolled_back);
}

TEST_CASE("compaction keeps what is still needed and the count") {
    FourRecords sample;
    VoteFile file = VoteFile::open(sample.files, options(false)).value().file;
    file.append(bytes_of("sum"));
    const std::vector<Bytes> keep{bytes_of("sum")};
    const std::uint64_t before = file.size();
    REQUIRE(file.compact(keep));
    CHECK(file.durable_count() == 5);
    CHECK(file.size() < before);
    file.append(record(9));
    REQUIRE(file.sync());
    sample.files.crash();
    const VoteFile::Opened opened = VoteFile::open(sample.files, options(false, 6)).value();
    CHECK(opened.records == std::vector<Bytes>{bytes_of("sum"), record(9)});
    CHECK(opened.file.durable_count() == 6);
}

TEST_CASE("a crash anywhere in a compaction leaves the old file or the new one") {
    for (std::uint64_t step = 0; step < 6; ++step) {
        for (std::uint64_t survives = 0; survives < 2; ++survives) {
            CAPTURE(step, survives);
            FourRecords sample;
            VoteFile file = VoteFile::open(sample.files, options(false)).value().file;
            file.append(bytes_of("sum"));
            sample.files.fail_after(step, Fault::file_disk_full);
            const std::vector<Bytes> keep{bytes_of("sum")};
            const Result<void, Error> compacted = file.compact(keep);
            CHECK(compacted.has_value() == (step >= 6));
            sample.files.heal();
            if (!compacted) CHECK(file.sync().error() == compacted.error());
            sample.files.crash([&](std::uint64_t bound) { return survives == 1 ? bound - 1 : 0; });
            const VoteFile::Opened opened = VoteFile::open(sample.files, options(false)).value();
            const bool is_old = opened.records.size() == 4 && count_of_first(opened.records) == 4;
            CHECK((is_old || opened.records == keep));
        }
    }
}

TEST_CASE("a failed sync is final: what follows is never acknowledged") {
    MemoryFileSystem files;
    VoteFile file = VoteFile::open(files, options(true)).value().file;
    file.append(record(0));
    files.fail_after(1, Fault::file_sync_failed);
    CHECK(file.sync().error().fault == Fault::file_sync_failed);
    files.heal();
    CHECK(file.sync().error().fault == Fault::file_sync_failed);
    CHECK(file.compact({}).error().fault == Fault::file_sync_failed);
    CHECK(file.durable_count() == 0);
}

TEST_CASE("votes survive on a real disk") {
    const TemporaryFolder folder;
    VoteFileOptions real = options(true);
    real.path = folder.path() + "/votes";
    {
        VoteFile file = VoteFile::open(posix_files(), real).value().file;
        file.append(record(0));
        REQUIRE(file.sync());
        const std::vector<Bytes> keep{record(0)};
        REQUIRE(file.compact(keep));
        file.append(record(1));
        REQUIRE(file.sync());
    }
    real.create = false;
    CHECK(count_of_first(VoteFile::open(posix_files(), real).value().records) == 2);
}

TEST_CASE("a frame has the bytes that the format's page shows") {
    Bytes bytes;
    const Bytes payload = encode_records(std::vector<Bytes>{bytes_of("A"), bytes_of("BC")});
    write_frame_to(bytes, {.sequence = 7, .before = {}, .payload = payload});
    CHECK(to_hex(ByteView{bytes}.first(bytes.size() - 16)) ==
          "766f7465000000060000000000000007" + std::string(32, '0') + "82414142" + "4243");
    CHECK(to_hex(ByteView{bytes}.last(16)) ==
          to_hex(ByteView{crypto::sha256(ByteView{bytes}.first(bytes.size() - 16))}.first(16)));
}

}  // namespace datadeed::chain
